"""A candidate that was found on a sample, told on all images block by block.

Each way of finding has its way of telling: a pattern in one place by the scorers on its mask,
against neighbours that do not carry it; one that moves by convolution first; one over the whole
image by one round of its filter; a tint by the image's colours. What they need is drawn from the
sample's members in half A.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate
from spurview.core.coarse import coarse
from spurview.core.colour_box import box_scores
from spurview.core.material import Bools, ClassMaterial, Floats, Material, Rows, f1
from spurview.core.neighbours import mean_of
from spurview.core.pixel_map import Mask
from spurview.core.pixel_map import places as values_on
from spurview.core.pool_blocks import Block
from spurview.core.registration import Offsets, Window, best_matches, window_covariance
from spurview.core.rigid_match import THRESHOLD, RigidMatch
from spurview.core.scorers import (
    FEWEST,
    LEAST_DEVIATIONS,
    MOST_CONDITIONAL,
    ConditionalScorer,
    MatchedFilter,
    rest_of,
)
from spurview.core.template import cut

_RIDGE_SHARE, _MEMBER_SHARE = 0.05, 0.5
# The share of an image from which on a window is large.
_LARGE_WINDOW = 0.25


@dataclass(frozen=True)
class Told:
    """What is told of a block: scores over the typical member's (n,), hits (n,), places (n, 2)."""

    linear: Floats
    hits: Bools
    places: NDArray[np.int16] | None = None


@dataclass(frozen=True)
class Carrier:
    """How to tell a candidate on any block, and the threshold of its scores."""

    tell: Callable[[Block], Told]
    threshold: float


def carrier_of(
    sample: Material, candidate: Candidate, block: Block, classes: dict[int, ClassMaterial]
) -> Carrier | None:
    """How a candidate of the sample is told; None where its members are too few to tell.

    block: the sample as a block; classes: what was worked out for the class before.
    """
    if len(_members(sample, candidate)) < FEWEST:
        return None
    if candidate.places is not None:
        return _moved(sample, candidate, block)
    if candidate.family == "local":
        return _local(sample, candidate, block)
    if candidate.box is not None:
        return _within_box(candidate.box, candidate.threshold)
    if candidate.contribution is None:
        return _colours(sample, candidate, block)
    return _whole(sample, candidate, block, classes)


class _Scorers:
    """Both scorers on a mask, drawn from the members; that one tells which agrees more with them.

    window: the sample as the scorers are to see it.
    """

    def __init__(self, window: Material, mask: Mask, candidate: Candidate) -> None:
        mine = window.of_class(candidate.class_index) & window.discover
        rows = np.flatnonzero(candidate.hits & mine)
        # As many candidates as there are would hold the whole sample each.
        self._empty = _with_images(window, *np.zeros((2, 0, window.images.shape[1]), np.float32))
        self._line = MatchedFilter.drawn(window, mask, rows, np.flatnonzero(mine))
        self._conditional: ConditionalScorer | None = None
        if mask.sum() * window.shape[2] > MOST_CONDITIONAL:
            return
        conditional = ConditionalScorer(window, mask, rows, rest_of(window, rows))
        by_line = self._line.scores(window) > self._line.threshold
        if f1(conditional.scores(window) > 0, candidate.hits) > f1(by_line, candidate.hits):
            self._conditional = conditional

    @property
    def is_usable(self) -> bool:
        return self._line.typical > 0

    @property
    def threshold(self) -> float:
        return self._line.threshold / self._line.typical

    def tell(self, images: Floats, expected: Floats) -> Told:
        """images, expected: (n, p) windows."""
        seen = _with_images(self._empty, images, expected)
        scores = self._line.scores(seen)
        hits: Bools = scores > self._line.threshold
        if self._conditional is not None:
            hits = self._conditional.scores(seen) > 0
        return Told((scores / self._line.typical).astype(np.float32), hits)


def _with_images(material: Material, images: Floats, expected: Floats) -> Material:
    """A material as scorers look at it: nothing but images and what is expected of them."""
    seen = replace(material, images=images, rebuilt=None)
    # A cached property, which would take the mean of other rows.
    seen.__dict__["expected"] = expected
    return seen


