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
_LEAST_OF_WHOLE = 0.4


def as_they_reach(material: Material, candidates: list[Candidate], scope: Bools) -> list[Candidate]:
    """Of a pattern found both in one place and over the whole image, the one that is right.

    Both describe the same members. Where the pattern goes on around the place it is the image's;
    else what the rest of the image adds is not the pattern's, though it may well gain carriers by
    it, and the place is kept unless its key is far lower (`_LEAST_OF_WHOLE`).
    """
    dropped: set[int] = set()
    for whole in (c for c in candidates if c.family == "whole"):
        for local in (c for c in candidates if c.family == "local"):
            if f1(whole.hits & scope, local.hits & scope) <= _SAME_MEMBERS:
                continue
            if local.key < _LEAST_OF_WHOLE * whole.key or id(local) in dropped:
                continue
            dropped.add(id(local) if goes_beyond(material, local) else id(whole))
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
