"""One candidate of each group of like members, and what makes one preferred, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.candidate import Candidate, discovery_key, without_duplicates


def candidate(rows, key, detector="class"):
    hits = np.isin(np.arange(20), rows)
    return Candidate(
        class_index=0,
        family="local",
        detectors=frozenset({detector}),
        mask=np.ones((2, 2), bool),
        hits=hits,
        linear=hits.astype(np.float32),
        threshold=0.5,
        agreement=1.0,
        key=key,
    )


EVERYWHERE = np.ones(20, bool)


def test_of_like_members_the_better_key_stays_with_all_detectors():
    made = without_duplicates(
        [candidate(range(8), 1.0, "windows"), candidate(range(1, 9), 2.0)], EVERYWHERE, 5
    )
    assert [c.key for c in made] == [2.0]
    assert made[0].detectors == {"windows", "class"}


def test_members_of_f1_one_half_are_not_alike():
    made = without_duplicates(
        [candidate(range(4), 1.0), candidate(range(2, 6), 2.0)], EVERYWHERE, 5
    )
    assert len(made) == 2


def test_only_members_within_the_scope_count():
    scope = np.arange(20) < 10
    first, second = candidate([0, 1, 2, 12, 13, 14], 1.0), candidate([5, 6, 7, 12, 13, 14], 2.0)
    assert len(without_duplicates([first, second], scope, 5)) == 2
    assert len(without_duplicates([first, second], ~scope, 5)) == 1


def test_the_best_are_kept_whatever_the_order():
    some = [candidate([2 * i, 2 * i + 1], float(i)) for i in range(5)]
    for order in (some, some[::-1]):
        assert [c.key for c in without_duplicates(order, EVERYWHERE, 3)] == [4.0, 3.0, 2.0]


def test_discovery_key_by_hand():
    """10 in half A, 4 of the class; 4 hits, all of the class: 4 - .4 x 4 over the deviation."""
    discover = np.arange(20) < 10
    mine = np.arange(20) < 4
    z = (4 - 0.4 * 4) / np.sqrt(0.4 * 0.6 * 4 + 1)
    assert discovery_key(mine, mine, discover, 0.5, 0.1) == pytest.approx(0.5 * z / 0.25)


def test_discovery_key_sees_half_a_only():
    discover = np.arange(20) < 10
    mine = (np.arange(20) < 4) | (np.arange(20) >= 15)
    in_a = mine & discover
    assert discovery_key(mine, mine, discover, 1.0, 0.0) == discovery_key(
        in_a, mine, discover, 1.0, 0.0
    )


def test_a_full_valley_weighs_down_to_a_limit():
    discover = np.ones(20, bool)
    mine = np.arange(20) < 6
    keys = [discovery_key(mine, mine, discover, 1.0, gap) for gap in (0.0, 0.5, 3.0, 50.0)]
    assert keys[0] > keys[1] > keys[2] == keys[3]
