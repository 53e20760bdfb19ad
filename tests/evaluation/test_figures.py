"""Figures of made-up runs, each counted by hand."""

from __future__ import annotations

import pytest

from spurview.evaluation.figures import OF_CLEAN, OF_PLANTED, figures_of
from spurview.evaluation.intervals import Estimate
from spurview.evaluation.outcomes import Runs, planted_in
from spurview.evaluation.rows import Row
from tests.evaluation.made_rows import NOT_FOUND, clean, planted

NOT_LEARNT = {"learnt": 0.0, "true_flip": 0.1}


def figures(*rows: Row, against: tuple[Row, ...] = ()) -> dict[str, Estimate]:
    return figures_of(Runs(rows, against), OF_PLANTED)


def values(found: dict[str, Estimate], *names: str) -> list[float]:
    return [found[name].value for name in names]


# Four runs: first and alarmed; second and a suspect; not found; not learnt but found.
FOUR = (
    planted(seed=0),
    planted(
        {"rank": 2.0, "outcome": "suspect", "f1": 0.6, "precision": 0.5, "recall": 0.75,
         "iou": 0.5, "effect": 0.5, "literal_f1": 0.8, "literal_best_f1": 0.8,
         "literal_rank": 1.0, "known_f1": None},
        seed=1, alarms=0, discovery=0.0, false_discovery=None,
    ),
    planted(NOT_FOUND | {"literal_f1": None, "literal_rank": None, "literal_best_f1": None},
            seed=2, alarms=1, false_alarms=1, discovery=0.0, false_discovery=1.0, chance_f1=None),
    planted(NOT_LEARNT, seed=3),
)  # fmt: skip


def test_only_learnt_patterns_count() -> None:
    found = figures(*FOUR)
    assert (found["learnt"].hits, found["learnt"].n) == (3, 4)
    assert {found[name].n for name in ("top1", "top3", "mrr", "found", "alarmed", "f1")} == {3}
    assert [found[name].hits for name in ("top1", "top3", "found", "alarmed")] == [1, 2, 2, 1]


def test_ranks_and_alarms() -> None:
    found = figures(*FOUR)
    assert found["mrr"].value == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert found["discovery"].value == pytest.approx(1 / 3)
    # Of the three runs one has no alarm and so no false one.
    assert found["false_discovery"].value == pytest.approx((0 + 0 + 1) / 3)
    assert (found["false_alarm_runs"].hits, found["false_alarm_runs"].n) == (1, 4)


def test_carriers_count_zero_only_where_that_is_said() -> None:
    found = figures(*FOUR)
    assert values(found, "f1", "f1_found") == pytest.approx([1.6 / 3, 0.8])
    assert values(found, "precision", "recall") == pytest.approx([0.75, 0.875])
    assert values(found, "iou", "iou_all") == pytest.approx([0.7, 1.4 / 3])
    assert values(found, "effect", "pixel_ap") == pytest.approx([0.75, 1.0])
    assert (found["f1_found"].n, found["iou"].n, found["iou_all"].n) == (2, 2, 3)


def test_the_literal_method_beside_ours() -> None:
    found = figures(*FOUR)
    assert values(found, "literal_f1", "literal_best_f1") == pytest.approx([1.05 / 3, 1.3 / 3])
    assert found["literal_top1"].hits == 1
    # 1 - .25, .6 - .8 and 0 - 0.
    assert found["over_literal"].value == pytest.approx((0.75 - 0.2 + 0) / 3)
    assert found["over_literal"].low == pytest.approx(-0.2)
    assert found["over_literal"].high == pytest.approx(0.75)
    assert found["over_best"].value == pytest.approx((0.5 - 0.2 + 0) / 3)


def test_what_is_not_known_is_left_out() -> None:
    found = figures(*FOUR)
    assert (found["known_f1"].n, found["chance_f1"].n) == (2, 2)
    assert "kind_named" not in found
    assert "auroc" not in found
    assert "top1" not in figures(planted(NOT_LEARNT))


def test_candidates_of_other_planted_patterns_do_not_stand_before_one() -> None:
    """Ranks 1, 2 and 4 of three patterns: one false candidate stands before the last."""
    row = planted({"rank": 4.0}, {"rank": 1.0}, {"rank": 2.0}, kind="three")
    assert [p.false_before for p in planted_in(row)] == [1, 0, 0]
    assert figures(row)["top1"].hits == 2
    assert figures(row)["mrr"].value == pytest.approx((0.5 + 1 + 1) / 3)
    beside_a_missed_one = planted(NOT_FOUND, {"rank": 2.0})
    assert [p.false_before for p in planted_in(beside_a_missed_one)] == [None, 1]


def test_literal_is_first_only_where_its_cluster_is_the_pattern() -> None:
    row = planted({"literal_rank": 1.0, "literal_best_f1": 0.4})
    assert figures(row)["literal_top1"].hits == 0


def test_kind_is_asked_of_kinds_that_have_one_right_answer() -> None:
    noise = [planted({"found_kind": kind}, kind="R2") for kind in ("texture", "pattern")]
    found = figures(*noise, planted(NOT_FOUND, kind="R3"), planted())
    assert (found["kind_named"].hits, found["kind_named"].n) == (1, 2)


def test_scores_are_compared_on_the_same_images() -> None:
    """.8 and .5 against .3 and .6: three of four pairs; photographs and not learnt left out."""
    rows = (planted(), planted(model_score=0.5), planted(NOT_LEARNT, model_score=0.1))
    against = (clean(), clean(model_score=0.6), clean(model_score=0.99, source="photographs:"))
    found = figures(*rows, against=against)["auroc"]
    assert (found.value, found.n) == (0.75, 2)


def test_clean_runs_count_every_alarm() -> None:
    rows = [clean(seed=s) for s in range(3)]
    rows += [clean(alarms=2, suspects=6, highest_false_ratio=1.5), clean(highest_false_ratio=None)]
    found = figures_of(Runs(rows), OF_CLEAN)
    assert (found["alarm_runs"].hits, found["alarm_runs"].n) == (1, 5)
    assert found["suspects"].value == pytest.approx((4 * 2 + 6) / 5)
    assert (found["highest_ratio"].value, found["highest_ratio"].n) == (0.4, 4)
    assert (found["topmost_ratio"].value, found["topmost_ratio"].low) == (1.5, None)
    assert found["seconds"].value == 30
