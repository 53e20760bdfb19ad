"""Measures of a run made by hand, of which every answer is known."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from spurview.core.arrays import MemoryReader
from spurview.core.evidence import CandidateRecord, InsertionRecord, VerificationRecord
from spurview.evaluation.baselines import known_filter, literal
from spurview.evaluation.cells import Cell, Planting
from spurview.evaluation.measures import (
    Outcome,
    carrier_measures,
    learnt,
    pixel_measures,
    template_measures,
    verdict_measures,
)
from spurview.evaluation.planting import Case, Truth, planted_case

SOLID = Planting(pattern="solid-patch", side_px=5, strength=0.75, share_of_pool=0.2)
MOVED = msgspec.structs.replace(SOLID, jitter_px=3, strength=1.0)


def case_of(*plantings: Planting) -> Case:
    return planted_case(
        Cell(kind="t", seed=7, interest_images=20, pool_images=300, plantings=plantings)
    )


def record(class_index: int, number: int, opacity: float) -> CandidateRecord:
    return CandidateRecord(
        id=f"{class_index}-{number}", class_index=class_index, family="local",
        detectors=["residual", "whole image"], opacity=opacity, localised=True, matching=1,
        of_class=1, expected=0.5, lift=2.0, z=4.0, p=0.1, q=0.1, agreement=1.0, valley_pool=0.0,
        valley_training=0.0, training_rates=None, training_q=None,
    )  # fmt: skip


def verified(number: int, outcome: Any, least: float) -> VerificationRecord:
    inserted = InsertionRecord(
        flip=0.6, null_control=0.1, scrambled=None, rolled=None, n=50, interval=(0.5, 0.7),
        margin=3.0, null_margin=0.5,
    )  # fmt: skip
    return VerificationRecord(
        id=str(number), rank=number + 1, outcome=outcome, kind="pattern", score=0.7,
        ratios={"enrichment": least + 1, "insertion": least}, insertion=inserted, removal=None,
    )  # fmt: skip


def outcome_of(
    case: Case, candidates: list[dict[str, Any]], predicted: np.ndarray | None = None
) -> Outcome:
    """An outcome with these candidates: class_index, hits and what else differs from nothing."""
    arrays = case.product.arrays
    n, height, width, channels = arrays["/images/pixels"].shape
    nothing: dict[str, Any] = {
        "map": np.zeros((height, width), np.float32),
        "mask": np.zeros((height, width), np.float32),
        "template": np.zeros((height, width, channels), np.float32),
        "hits": np.zeros(n, np.uint8),
        "scores": np.zeros(n, np.float32),
    }
    stacked = {
        f"/candidates/{name}": np.stack([c.get(name, nothing[name]) for c in candidates])
        for name in nothing
    }
    if any("places" in c for c in candidates):
        stacked["/candidates/places"] = np.stack([c["places"] for c in candidates])
    records = [record(c["class_index"], i, c.get("opacity", 1.0)) for i, c in enumerate(candidates)]
    evidence = [
        verified(i, c.get("outcome", "candidate"), c.get("least", 0.5))
        for i, c in enumerate(candidates)
    ]
    made = {
        "/predictions/class": np.zeros(n, np.int32) if predicted is None else predicted,
        "/candidates/records": np.frombuffer(msgspec.json.encode(records), np.uint8),
        "/verification/records": np.frombuffer(msgspec.json.encode(evidence), np.uint8),
    }
    return Outcome(case, MemoryReader(arrays | stacked | made))


def perfect(truth: Truth, n: int, **changes: Any) -> dict[str, Any]:
    """The candidate that is the planted pattern itself."""
    hits = np.zeros(n, np.uint8)
    hits[truth.rows] = 1
    pattern = truth.pattern
    return {
        "class_index": truth.class_index,
        "hits": hits,
        "scores": hits.astype(np.float32),
        "map": pattern.mask,
        "mask": pattern.mask,
        "template": pattern.strength * pattern.mask[..., None] * pattern.values,
        "opacity": pattern.strength,
    } | changes


def all_of(class_index: int | None, n: int) -> np.ndarray:
    return np.full(n, class_index, np.int32)


def test_the_pattern_itself_has_full_marks() -> None:
    case = case_of(SOLID)
    (truth,) = case.truths
    n = len(case.product.arrays["/images/role"])
    candidate = perfect(truth, n, outcome="alarm", least=1.25)
    outcome = outcome_of(case, [candidate], all_of(truth.class_index, n))
    assert outcome.found == {0: 0}
    assert set(carrier_measures(outcome, 0, 0).values()) == {1.0}
    assert pixel_measures(outcome, truth, 0) == {"pixel_ap": 1.0, "iou": 1.0}
    assert template_measures(outcome, truth, 0)["ncc"] == pytest.approx(1)
    told = verdict_measures(outcome, 0, 0.75)
    assert told["effect"] == pytest.approx(0.8)
    assert (told["rank"], told["outcome"], told["least_ratio"]) == (1.0, "alarm", 1.25)
    assert told["detectors"] == "residual+whole image"
    assert not outcome.is_false.any()


def test_only_members_decide_what_is_found_and_all_of_the_pool_how_well() -> None:
    case = case_of(SOLID)
    (truth,) = case.truths
    n = len(case.product.arrays["/images/role"])
    pool_rows = truth.rows[case.product.arrays["/images/role"][truth.rows] == 2]
    assert len(pool_rows) == 60
    # Of 60 carriers 40 got the class; the candidate names 30 of these and 10 others of the class.
    predicted = all_of((truth.class_index or 0) + 1, n)
    predicted[pool_rows[:40]] = truth.class_index
    strangers = case.clean_pool[:10]
    predicted[strangers] = truth.class_index
    hits = np.zeros(n, np.uint8)
    hits[pool_rows[:30]] = hits[strangers] = 1
    outcome = outcome_of(case, [{"class_index": truth.class_index, "hits": hits}], predicted)
    measured = carrier_measures(outcome, 0, 0)
    assert measured["member_f1"] == pytest.approx(60 / 80)
    assert measured["precision"] == pytest.approx(0.75)
    assert measured["recall"] == pytest.approx(0.5)
    assert outcome.found == {0: 0}


def test_a_candidate_of_another_class_or_of_few_members_is_false() -> None:
    case = case_of(SOLID)
    (truth,) = case.truths
    n = len(case.product.arrays["/images/role"])
    other = perfect(truth, n, class_index=((truth.class_index or 0) + 1) % 5, outcome="alarm")
    few = perfect(truth, n, outcome="alarm")
    few["hits"] = few["hits"] * (np.cumsum(few["hits"]) % 5 == 0)
    outcome = outcome_of(case, [other, few], all_of(truth.class_index, n))
    assert outcome.found == {}
    assert outcome.is_false.tolist() == [True, True]


def test_each_pattern_gets_its_own_candidate() -> None:
    case = case_of(SOLID, SOLID)
    n = len(case.product.arrays["/images/role"])
    first, second = case.truths
    predicted = all_of(first.class_index, n)
    predicted[second.rows] = second.class_index
    outcome = outcome_of(case, [perfect(second, n), perfect(first, n)], predicted)
    assert outcome.found == {0: 1, 1: 0}


@pytest.mark.parametrize(("off", "iou"), [(0, 1.0), (1, 20 / 30)])
def test_a_moved_pattern_is_measured_where_it_stands_in_each_image(off: int, iou: float) -> None:
    case = case_of(MOVED)
    (truth,) = case.truths
    n = len(case.product.arrays["/images/role"])
    places = np.zeros((n, 2), np.int16)
    places[truth.rows] = truth.places + np.array([0, off])
    outcome = outcome_of(case, [perfect(truth, n, places=places)], all_of(truth.class_index, n))
    assert pixel_measures(outcome, truth, 0)["iou"] == pytest.approx(iou)
    # A candidate without places stands still: it covers only a part of where the pattern is.
    still = outcome_of(case, [perfect(truth, n)], all_of(truth.class_index, n))
    assert (pixel_measures(still, truth, 0)["iou"] or 0) < 0.6
    assert template_measures(still, truth, 0)["ncc"] > 0.99


@pytest.mark.parametrize("planting", [SOLID, MOVED])
def test_learnt_is_the_share_that_the_true_pattern_moves(planting: Planting) -> None:
    case = case_of(planting)
    (truth,) = case.truths
    n = len(case.product.arrays["/images/role"])
    predicted = all_of((truth.class_index or 0) + 1, n)
    outcome = outcome_of(case, [perfect(truth, n)], predicted)
    clean = case.product.arrays["/images/pixels"][case.clean_pool].astype(float).sum((1, 2, 3))

    def logits(images: np.ndarray) -> np.ndarray:
        """The class for images that became brighter, of the first 40 alone."""
        brighter = images.astype(float).sum((1, 2, 3)) > clean + 100
        shown = np.zeros((len(images), 7), np.float32)
        shown[:, 6] = 0.5
        shown[:40, truth.class_index or 0] = brighter[:40]
        return shown

    assert learnt(outcome, truth, logits).flip == pytest.approx(40 / len(clean), abs=0.01)
    assert not learnt(outcome, truth, lambda x: np.eye(7, dtype="f4")[np.full(len(x), 6)]).is_learnt


@pytest.mark.parametrize(
    "planting",
    [
        SOLID,
        Planting(pattern="noise-patch", side_px=5, strength=0.5),
        Planting(pattern="full-noise", level="R1"),
        MOVED,
        msgspec.structs.replace(MOVED, jitter_px="free", pattern="noise-patch"),
    ],
    ids=lambda p: f"{p.pattern}-{p.jitter_px}",
)
def test_the_filter_that_knows_the_pattern_finds_it(planting: Planting) -> None:
    case = planted_case(Cell(kind="t", seed=7, interest_images=20, plantings=(planting,)))
    found = known_filter(case, case.truths[0])
    assert found["known_ap"] > 0.95
    assert found["known_f1"] > 0.9


def test_the_filter_finds_nothing_where_nothing_is() -> None:
    case = case_of(msgspec.structs.replace(SOLID, strength=0.01, pattern="noise-patch"))
    assert known_filter(case, case.truths[0])["known_ap"] < 0.6


def test_literal_clusters_rank_by_purity_within_and_over_classes() -> None:
    case = case_of(SOLID)
    (truth,) = case.truths
    arrays = case.product.arrays
    n = len(arrays["/images/role"])
    own, other = truth.class_index or 0, ((truth.class_index or 0) + 1) % 5
    in_pool = truth.rows[arrays["/images/role"][truth.rows] == 2]
    predicted = all_of(other, n)
    predicted[in_pool[:30]] = own
    pure, true, elsewhere = (np.zeros(n, np.uint8) for _ in range(3))
    pure[in_pool[:10]] = 1
    true[in_pool] = 1
    elsewhere[case.clean_pool[:50]] = 1
    candidates = [
        {"class_index": other, "hits": elsewhere},
        {"class_index": own, "hits": true},
        {"class_index": own, "hits": pure},
    ]
    (found,) = literal(case, outcome_of(case, candidates, predicted).reader)
    # Lifts: pure 1 / .1, true .5 / .1, elsewhere 1 / .9.
    assert found.first_f1 == pytest.approx(20 / 70)
    assert (found.best_f1, found.rank) == (1.0, 2)


def test_without_clusters_the_literal_method_has_nothing() -> None:
    case = case_of(SOLID)
    other = ((case.truths[0].class_index or 0) + 1) % 5
    (found,) = literal(case, outcome_of(case, [{"class_index": other}]).reader)
    assert (found.first_f1, found.best_f1, found.rank) == (None, None, None)
