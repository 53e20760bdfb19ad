"""The family of patterns that keep their look but not their place: matched by convolution.

What the network attends to in one image is tried as a pattern on all others (an exemplar); what
matches in many images of the class and in few others is refined: members' windows are registered
to one another, and their mean residual, mask and filter are drawn from the registered windows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate, discovery_key
from spurview.core.detectors.gradient import Gradient
from spurview.core.exemplars import LEAST_DEVIATIONS, SIDES_PX, Exemplars
from spurview.core.material import RIDGE, Bools, Floats, Material, Rows, f1
from spurview.core.pixel_map import (
    Mask,
    by_pixel,
    divergence_map,
    most_typical,
    peak_mask,
    split_mask,
)
from spurview.core.pixel_map import (
    places as values_on,
)
from spurview.core.progress import Report
from spurview.core.registration import (
    FEWEST,
    Offsets,
    Residuals,
    best_matches,
    registered,
    window_covariance,
)
from spurview.core.rigid_match import THRESHOLD, RigidMatch
from spurview.core.scorers import MEMBER_SHARE, ConditionalScorer, MatchedFilter, rest_of
from spurview.core.separation import valley
from spurview.core.surplus import surplus, worth
from spurview.core.telling import telling
from spurview.core.template import cut, shifted

DETECTOR = "exemplars"
_MARGIN_PX = 3
_ROUNDS = 3
_RIGID_ROUNDS = 4
_MOST_OTHERS = 600
# Of a rigid pattern and more around it, which only some carriers have, the pattern.
_WITHIN = 0.8
_LEAST_OF_PART = 0.75
# A pattern that most members have in one place is not a moved one.
_MOST_IN_PLACE = 0.6
_NEIGHBOURS = 3


@dataclass(frozen=True)
class _Fit:
    """A filter on a window's mask, its threshold and typical score, and the window's side."""

    side: tuple[int, int]
    mask: Mask
    weights: Floats
    typical: float

    @property
    def threshold(self) -> float:
        return max(LEAST_DEVIATIONS, MEMBER_SHARE * self.typical)


@dataclass(frozen=True)
class _Rigid:
    """A rigid pattern, the class's hits among those tried (n,), and what it is worth."""

    match: RigidMatch
    members: Bools
    worth: float


