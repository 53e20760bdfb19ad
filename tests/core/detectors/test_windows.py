"""Windows that split a class, where it is known how."""

from __future__ import annotations

from spurview.core.detectors.windows import local_windows
from spurview.core.material import f1
from tests.core.detectors.agreement import best


def test_windows_find_the_carriers(found, carriers):
    assert best(local_windows(found), carriers) > 0.9


def test_windows_propose_at_most_four_of_different_members(found):
    proposals = local_windows(found)
    assert 1 <= len(proposals) <= 4
    for index, one in enumerate(proposals):
        assert all(f1(one.members, other.members) < 0.5 for other in proposals[:index])
