"""Verification of all candidates: outcome, rank, and a reason for every number that is missing."""

from __future__ import annotations

import weakref
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from spurview.core import verification
from spurview.core.candidate import Candidate
from spurview.core.errors import Cancelled
from spurview.core.evidence import CandidateRecord
from spurview.core.extraction import Template
from spurview.core.progress import silent
from spurview.core.ranking import combined
from spurview.core.settings import VerificationSettings
from spurview.core.verification import Suspect, Trial, verify_all, verify_trials
from tests.core import pools

SETTINGS = VerificationSettings(insertions=60, controls=2)
RECORD = CandidateRecord(
    id="1-patch",
    class_index=1,
    family="local",
    detectors=["class"],
    opacity=1.0,
    localised=True,
    matching=30,
    of_class=30,
    expected=15.0,
    lift=2.0,
    z=7.0,
    p=1e-9,
    q=1e-9,
    agreement=1.0,
    valley_pool=0.0,
    valley_training=0.0,
    training_rates=[0.0, 0.6],
    training_q=1e-9,
    content_dependence=0.5,
)


def suspect(place=pools.PATCH, hits=None, **fields):
    """The planted patch as a candidate, or the same values in another place."""
    planted = pools.planted()
    values = np.zeros(pools.SHAPE, np.float32)
    values[place] = pools.PATCH_VALUES[..., None]
    mask = np.zeros((12, 12), np.float32)
    mask[place] = 1
    hits = planted.carriers if hits is None else hits
    candidate = Candidate(
        class_index=1,
        family="local",
        detectors=frozenset({"class"}),
        mask=mask > 0,
        hits=hits,
        linear=hits.astype(np.float32),
        threshold=0.6,
        agreement=1.0,
        key=1.0,
    )
    record = msgspec.structs.replace(RECORD, **fields)
    return Suspect(record, candidate, Template(values, mask, 1.0, mask, True))


def verified(suspects, logits=pools.logits, seed=0):
    material = pools.planted().material
    return verify_all(material, suspects, logits, settings=SETTINGS, seed=seed, report=silent)


ELSEWHERE = (slice(0, 3), slice(0, 3))


@pytest.fixture(scope="module")
def records():
    """A weak candidate in a place the network ignores, the patch, and one without separation."""
    made, _ = verified(
        [
            suspect(ELSEWHERE, id="1-weak", z=0.5, agreement=0.2),
            suspect(),
            suspect(id="1-valley", valley_pool=3.0),
        ]
    )
    return made


def test_outcomes_follow_the_evidence(records):
    assert [r.outcome for r in records] == ["candidate", "alarm", "suspect"]


def test_records_keep_the_order_of_the_suspects(records):
    assert [r.id for r in records] == ["1-weak", "1-patch", "1-valley"]


def test_alarms_come_first_then_suspects(records):
    assert [r.rank for r in records] == [3, 1, 2]


def test_an_alarm_needs_every_ratio(records):
    for record in records:
        assert (record.outcome == "alarm") == (min(record.ratios.values()) >= 1)


def test_score_is_that_of_the_ratios(records):
    for record in records:
        assert record.score == pytest.approx(1 - 0.5 ** combined(record.ratios), abs=1e-3)


def test_of_one_outcome_the_stronger_evidence_comes_first():
    made, _ = verified([suspect(ELSEWHERE, id="1-a", z=0.5), suspect(ELSEWHERE, id="1-b", z=3.0)])
    assert [r.outcome for r in made] == ["candidate", "candidate"]
    assert [r.rank for r in made] == [2, 1]


def test_equal_evidence_is_ranked_by_name():
    made, _ = verified([suspect(ELSEWHERE, id="1-b", z=0.1), suspect(ELSEWHERE, id="1-a", z=0.1)])
    if made[0].ratios == made[1].ratios:
        assert [r.rank for r in made] == [2, 1]
    assert sorted(r.rank for r in made) == [1, 2]


def test_the_same_seed_gives_the_same_records(records):
    again, _ = verified(
        [
            suspect(ELSEWHERE, id="1-weak", z=0.5, agreement=0.2),
            suspect(),
            suspect(id="1-valley", valley_pool=3.0),
        ]
    )
    assert again == records


def test_nothing_to_verify_gives_nothing():
    assert verified([]) == ([], [])


def test_without_a_network_there_is_a_reason_and_no_alarm():
    (record,), (shown,) = verified([suspect()], logits=None)
    assert record.outcome == "suspect"
    assert (record.insertion, record.removal, record.kind) == (None, None, None)
    assert {record.missing[n] for n in ("insertion", "removal", "kind")} == {
        verification.NO_NETWORK
    }
    assert (shown.rows == -1).all()


def test_without_training_images_there_is_a_reason_and_no_alarm():
    bare = suspect(training_rates=None, valley_training=None, training_q=None)
    (record,), _ = verified([bare])
    assert record.outcome == "suspect"
    assert record.missing["training"] == verification.NO_TRAINING


def test_too_few_images_to_insert_into_are_named():
    planted = pools.planted()
    others_b = planted.material.confirm & (planted.material.predicted != 1)
    (record,), _ = verified([suspect(hits=planted.carriers | others_b)])
    assert record.insertion is None
    assert record.missing["insertion"] == verification.TOO_FEW_IMAGES
    assert record.missing["kind"] == verification.TOO_FEW_IMAGES


@pytest.mark.parametrize(("free", "is_tried"), [(19, False), (20, True)])
def test_so_many_images_it_takes_to_insert_into(free, is_tried):
    planted = pools.planted()
    others_b = np.flatnonzero(
        planted.material.confirm & (planted.material.predicted != 1) & ~planted.carriers
    )
    hits = planted.carriers.copy()
    hits[others_b[free:]] = True
    (record,), _ = verified([suspect(hits=hits)])
    assert (record.insertion is not None) == is_tried


def test_too_few_carriers_are_named():
    (record,), _ = verified([suspect(hits=np.zeros(520, bool))])
    assert record.removal is None
    assert record.missing["removal"] == verification.TOO_FEW_CARRIERS


def test_numbers_that_cannot_be_are_named():
    (record,), _ = verified([suspect(ELSEWHERE, lift=None, expected=0.0)])
    assert record.missing["training.lift"] == verification.NOTHING_EXPECTED
    assert "pool.lift" in record.missing
    assert record.missing["insertion.scrambled"] == verification.NO_EFFECT


def test_cancelling_passes_through():
    def stop(done, total, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        verify_all(
            pools.planted().material,
            [suspect()],
            pools.logits,
            settings=SETTINGS,
            seed=0,
            report=stop,
        )


def test_trials_are_those_of_all_and_one_is_held_at_a_time():
    suspects = [suspect(), suspect(id="1-other")]
    made = []

    def trial(index):
        assert all(of() is None for of in made)
        material = replace(pools.planted().material)
        made.append(weakref.ref(material))
        return Trial(material, suspects[index], pools.logits)

    records, shown = verify_trials(trial, 2, settings=SETTINGS, seed=0, report=silent)
    assert len(made) == 2
    assert records == verified(suspects)[0]
    assert len(shown) == 2