class MovedSearch:
    """The search for moved patterns of one class in half A."""

    def __init__(
        self,
        material: Material,
        every: Residuals,
        class_index: int,
        gradient: Gradient | None,
        rng: np.random.Generator,
    ) -> None:
        """every: residuals of all images, the same for all classes."""
        self._material, self._class, self._gradient, self._rng = (
            material,
            class_index,
            gradient,
            rng,
        )
        self._mine = material.of_class(class_index)
        self._half_a = np.flatnonzero(material.discover)
        self._every = every
        self._residual = every[self._half_a]
        self._own = self._mine[self._half_a]
        # What rigid patterns are drawn from: all of the class, and enough of the others.
        others = np.flatnonzero(~self._own)
        spread = others[:: -(-len(others) // _MOST_OTHERS)] if len(others) else others
        self._tried = np.concatenate([np.flatnonzero(self._own), spread])

    def candidates(self, report: Report) -> list[Candidate]:
        """Moved patterns, none of like members twice."""
        if min(self._material.shape[:2]) < 2 * max(SIDES_PX):
            return []
        report(0, 1, "matching what the network attends to")
        filters, stiff = Exemplars(
            self._material, self._residual, self._class, self._gradient, self._rng
        ).best()
        rigid: list[Candidate] = []
        by_filter: list[Candidate] = []
        for index, exemplar in enumerate(stiff + filters):
            report(index, len(stiff + filters), "registering patterns that move")
            if exemplar.at is not None:
                members = np.flatnonzero(exemplar.hits & self._own)
                side = exemplar.window.shape[0], exemplar.window.shape[1]
                if not self._is_known(exemplar.hits & self._own, rigid):
                    rigid += self._rigid(members, exemplar.at[members], side)
                continue
            refined = self._refined(exemplar.window, exemplar.hits)
            if refined is not None and not self._is_known(refined[1], by_filter):
                by_filter += self._candidates_of(refined[0])
        return by_filter + rigid

    def drawn_from(self, chosen: Bools, at: Offsets, side: tuple[int, int]) -> list[Candidate]:
        """Candidates drawn from the chosen images (N,) of half A, for whom the places are known.

        at (N, 2): where each image has the window of this side (h, w).
        """
        members = np.flatnonzero(chosen[self._half_a])
        if len(members) < FEWEST:
            return []
        places = at[self._half_a[members]]
        fit, _ = self._drawn(members, places, side)
        found = self._candidates_of(self._as_typical(fit, members)[0])
        return found + self._rigid(members, places, side)

    def _as_typical(self, fit: _Fit, members: Rows) -> tuple[_Fit, Bools]:
        """The fit with the score that is typical of these members (in half A), and the class's
        hits (over half A)."""
        scores, _ = best_matches(self._residual, fit.weights[None])
        fit = replace(fit, typical=float(np.median(scores[members, 0])))
        return fit, (scores[:, 0] > fit.threshold) & self._own

    def _is_known(self, hits: Bools, found: list[Candidate]) -> bool:
        return any(f1(hits, c.hits[self._half_a] & self._own) > 0.8 for c in found)

    def _refined(self, window: Floats, hits: Bools) -> tuple[_Fit, Bools] | None:
        """The filter after alternating between registering members and drawing it from them, and
        the class's hits (over half A)."""
        side = (window.shape[0], window.shape[1])
        covariance = window_covariance(self._residual, side, self._rng)
        weights = np.linalg.solve(covariance, window.ravel().astype(np.float64))
        deviation = float(np.sqrt(weights @ window.ravel()))
        fit = _Fit(
            side,
            np.ones(side, bool),
            (weights / deviation).reshape(window.shape).astype(np.float32),
            deviation,
        )
        members = np.flatnonzero(hits & self._own)
        for _ in range(_ROUNDS):
            scores, where = best_matches(self._residual, fit.weights[None])
            typical = float(np.median(scores[members, 0]))
            fit = replace(fit, typical=typical)
            members = np.flatnonzero((scores[:, 0] > fit.threshold) & self._own)
            if len(members) < FEWEST:
                return None
            fit, _ = self._drawn(members, where[members, 0], fit.side)
        return self._as_typical(fit, members)

    def _drawn(self, members: Rows, at: Offsets, side: tuple[int, int]) -> tuple[_Fit, Offsets]:
        """Mask and filter from registered members (places in half A) and their neighbours, and
        where each member has the window of that mask."""
        material = self._material
        wide = (side[0] + 2 * _MARGIN_PX, side[1] + 2 * _MARGIN_PX)
        wide = (min(wide[0], material.shape[0] - 1), min(wide[1], material.shape[1] - 1))
        at = at - (np.array(wide, np.int64) - np.array(side, np.int64)) // 2
        rows = self._half_a[members]
        shape = (*wide, material.shape[2])
        residual = cut(self._residual.permute(0, 2, 3, 1).numpy()[members], at, wide)
        residual = residual.reshape(len(rows), -1)
        strength = by_pixel(np.abs(residual.mean(0)) / np.sqrt(residual.var(0) + RIDGE), shape)
        mask = split_mask(shared_divergence(material, rows, at, wide), peak_mask(strength))
        rows_on, columns_on = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box = (
            slice(rows_on[0], rows_on[-1] + 1),
            slice(columns_on[0], columns_on[-1] + 1),
        )
        mask = mask[box]
        mean = residual.mean(0).reshape(shape)[box]
        covariance = window_covariance(self._residual, mask.shape, self._rng)
        on_mask = values_on(mask, material.shape[2])
        target = mean.ravel()[on_mask].astype(np.float64)
        solved = np.linalg.solve(covariance[np.ix_(on_mask, on_mask)], target)
        deviation = float(np.sqrt(max(solved @ target, 1e-12)))
        weights = np.zeros(mean.size, np.float32)
        weights[on_mask] = solved / deviation
        fit = _Fit(mask.shape, mask, weights.reshape(mean.shape), deviation)
        return fit, at + np.array([rows_on[0], columns_on[0]])

    def _candidates_of(self, fit: _Fit) -> list[Candidate]:
        material = self._material
        scores, where = best_matches(self._every, fit.weights[None])
        raw, at = scores[:, 0], where[:, 0]
        members = np.flatnonzero((raw > fit.threshold) & self._mine & material.discover)
        if len(members) < FEWEST or _stands_still(at[members]):
            return []
        windows = registered(material, at - 1, (fit.side[0] + 2, fit.side[1] + 2))
        mask = np.pad(fit.mask, 1)
        hit_sets = [_conditional_hits(windows, mask, members, self._mine), raw > fit.threshold]
        found = [self._candidate(windows, mask, at, hits) for hits in hit_sets if hits is not None]
        return [candidate for candidate in found if candidate is not None]

    def _rigid(self, members: Rows, at: Offsets, side: tuple[int, int]) -> list[Candidate]:
        """The pattern of the members (places in half A) as one that hides what it covers.

        at: (m, 2) where each has the window. Sought on all of the mask, and on what members share.
        """
        both = [self._rounds(members, at, side, trimmed) for trimmed in (False, True)]
        sought = _without_parts([rigid for rigid in both if rigid is not None])
        if not sought:
            return []
        match = max(sought, key=lambda rigid: rigid.worth).match
        scores, where = match.scores(self._material.images, self._material.shape)
        side = match.mask.shape[0] + 2, match.mask.shape[1] + 2
        windows = registered(self._material, where - 1, side)
        found = self._candidate(windows, np.pad(match.mask, 1), where, scores > THRESHOLD)
        return [] if found is None else [self._told_by(found, scores)]

    def _rounds(
        self, members: Rows, at: Offsets, side: tuple[int, int], trimmed: bool
    ) -> _Rigid | None:
        """After drawing the pattern from members and seeking it in the class, in turn."""
        tried, shape = self._tried, self._material.shape
        others = ~self._own[tried]
        images = self._material.images[self._half_a[tried]]
        found = None
        for _ in range(_RIGID_ROUNDS):
            if len(members) < FEWEST:
                return None
            fit, at = self._drawn(members, at, side)
            whole = self._material.images[self._half_a[members]].reshape(-1, *shape)
            windows, side = cut(whole, at, fit.side), fit.side
            drawn = RigidMatch.drawn(
                windows, fit.mask, images, others, shape=shape, trimmed=trimmed
            )
            if drawn is None:
                return None
            match, scores, where = drawn
            hits = scores > THRESHOLD
            found = _Rigid(match, hits & ~others, _worth(scores, hits, ~others))
            before, members, at = members, tried[hits & ~others], where[hits & ~others]
            if np.array_equal(members, before):
                break
        return None if len(members) < FEWEST or _stands_still(at) else found

    def _told_by(self, candidate: Candidate, scores: Floats) -> Candidate:
        """The candidate with scores as `RigidMatch` gives them."""
        scope = self._mine & self._material.discover
        gap = valley(scores[scope], 1.0, THRESHOLD)
        key = discovery_key(
            candidate.hits, self._mine, self._material.discover, candidate.agreement, gap
        )
        return replace(candidate, linear=scores, threshold=THRESHOLD, key=key)

    def _candidate(
        self, windows: Material, mask: Mask, at: Offsets, hits: Bools
    ) -> Candidate | None:
        scope = self._mine & windows.discover
        rows = np.flatnonzero(hits & scope)
        if len(rows) < FEWEST:
            return None
        scorer = MatchedFilter.drawn(windows, mask, rows, np.flatnonzero(scope), fewest=FEWEST)
        told = telling(windows, scorer, hits, self._mine, scope)
        if told is None:
            return None
        middle: NDArray[np.float64] = np.median(at[rows], axis=0)
        home = np.round(middle).astype(np.int64)
        height, width = mask.shape[0] - 2, mask.shape[1] - 2
        placed = np.zeros(self._material.shape[:2], bool)
        placed[:height, :width] = mask[1:-1, 1:-1]
        placed = shifted(placed, home)
        return Candidate(
            class_index=self._class,
            family="moved",
            detectors=frozenset({DETECTOR}),
            mask=placed,
            hits=hits,
            linear=told.linear,
            threshold=told.threshold,
            agreement=told.agreement,
            key=told.key,
            places=(at - home).astype(np.int16),
        )


def _worth(scores: Floats, hits: Bools, own: Bools) -> float:
    """What the hits promise by the class's scores, as of exemplars."""
    z = surplus(int((hits & own).sum()), int(hits.sum()), own.mean())
    return worth(z, valley(scores[own], 1.0, THRESHOLD))


def _without_parts(sought: list[_Rigid]) -> list[_Rigid]:
    """Without those whose members are another's, which has more and is worth about as much."""

    def is_part(one: _Rigid, other: _Rigid) -> bool:
        n = int(one.members.sum())
        return (
            n < other.members.sum()
            and (one.members & other.members).sum() >= _WITHIN * n
            and other.worth >= _LEAST_OF_PART * one.worth
        )

    return [one for one in sought if not any(is_part(one, other) for other in sought)]


def _stands_still(places: Offsets) -> bool:
    """Whether most members have the pattern in one place."""
    _, counts = np.unique(places, axis=0, return_counts=True)
    return bool(counts.max() > _MOST_IN_PLACE * len(places))


def _conditional_hits(windows: Material, mask: Mask, members: Rows, mine: Bools) -> Bools | None:
    """Hits (N,) of the conditional scorer on registered windows, or None."""
    own = np.flatnonzero(windows.discover & mine)
    rows = members
    for _ in range(2):
        scorer = ConditionalScorer(windows, mask, rows, rest_of(windows, rows))
        rows = own[scorer.scores(windows, own) > 0]
        if len(rows) < FEWEST:
            return None
    scorer = ConditionalScorer(windows, mask, rows, rest_of(windows, rows))
    hits: Bools = scorer.scores(windows) > 0
    return hits


def shared_divergence(
    material: Material, rows: Rows, at: Offsets, side: tuple[int, int]
) -> NDArray[np.floating]:
    """Divergence map (h, w) of the rows' windows from their neighbours' at the same places."""
    whole = material.images.reshape(-1, *material.shape)
    windows = cut(whole[rows], at, side).reshape(len(rows), -1)
    shape = (*side, material.shape[2])
    middle = np.zeros(side, bool)
    middle[side[0] // 4 : -(side[0] // 4) or None, side[1] // 4 : -(side[1] // 4) or None] = True
    typical = most_typical(windows, middle, material.shape[2])
    near = material.neighbours[rows[typical], :_NEIGHBOURS]
    neighbours = cut(whole[near.ravel()], np.repeat(at[typical], near.shape[1], 0), side)
    neighbours = neighbours.reshape(len(neighbours), -1)
    divergence = divergence_map(windows[typical], neighbours, shape)
    above: NDArray[np.floating] = np.maximum(divergence - 3.0 / int(typical.sum()), 0)
    return above
