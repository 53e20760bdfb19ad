"""Verdicts find their candidates again after a re-run."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.arrays import MemoryReader
from spurview.pipeline.carry_over import carried_over, successors
from spurview.project.model import Verdict
from tests import constructed


def judged(members, class_name="b"):
    return Verdict(class_name=class_name, verdict="spurious", members=members)


@pytest.mark.parametrize(
    ("rows", "is_same"), [([1, 2, 3, 4], True), ([3, 4, 5, 6, 7, 8], False), ([1, 2], True)]
)
def test_half_of_all_members_must_be_shared(rows, is_same):
    found = successors({"1-old": judged([1, 2, 3, 4])}, {"1-new": np.array(rows)}, {"1-new": "b"})
    assert found == ({"1-old": "1-new"} if is_same else {})


def test_another_class_is_another_candidate():
    found = successors({"1-old": judged([1, 2])}, {"0-new": np.array([1, 2])}, {"0-new": "a"})
    assert found == {}


def test_the_better_match_wins_in_any_order():
    members = {"1-near": np.array([1, 2, 3]), "1-same": np.array([1, 2, 3, 4])}
    for ids in (list(members), list(members)[::-1]):
        classes = dict.fromkeys(ids, "b")
        shuffled = {i: members[i] for i in ids}
        assert successors({"1-old": judged([1, 2, 3, 4])}, shuffled, classes) == {"1-old": "1-same"}


def test_two_verdicts_never_share_a_successor():
    verdicts = {"1-x": judged([1, 2, 3]), "1-y": judged([1, 2, 3, 4])}
    found = successors(verdicts, {"1-new": np.array([1, 2, 3])}, {"1-new": "b"})
    assert found == {"1-x": "1-new"}


def test_a_judged_candidate_keeps_its_own_verdict():
    verdicts = {"1-old": judged([1, 2]), "1-new": judged([1, 2])}
    assert successors(verdicts, {"1-new": np.array([1, 2])}, {"1-new": "b"}) == {}


def test_a_candidate_that_is_still_there_is_left_alone():
    assert successors({"1-a": judged([1])}, {"1-a": np.array([1])}, {"1-a": "b"}) == {}


def test_verdicts_move_to_the_candidates_of_a_project():
    carriers = constructed.CARRIERS.tolist()
    before = {"1-old": judged(carriers[:20]), "2-gone": judged([1, 2], "c")}
    after = carried_over(before, MemoryReader(constructed.arrays()), constructed.CLASS_NAMES)
    assert after == {"1-aaaaaaaa": before["1-old"], "2-gone": before["2-gone"]}
