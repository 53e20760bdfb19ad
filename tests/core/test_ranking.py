"""One number for what speaks for a candidate, and the order of many."""

from __future__ import annotations

import math

import pytest

from spurview.core.evidence import VerificationRecord
from spurview.core.ranking import combined, ranked, score
from tests.core.test_decide import PERFECT


def record(name, outcome, *ratios) -> VerificationRecord:
    told = {str(index): ratio for index, ratio in enumerate(ratios)}
    return VerificationRecord(
        id=name,
        rank=0,
        outcome=outcome,
        kind=None,
        score=score(told),
        ratios=told,
        insertion=None,
        removal=None,
    )


def order(*records) -> list[str]:
    return [r.id for r in sorted(ranked(records), key=lambda r: r.rank)]


def test_combined_is_the_geometric_mean():
    assert combined({"a": 2.0, "b": 0.5, "c": 4.0}) == pytest.approx(4 ** (1 / 3))


def test_combined_clips_single_ratios():
    assert combined({"a": 1000.0, "b": -5.0}) == pytest.approx(math.sqrt(4 * 0.05))


def test_score_is_a_half_where_evidence_meets_its_thresholds():
    assert score(PERFECT) == pytest.approx(0.5)


@pytest.mark.parametrize("name", PERFECT)
def test_more_evidence_never_lowers_the_score(name):
    values = [score({**PERFECT, name: x}) for x in (-1, 0.01, 0.5, 1, 2, 10)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1


def test_the_outcome_goes_before_the_evidence():
    assert order(
        record("a", "candidate", 3.0, 0.9),
        record("b", "alarm", 1.0, 1.0),
        record("c", "suspect", 1.0, 0.3),
    ) == ["b", "c", "a"]


def test_a_long_way_past_one_test_does_not_make_up_for_another():
    far, near = record("far", "candidate", 4.0, 0.5), record("near", "candidate", 1.9, 0.7)
    assert combined(far.ratios) > combined(near.ratios)
    assert order(far, near) == ["near", "far"]


def test_ranks_stand_at_the_records_they_are_of():
    given = [record("b", "candidate", 1.0), record("a", "candidate", 1.0), record("c", "alarm", 1)]
    assert [(r.id, r.rank) for r in ranked(given)] == [("b", 3), ("a", 2), ("c", 1)]
