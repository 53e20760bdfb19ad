"""Tints told by a box: the bounds that a blend sets to the colours of an image.

Blended by a towards a colour t, every value x of channel k becomes (1 - a) x + a t_k: whatever the
image shows, its darkest value is at least a t_k, and its lightest at most 1 - a (1 - t_k). Few
natural images keep within all bounds, and of a class that was taught the tint nearly all do.

The bounds are sought by bump hunting (Friedman and Fisher 1999, Bump hunting in high-dimensional
data): of the box of all images, sides are moved in as long as the share of the class rises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate, discovery_key, without_duplicates
from spurview.core.material import Bools, ClassMaterial, Floats
from spurview.core.separation import step

# A side nearer to black or white than this bounds nothing.
LEAST_BOUND = 0.08
# Rounding takes an image this share of a bound beyond it.
_EDGE = 0.97
# An image that has less of a bound is nowhere near it: natural ones have any value below.
_FLOOR = 0.2
THRESHOLD = (_EDGE - _FLOOR) / (1 - _FLOOR)
_FEWEST = 8
_PEELED = 0.1
# In nats, what a side must gain to be moved in.
_LEAST_GAIN = 3.0
_MOST_MOVES = 30
# Shares of the class's training images that may lie outside of a box to begin with.
_UNTAUGHT = (0.05, 0.12, 0.25)
_OUTLIERS = 0.03
_FEWEST_TAUGHT = 20
_MOST_BOXES = 3
# Boxes whose members agree more than this, in F1, are one.
_ALIKE = 0.8
# A handful of bounds fits half A by chance less than the weights of a scorer: nearly as good is
# better.
_SIMPLER = 1.25
# Images whose extremes are taken at once.
_BLOCK = 512


def extremes_of(images: Floats, channels: int) -> Floats:
    """(n, 2 C) of images (n, D): the darkest value of every channel, then 1 less the lightest."""
    extremes = np.empty((len(images), 2 * channels), np.float32)
    for start in range(0, len(images), _BLOCK):
        part = slice(start, start + _BLOCK)
        levels = channels_of(images[part], channels)
        extremes[part] = np.concatenate([levels.min(2), 1 - levels.max(2)], axis=1)
    return extremes


def channels_of(images: Floats, channels: int) -> Floats:
    """A copy (n, C, H W) of images (n, H W C): the values of a channel lie side by side."""
    return images.reshape(len(images), -1, channels).transpose(0, 2, 1).copy()


def box_scores(extremes: Floats, box: Floats) -> Floats:
    """(n,) how far images come within the box: 1 at its edge, 0 where they are nowhere near.

    extremes: (n, 2 C); box: (2 C,) the least of each, of which one is `LEAST_BOUND` or more.
    """
    bounding = box >= LEAST_BOUND
    share = (extremes[:, bounding] / box[bounding]).min(1)
    scores: Floats = (np.maximum(share - _FLOOR, 0) / (1 - _FLOOR)).astype(np.float32)
    return scores


def opacity_of(box: Floats) -> float:
    """The a of the blend, in 0..1: a t + a (1 - t) of the channel that is bounded most."""
    channels = len(box) // 2
    return min(float((box[:channels] + box[channels:]).max()), 1.0)


def search_boxes(found: ClassMaterial, extremes: Floats) -> list[Candidate]:
    """The class's boxes of highest key, of different members; extremes: (N, 2 C)."""
    material = found.material
    half_a = np.flatnonzero(material.discover)
    seen = _Seen(extremes[half_a], found.mine[half_a])
    taught = extremes[material.training_discover & (material.labels == found.class_index)]
    boxes = [*_peeled(seen), *_taught(taught)]
    refined = [_relaxed(taught, _tightened(seen, _pasted(seen, box))) for box in boxes]
    candidates = [_candidate(found, extremes, b) for b in refined if b.max() >= LEAST_BOUND]
    telling = [candidate for candidate in candidates if candidate.key > 0]
    return without_duplicates(telling, found.scope, _MOST_BOXES, alike=_ALIKE)


@dataclass(frozen=True)
class _Seen:
    """The extremes (n, 2 C) of half A, and which of its images got the class, (n,) bool."""

    extremes: Floats
    mine: Bools

    def within(self, box: Floats) -> Bools:
        inside: Bools = np.all(self.extremes >= box, axis=1)
        return inside

    def within_others(self, box: Floats, side: int) -> Bools:
        """Which images all sides but one leave in."""
        inside: Bools = np.all(np.delete(self.extremes, side, 1) >= np.delete(box, side), axis=1)
        return inside


