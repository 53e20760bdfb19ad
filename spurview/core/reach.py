"""How far a pattern reaches: whether it lies in one place or goes on over the whole image."""

from __future__ import annotations

from dataclasses import replace

from spurview.core.candidate import Candidate
from spurview.core.decide import MOST_DEPENDENCE, MOST_VALLEY_POOL
from spurview.core.extraction import mask_around, piece_of
from spurview.core.independence import content_dependence
from spurview.core.material import Bools, Material, f1
from spurview.core.separation import valley

_SAME_MEMBERS = 0.5
_LEAST_OF_OTHER = 0.4


def as_they_reach(material: Material, candidates: list[Candidate], scope: Bools) -> list[Candidate]:
    """Of a pattern found both in one place and over the whole image, the one that is right.

    Both have the same members (F1 > `_SAME_MEMBERS` within `scope`). Where what surrounds a place
    does not tell its carriers, what the rest of the image adds is not the pattern's, though it may
    well gain hits by it: the place is right. Where the surroundings tell of every such place, the
    pattern goes on around them and the image is right. What has less than `_LEAST_OF_OTHER` of the
    other's key replaces nothing.
    """
    apart: dict[int, bool] = {}
    dropped: set[int] = set()
    for whole in (c for c in candidates if c.family == "whole"):
        twins = [
            c
            for c in candidates
            if c.family == "local" and f1(whole.hits & scope, c.hits & scope) > _SAME_MEMBERS
        ]
        for twin in twins:
            if id(twin) not in apart:
                apart[id(twin)] = content_dependence(material, twin) <= MOST_DEPENDENCE
        places = [twin for twin in twins if apart[id(twin)]]
        if any(place.key >= _LEAST_OF_OTHER * whole.key for place in places):
            dropped.add(id(whole))
        elif not places:
            dropped |= {id(t) for t in twins if whole.key >= _LEAST_OF_OTHER * t.key}
    return [c for c in candidates if id(c) not in dropped]


def in_its_place(material: Material, candidate: Candidate) -> Candidate:
    """A whole-image candidate whose score comes from one place, as a local one."""
    piece = piece_of(candidate)
    if piece is None:
        return candidate
    local = replace(candidate, family="local", mask=mask_around(material, candidate, piece))
    return candidate if goes_beyond(material, local) else local


def goes_beyond(material: Material, candidate: Candidate) -> bool:
    """There or not there like something planted, and yet told by its surroundings.

    Then the pattern itself goes on around the mask: the mask is but a piece of it. What is told
    by its surroundings without being two-peaked is a stroke, and stays in its place.
    """
    scope = material.of_class(candidate.class_index) & material.discover
    gap = valley(candidate.linear[scope], 1.0, candidate.threshold)
    if gap > MOST_VALLEY_POOL["whole"]:
        return False
    return content_dependence(material, candidate) > MOST_DEPENDENCE
