"""How far a pattern reaches: whether it lies in one place or goes on over the whole image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from spurview.core.candidate import Candidate
from spurview.core.decide import MOST_DEPENDENCE, MOST_VALLEY_POOL, PLACED
from spurview.core.extraction import LARGEST_PIECE, all_pieces, mask_around, piece_of, sparse_mask
from spurview.core.independence import Dependence, content_dependence
from spurview.core.material import Bools, Material, f1
from spurview.core.rematching import told_better
from spurview.core.separation import valley

# Whether the surroundings of a candidate do not tell its carriers.
Apart = Callable[[Candidate], bool]

_SAME_MEMBERS = 0.5
# A pattern that is rare in the pool may be blurred there, and plain in what the network was taught.
_SAME_TAUGHT = 0.8
_LEAST_OF_OTHER = 0.4
# So many of a candidate's members make it a part of the other. The few that have a pattern in one
# place are the more alike, which raises their key.
_WITHIN = 0.8
_LEAST_OF_PART = 0.25
# Fewer of a moving pattern's carriers than this share are those that have it in one of its places.
_MOST_OF_PART = 0.5
# A valley so much emptier than it has to be.
_BEYOND_DOUBT = 0.3


def as_they_reach(
    dependence: Dependence, candidates: list[Candidate], scope: Bools, taught: Bools
) -> list[Candidate]:
    """Of a pattern found in more than one way, those that reach as far as it does.

    scope, taught: (N,) images of the class in half A, and its own training images. Ways have the
    same members (F1 > `_SAME_MEMBERS` in scope, or > `_SAME_TAUGHT` among those taught), and what
    has less than `_LEAST_OF_OTHER` of the other's key replaces nothing. Where what surrounds a
    place does not tell its carriers, what the rest of the image adds is not the pattern's, though
    it may well gain hits by it: the place is right, and the image wrong. Where the surroundings
    tell of every such place, the pattern goes on around them and the image is right, unless the
    pattern moves: then what lies around the one place, but not around the moving one, is the
    pattern itself.
    """

    def apart(candidate: Candidate) -> bool:
        return dependence(candidate) <= MOST_DEPENDENCE

    dropped: set[int] = set()
    for whole in (c for c in candidates if c.family == "whole"):
        twins = [
            c
            for c in candidates
            if c.family in PLACED
            and (_are_same(whole, c, scope) or _are_same(whole, c, taught, _SAME_TAUGHT))
        ]
        places = [twin for twin in twins if apart(twin)]
        if any(place.key >= _LEAST_OF_OTHER * whole.key for place in places):
            dropped.add(id(whole))
        elif not places:
            dropped |= {id(t) for t in twins if whole.key >= _LEAST_OF_OTHER * t.key}
    left = [c for c in candidates if id(c) not in dropped]
    return _without_glimpses(left, scope, apart)


def _without_glimpses(candidates: list[Candidate], scope: Bools, apart: Apart) -> list[Candidate]:
    """Without what is but some carriers of a pattern that moves, where it stands in them."""
    dropped: set[int] = set()
    moved = [c for c in candidates if c.family == "moved"]
    for glimpse in (c for c in candidates if c.family != "moved"):
        others = [
            m
            for m in moved
            if m.key >= _LEAST_OF_PART * glimpse.key and _is_within(glimpse, m, scope)
        ]
        # Asked last, and only where it matters: it takes longer than all the rest.
        if others and glimpse.family == "local" and apart(glimpse):
            others = [m for m in others if _is_small_part(glimpse, m, scope)]
        if any(map(apart, others)):
            dropped.add(id(glimpse))
    return [c for c in candidates if id(c) not in dropped]


def _are_same(one: Candidate, other: Candidate, scope: Bools, least: float = _SAME_MEMBERS) -> bool:
    return f1(one.hits & scope, other.hits & scope) > least


def _is_within(one: Candidate, other: Candidate, scope: Bools) -> bool:
    """Whether they are the same, or nearly all members of the one are the other's."""
    members = one.hits & scope
    shared = (members & other.hits).sum() / max(int(members.sum()), 1)
    return _are_same(one, other, scope) or bool(shared >= _WITHIN)


def _is_small_part(one: Candidate, other: Candidate, scope: Bools) -> bool:
    """Whether the other is the better candidate, of more than twice the members."""
    n, n_other = int((one.hits & scope).sum()), int((other.hits & scope).sum())
    return other.key >= one.key and n < _MOST_OF_PART * n_other


def in_its_place(material: Material, candidate: Candidate) -> Candidate:
    """A whole-image candidate whose score comes from one place, as a local one."""
    local = in_one_place(material, candidate)
    return candidate if local is None or goes_beyond(material, local) else local


def in_one_place(material: Material, whole: Candidate) -> Candidate | None:
    """A whole-image candidate as the local one of its one piece; None where it has none."""
    piece = piece_of(whole)
    if piece is None:
        return None
    return replace(whole, family="local", mask=mask_around(material, whole, piece))


def in_its_pixels(dependence: Dependence, material: Material, candidate: Candidate) -> Candidate:
    """A whole-image candidate of few pixels, a frame or specks, as the local one of these alone.

    As of a place, what the rest of the image adds is not the pattern's where it does not tell the
    carriers. Where it does, or the key is less than `_LEAST_OF_OTHER` of it, the candidate stays.
    """
    mask = sparse_mask(material, candidate) if candidate.family == "whole" else None
    if mask is None:
        return candidate
    local = replace(candidate, family="local", mask=mask, contribution=None, in_pieces=True, key=0)
    local = told_better(material, local)
    is_better = local.key >= _LEAST_OF_OTHER * candidate.key
    return local if is_better and dependence(local) <= MOST_DEPENDENCE else candidate


def in_all_its_pieces(
    dependence: Dependence, material: Material, candidate: Candidate
) -> Candidate:
    """A candidate in one place with the other pieces of its pattern, the letters of a word for one.

    What is there or not there beyond doubt, and told by its surroundings, is but a piece. With all
    pieces in its mask nothing around tells of it; where something still does, or the pieces make
    up more than a place, it stays as it was.
    """
    if candidate.family != "local" or dependence(candidate) <= MOST_DEPENDENCE:
        return candidate
    scope = material.of_class(candidate.class_index) & material.discover
    gap = valley(candidate.linear[scope], 1.0, candidate.threshold)
    if gap > _BEYOND_DOUBT * MOST_VALLEY_POOL["local"]:
        return candidate
    whole = replace(candidate, mask=all_pieces(material, candidate), in_pieces=True)
    if whole.mask.mean() > LARGEST_PIECE or dependence(whole) > MOST_DEPENDENCE:
        return candidate
    return whole


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