def _local(sample: Material, candidate: Candidate, block: Block) -> Carrier | None:
    window = Window(sample.shape, candidate.mask)
    excluded = candidate.hits[block.references.in_sample]
    images = block.references.images
    # Of many large windows as many copies of the references would be held.
    is_large = np.prod(window.shape) > _LARGE_WINDOW * images.shape[1]
    theirs = None if is_large else window.of(images)

    def cut_to(of: Block) -> tuple[Floats, Floats]:
        near = of.without(excluded)
        if theirs is None:
            return window.of(of.images), window.of(mean_of(images, near))
        return window.of(of.images), mean_of(theirs, near)

    seen = _with_images(replace(sample, shape=window.shape), *cut_to(block))
    scorers = _Scorers(seen, window.mask, candidate)
    if not scorers.is_usable:
        return None
    return Carrier(lambda of: scorers.tell(*cut_to(of)), scorers.threshold)


def _moved(sample: Material, candidate: Candidate, block: Block) -> Carrier | None:
    window = Window(sample.shape, candidate.mask)
    weights = _moved_filter(sample, candidate, window, block)

    def matched(of: Block) -> Offsets:
        _, at = best_matches(of.residual, weights[None])
        return at[:, 0]

    def cut_to(of: Block, at: Offsets) -> tuple[Floats, Floats]:
        return window.of(of.images, at), window.of(of.expected, at)

    seen = replace(sample, shape=window.shape)
    scorers = _Scorers(_with_images(seen, *cut_to(block, matched(block))), window.mask, candidate)
    if not scorers.is_usable:
        return None

    def tell(of: Block) -> Told:
        at = matched(of)
        told = scorers.tell(*cut_to(of, at))
        return replace(told, places=(at - window.corner).astype(np.int16))

    rigid = _rigid(sample, candidate, window, block)
    by_filter = Carrier(tell, scorers.threshold)
    if rigid is None or _agree(rigid, candidate, block) <= _agree(by_filter, candidate, block):
        return by_filter
    return rigid


def _agree(carrier: Carrier, candidate: Candidate, block: Block) -> float:
    """F1 of those told and the candidate's hits in the sample."""
    return f1(carrier.tell(block).hits, candidate.hits)


def _members(sample: Material, candidate: Candidate) -> Rows:
    """Rows of the candidate's members in half A of the sample."""
    mine = sample.of_class(candidate.class_index) & sample.discover
    return np.flatnonzero(candidate.hits & mine)


def _placed(sample: Material, candidate: Candidate, window: Window) -> tuple[Rows, Offsets]:
    """The members (m,) of a pattern that moves, and where each has the mask's box, (m, 2)."""
    assert candidate.places is not None
    members = _members(sample, candidate)
    return members, window.corner + candidate.places[members].astype(np.int64)


def _rigid(sample: Material, candidate: Candidate, window: Window, block: Block) -> Carrier | None:
    """By how close an image comes to what the members have, where that is rigid."""
    members, at = _placed(sample, candidate, window)
    whole = block.images[members].reshape(-1, *sample.shape)
    windows, half_a = cut(whole, at, window.side), block.images[sample.discover]
    others = ~sample.of_class(candidate.class_index)[sample.discover]
    drawn = RigidMatch.drawn(windows, window.box_mask, half_a, others, shape=sample.shape)
    if drawn is None:
        return None
    match = drawn[0]

    shape = sample.shape

    def tell(of: Block) -> Told:
        scores, where = match.scores(of.images, shape)
        return Told(scores, scores > THRESHOLD, (where - window.corner).astype(np.int16))

    return Carrier(tell, THRESHOLD)


