"""The whole class as a guess."""

from __future__ import annotations

from spurview.core.detectors.whole_class import whole_class


def test_the_whole_class_is_always_proposed(found):
    (proposal,) = whole_class(found)
    assert proposal.members.all()
    assert len(proposal.members) == len(found.members_a)