def _peeled(seen: _Seen) -> Iterator[Floats]:
    """Ever smaller boxes: each time the tenth that costs the class least is peeled off."""
    box = np.zeros(seen.extremes.shape[1], np.float32)
    while True:
        inside = seen.within(box)
        mine = seen.mine[inside]
        if inside.sum() <= 2 * _FEWEST or mine.all():
            return
        best = (-np.inf, 0, np.float32(0))
        for side in range(len(box)):
            values = seen.extremes[inside, side]
            left = values > np.quantile(values, _PEELED, method="lower")
            if left.sum() >= _FEWEST:
                gain = (mine[left].mean() - mine.mean()) / (~left).mean()
                best = max(best, (gain, side, values[left].min()))
        if best[0] == -np.inf:
            return
        box[best[1]] = best[2]
        yield box.copy()


def _taught(taught: Floats) -> Iterator[Floats]:
    """Boxes that hold most of the class's own training images, (n, 2 C) extremes."""
    if len(taught) < _FEWEST_TAUGHT:
        return
    for untaught in _UNTAUGHT:
        box = np.quantile(taught, untaught, axis=0).astype(np.float32)
        yield np.where(box >= LEAST_BOUND, box, np.float32(0))


def _pasted(seen: _Seen, box: Floats) -> Floats:
    """The box with sides moved out again as far as those let in got the class as often."""
    box = box.copy()
    for _ in range(_MOST_MOVES):
        inside = seen.within(box)
        if not inside.any():
            break
        share = seen.mine[inside].mean()
        step = max(3, int(0.05 * inside.sum()))
        has_moved = False
        for side in range(len(box)):
            values = seen.extremes[:, side]
            outside = seen.within_others(box, side) & (values < box[side])
            if not outside.any():
                continue
            edge = np.sort(values[outside])[-min(step, int(outside.sum()))]
            let_in = outside & (values >= edge)
            # Many of one value are those at black or white, which no tint has touched.
            if let_in.sum() <= 3 * step and seen.mine[let_in].mean() >= 0.6 * share:
                box[side] = edge
                has_moved = True
        if not has_moved:
            break
    return box


def _tightened(seen: _Seen, box: Floats) -> Floats:
    """The box with sides moved in where those let out got the class half as often or less.

    Each time the side that gains most of the likelihood of two shares over that of one.
    """
    box = box.copy()
    for _ in range(_MOST_MOVES):
        inside = seen.within(box)
        n, mine = int(inside.sum()), seen.mine[inside]
        best = (_LEAST_GAIN, -1, np.float32(0))
        for side in range(len(box)):
            order = np.argsort(seen.extremes[inside, side], kind="stable")
            values = seen.extremes[inside, side][order]
            of_class = np.cumsum(mine[order], dtype=np.intp)
            cuts = 1 + np.flatnonzero(values[1:] > values[:-1])
            cuts = cuts[cuts <= n - _FEWEST]
            if not len(cuts):
                continue
            lost, total = of_class[cuts - 1], of_class[-1]
            gain = _likelihood(lost, cuts) + _likelihood(total - lost, n - cuts)
            gain -= _likelihood(total, np.asarray(n))
            gain[lost / cuts > 0.5 * (total - lost) / (n - cuts)] = 0
            at = int(gain.argmax())
            best = max(best, (float(gain[at]), side, values[cuts[at]]))
        if best[1] < 0:
            break
        box[best[1]] = best[2]
    return box


def _likelihood(mine: NDArray[np.intp], n: NDArray[np.intp]) -> NDArray[np.float64]:
    """Log-likelihood of `mine` of n images by their own share."""
    share = np.clip(mine / n, 1e-3, 1 - 1e-3)
    told: NDArray[np.float64] = mine * np.log(share) + (n - mine) * np.log(1 - share)
    return told


def _relaxed(taught: Floats, box: Floats) -> Floats:
    """The box with sides moved out to where the class's training images that come near them end.

    They are many and nearly all within, so that they tell the place of an edge most surely.
    """
    box = box.copy()
    for side in np.flatnonzero(box >= LEAST_BOUND):
        others = (np.delete(taught, side, 1) >= np.delete(box, side) - 0.02).all(1)
        near = others & (taught[:, side] >= 0.6 * box[side])
        if near.sum() >= _FEWEST_TAUGHT:
            box[side] = min(box[side], np.quantile(taught[near, side], _OUTLIERS))
    return box


def _candidate(found: ClassMaterial, extremes: Floats, box: Floats) -> Candidate:
    material = found.material
    scores = box_scores(extremes, box)
    hits = scores > THRESHOLD
    taught = material.training_discover & (material.labels == found.class_index)
    gap = step(scores[found.scope], THRESHOLD)
    if taught.sum() >= _FEWEST_TAUGHT:
        gap = max(gap, step(scores[taught], THRESHOLD))
    return Candidate(
        class_index=found.class_index,
        family="whole",
        detectors=frozenset({"colour"}),
        mask=np.ones(material.shape[:2], bool),
        hits=hits,
        linear=scores,
        threshold=THRESHOLD,
        agreement=1.0,
        key=_SIMPLER * discovery_key(hits, found.mine, material.discover, 1.0, gap),
        box=box,
    )
