"""A local pattern told again against content neighbours that do not carry it.

An encoder that sees a large patch makes carriers each other's neighbours: what is expected of a
carrier then has the patch in it, and the residual lacks it. Without the hits among the neighbours
the whole patch stands out, and those carriers are found that were missed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spurview.core.candidate import Candidate
from spurview.core.material import Bools, Material, Rows
from spurview.core.neighbours import mean_of
from spurview.core.pixel_map import Mask
from spurview.core.registration import Window
from spurview.core.scorers import FEWEST as FEWEST
from spurview.core.scorers import MOST_CONDITIONAL, ConditionalScorer, MatchedFilter, rest_of
from spurview.core.telling import telling

_ROUNDS = 2
# With fewer carriers among carriers' neighbours than this nothing would change.
_LEAST_SHARE = 0.15


def rematched(material: Material, candidate: Candidate) -> Candidate:
    """The candidate with hits and scores from rematched residuals, or itself where none is better.

    Two rounds of: neighbours among half A without the current hits and what lies among them; the
    matched filter and the conditional scorer on the mask, drawn from the class's hits in half A;
    the better of the two by key.
    """
    return told_better(material, candidate) if is_hidden(material, candidate.hits) else candidate


def told_better(material: Material, candidate: Candidate) -> Candidate:
    """The candidate told again on its mask, twice, as long as the key rises."""
    best = candidate
    for _ in range(_ROUNDS):
        told = [again for again in told_again(material, best) if again.key > best.key]
        if not told:
            break
        best = max(told, key=lambda again: again.key)
    return best


def is_hidden(material: Material, hits: Bools) -> bool:
    """Whether many content neighbours of the hits are hits, and lead one to expect the pattern."""
    rows = np.flatnonzero(hits & material.pool)
    return len(rows) > 0 and bool(hits[material.neighbours[rows]].mean() >= _LEAST_SHARE)


def told_again(material: Material, candidate: Candidate) -> list[Candidate]:
    """The candidate on the same mask as both scorers tell it, without its hits as neighbours."""
    scope = material.of_class(candidate.class_index) & material.discover
    rows = np.flatnonzero(candidate.hits & scope)
    if len(rows) < FEWEST:
        return []
    return told_by(*_window(material, candidate), candidate, rows)


def told_by(window: Material, mask: Mask, candidate: Candidate, rows: Rows) -> list[Candidate]:
    """The candidate as both scorers tell it on the mask, drawn from these members.

    window: the material as the scorers are to see it; rows: (n,) members of half A, n >= FEWEST.
    """
    mine = window.of_class(candidate.class_index)
    by_line = _filter(window, mask, rows, mine)
    hits = [by_line.scores(window) > by_line.threshold]
    if mask.sum() * window.shape[2] <= MOST_CONDITIONAL:
        scorer = ConditionalScorer(window, mask, rows, rest_of(window, rows))
        hits.append(scorer.scores(window) > 0)
    told = [_scored(window, mask, candidate, found, mine) for found in hits]
    return [again for again in told if again is not None]


def _window(material: Material, candidate: Candidate) -> tuple[Material, Mask]:
    """The material cut to the mask and a pixel around it, with rematched expectations."""
    window = Window(material.shape, candidate.mask)
    images = window.of(material.images)
    seen = replace(material, shape=window.shape, images=images, rebuilt=None)
    near = material.matcher.without(material.hiding(candidate.hits))
    # A cached property of the material, which would take the neighbours that hits are among.
    seen.__dict__["expected"] = mean_of(images, near)
    return seen, window.mask


def _scored(
    window: Material, mask: Mask, candidate: Candidate, hits: Bools, mine: Bools
) -> Candidate | None:
    scope = mine & window.discover
    rows = np.flatnonzero(hits & scope)
    if len(rows) < FEWEST:
        return None
    told = telling(window, _filter(window, mask, rows, mine), hits, mine, scope)
    if told is None:
        return None
    return replace(
        candidate,
        hits=hits,
        linear=told.linear,
        threshold=told.threshold,
        agreement=told.agreement,
        key=told.key,
    )


def _filter(window: Material, mask: Mask, rows: Rows, mine: Bools) -> MatchedFilter:
    return MatchedFilter.drawn(window, mask, rows, np.flatnonzero(mine & window.discover))
