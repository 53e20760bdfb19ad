"""The family of patterns that lie in one place: refined from proposals to mask and carriers."""

from __future__ import annotations

import numpy as np

from spurview.core.candidate import Candidate, surplus_in
from spurview.core.covariance import solved
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import RIDGE, Bools, ClassMaterial, Material, Rows, cropped, f1
from spurview.core.pixel_map import (
    Mask,
    by_pixel,
    divergence_map,
    most_typical,
    peak_mask,
    places,
    split_mask,
)
from spurview.core.progress import Report
from spurview.core.scorers import (
    FEWEST,
    LEAST_DEVIATIONS,
    MEMBER_SHARE,
    MOST_CONDITIONAL,
    ConditionalScorer,
    MatchedFilter,
    rest_of,
)
from spurview.core.telling import telling

_ITERATIONS = 5
_MAP_FROM = 3
_CONDITIONAL_ITERATIONS = 3
# What is hardly more at home in the class than elsewhere in half A is not worth scoring.
_LEAST_Z = 1.5


def refine_all(found: ClassMaterial, proposals: list[Proposal], report: Report) -> list[Candidate]:
    """Candidates of every proposal that holds together, near-equal ones refined once."""
    seen: list[Bools] = []
    candidates: list[Candidate] = []
    for index, proposal in enumerate(proposals):
        report(index, len(proposals), "refining")
        refined = _refine_members(found, proposal.members)
        if refined is None or any(f1(refined[1], other) > 0.8 for other in seen):
            continue
        seen.append(refined[1])
        candidates += _scored(found, proposal.detector, *refined)
    return candidates


def _refine_members(found: ClassMaterial, members: Bools) -> tuple[Mask, Bools] | None:
    """Mask and members (over `members_a`) after alternating between the two, or None.

    Members against the rest of the class give a difference map; its peak gives the mask; a
    matched filter on the mask gives the members anew. The last rounds take the mask from the
    divergence map, which sees dark pixels of a patch as well.
    """
    shape = found.material.shape
    residual = found.residual(found.members_a)
    mask: Mask = np.ones(shape[:2], bool)
    for iteration in range(_ITERATIONS):
        n = int(members.sum())
        if n < FEWEST:
            return None
        inside, outside = residual[members], residual[~members]
        difference = inside.mean(0)
        if len(outside) >= FEWEST:
            difference = difference - outside.mean(0)
        strength = by_pixel(np.abs(difference) / np.sqrt(inside.var(0) + RIDGE), shape)
        mask = peak_mask(strength)
        if iteration >= _MAP_FROM:
            shared = _divergence_piece(found, found.members_a[members], mask)
            mask = shared if (shared & mask).any() else mask
        on_mask = places(mask, shape[2])
        if not difference[on_mask].any():
            return None
        block = found.covariance.block(on_mask) + RIDGE * np.eye(len(on_mask))
        weights = solved(block, difference[on_mask])
        scores = residual[:, on_mask] @ weights / np.sqrt(weights @ block @ weights)
        typical = np.median(scores[members])
        members = scores > max(LEAST_DEVIATIONS, MEMBER_SHARE * typical)
    return (mask, members) if members.sum() >= FEWEST else None


def _divergence_piece(found: ClassMaterial, rows: Rows, mask: Mask) -> Mask:
    images = found.material.images
    typical = rows[most_typical(images[rows], mask, found.material.shape[2])]
    neighbours = images[found.near(rows)[:, :4].ravel()]
    return split_mask(divergence_map(images[typical], neighbours, found.material.shape), mask)


def _scored(found: ClassMaterial, detector: str, mask: Mask, members: Bools) -> list[Candidate]:
    """The refined pattern as told by the conditional scorer, and as told by the linear one."""
    window, inner = cropped(found.material, mask)
    by_line = _linear_hits(found, window, inner, members)
    if surplus_in(found.material.discover, by_line, found.mine) < _LEAST_Z:
        return []
    candidates = []
    for hits in (_conditional_hits(found, window, inner, members), by_line):
        if hits is not None:
            candidate = _candidate(found, detector, mask, hits, window, inner)
            if candidate is not None:
                candidates.append(candidate)
    return candidates


def _conditional_hits(
    found: ClassMaterial, material: Material, mask: Mask, members: Bools
) -> Bools | None:
    """Hits (N,) of the conditional scorer, first fitted on the 60 % most typical members.

    material, mask: cut to the pattern, here and below.
    """
    rows = found.members_a[members]
    on_mask = places(mask, material.shape[2])
    if len(on_mask) > MOST_CONDITIONAL:
        return None
    patches = material.images[rows][:, on_mask]
    distance = np.square(patches - np.median(patches, axis=0)).sum(1)
    first = rows[distance <= np.quantile(distance, 0.6)]
    scorer = ConditionalScorer(material, mask, first, rest_of(material, rows))
    for _ in range(_CONDITIONAL_ITERATIONS - 1):
        rows = found.members_a[scorer.scores(material, found.members_a) > 0]
        if len(rows) < FEWEST:
            return None
        scorer = ConditionalScorer(material, mask, rows, rest_of(material, rows))
    hits: Bools = scorer.scores(material) > 0
    return hits


def _linear_hits(found: ClassMaterial, material: Material, mask: Mask, members: Bools) -> Bools:
    scorer = _matched_filter(found, material, mask, found.members_a[members])
    hits: Bools = scorer.scores(material) > scorer.threshold
    return hits


def _candidate(
    found: ClassMaterial,
    detector: str,
    mask: Mask,
    hits: Bools,
    window: Material,
    inner: Mask,
) -> Candidate | None:
    rows = np.flatnonzero(hits & found.scope)
    if len(rows) < FEWEST:
        return None
    scorer = _matched_filter(found, window, inner, rows)
    told = telling(window, scorer, hits, found.mine, found.scope)
    if told is None:
        return None
    return Candidate(
        class_index=found.class_index,
        family="local",
        detectors=frozenset({detector}),
        mask=mask,
        hits=hits,
        linear=told.linear,
        threshold=told.threshold,
        agreement=told.agreement,
        key=told.key,
    )


def _matched_filter(
    found: ClassMaterial, material: Material, mask: Mask, rows: Rows
) -> MatchedFilter:
    """Contrasted to the rest of the class, or to the other classes where there is no rest."""
    return MatchedFilter.drawn(material, mask, rows, found.members_a, otherwise=found.others)