def _moved_filter(
    sample: Material, candidate: Candidate, window: Window, block: Block
) -> NDArray[np.float32]:
    """(h, w, C) the filter on the mask's box, from the members' windows where they have it."""
    members, at = _placed(sample, candidate, window)
    pixels = block.residual[members].permute(0, 2, 3, 1).numpy()
    mean = cut(pixels, at, window.side).mean(0)
    half_a = block.residual[np.flatnonzero(sample.discover)]
    covariance = window_covariance(half_a, window.side, np.random.default_rng(0))
    on_mask = values_on(window.box_mask, sample.shape[2])
    target = mean.ravel()[on_mask].astype(np.float64)
    solved = np.linalg.solve(covariance[np.ix_(on_mask, on_mask)], target)
    weights = np.zeros(mean.size, np.float32)
    weights[on_mask] = solved / np.sqrt(max(solved @ target, 1e-12))
    return weights.reshape(mean.shape)


def _whole(
    sample: Material, candidate: Candidate, block: Block, classes: dict[int, ClassMaterial]
) -> Carrier | None:
    found = _class_of(sample, candidate.class_index, classes)
    seen = found.material
    hiding = sample.hiding(candidate.hits)
    excluded = hiding[block.references.in_sample]
    is_across = sample.shape[2] > 1 and bool(excluded.any())

    def near(of: Block) -> Rows:
        return of.across(excluded) if is_across else of.without(excluded)

    members = _members(sample, candidate)
    rest = np.flatnonzero(sample.discover & ~hiding)
    if len(rest) < FEWEST:
        return None
    theirs = seen.images[block.references.in_sample]
    of_sample = near(block)
    background, difference = (
        seen.images[rows].mean(0) - _mean_expected(theirs, of_sample[rows])
        for rows in (rest, members)
    )
    ridge = _RIDGE_SHARE * found.covariance.mean_variance + 1e-3
    weights = found.covariance.solve(difference - background, ridge)
    weights /= found.covariance.deviation(weights)
    line = weights.astype(np.float32)
    of_theirs, offset = theirs @ line, float(background @ weights)

    def scores(of: Block, near_of: Rows) -> NDArray[np.float64]:
        raw = of.coarse @ line
        scored: NDArray[np.float64] = (raw - of_theirs[near_of].mean(1)).astype(np.float64)
        return scored - offset

    typical = float(np.median(scores(block, of_sample)[members]))
    if typical <= 0:
        return None
    threshold = max(LEAST_DEVIATIONS, _MEMBER_SHARE * typical)

    def tell(of: Block) -> Told:
        found_scores = scores(of, near(of))
        return Told((found_scores / typical).astype(np.float32), found_scores > threshold)

    return Carrier(tell, threshold / typical)


def _class_of(
    sample: Material, class_index: int, classes: dict[int, ClassMaterial]
) -> ClassMaterial:
    """The class among blocks, worked out once for all its candidates, which come together.

    It takes seconds, and the memory of several copies of the blocks: one at a time is kept.
    """
    if class_index not in classes:
        classes.clear()
        classes[class_index] = ClassMaterial(coarse(sample), class_index)
    return classes[class_index]


def _mean_expected(references: Floats, near: Rows) -> Floats:
    """(D,) the mean over all rows of `near` (n, k) of their neighbours' images."""
    counts = np.bincount(near.ravel(), minlength=len(references)) / near.size
    mean: Floats = counts.astype(np.float32) @ references
    return mean


def _within_box(box: Floats, threshold: float) -> Carrier:
    def tell(of: Block) -> Told:
        scores = box_scores(of.extremes, box)
        return Told(scores, scores > threshold)

    return Carrier(tell, threshold)


def _colours(sample: Material, candidate: Candidate, block: Block) -> Carrier | None:
    levels = block.colours
    pool = levels[sample.pool]
    middle, spread = pool.mean(0), pool.std(0) + 1e-3

    def told_of(found: Floats) -> tuple[Floats, Floats]:
        scaled: Floats = ((found - middle) / spread).astype(np.float32)
        return scaled, np.zeros_like(scaled)

    seen = replace(sample, shape=(1, levels.shape[1], 1))
    mask = np.ones((1, levels.shape[1]), bool)
    scorers = _Scorers(_with_images(seen, *told_of(levels)), mask, candidate)
    if not scorers.is_usable:
        return None
    return Carrier(lambda of: scorers.tell(*told_of(of.colours)), scorers.threshold)
