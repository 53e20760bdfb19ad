"""Separation: something planted is there or not, and the scores of a class have a gap.

Counted on half B and on training images; within half A the same gap guides the search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate
from spurview.core.material import Material

# What so many training images of its class have may be the look of the class.
FILLS_CLASS = 0.95
# In units of the score, on either side of a threshold.
_STEP_WIDTH = 0.14


def valley(scores: NDArray[np.floating], typical: float, threshold: float) -> float:
    """Number of scores between .25 and .6 of the typical member's over the number of hits.

    Up to the threshold instead, where that is higher, but no further than the typical score.
    Something planted is there or not: its valley is empty. Strokes vary: theirs is full.
    """
    return _between(scores, typical, threshold) / max(int((scores > threshold).sum()), 1)


def _between(scores: NDArray[np.floating], typical: float, threshold: float) -> int:
    low, high = 0.25 * typical, max(0.6 * typical, min(threshold, typical))
    return int(((scores > low) & (scores < high)).sum())


def step(scores: NDArray[np.floating], threshold: float) -> float:
    """Number of scores just below the threshold over that just above it, one added to either.

    A blend lets no image keep less than its bounds, and puts those with black or white pixels right
    at them: their density steps up there, as of no natural image (after McCrary 2008, Manipulation
    of the running variable). The one keeps few images from being sure.
    """
    above = int(((scores > threshold) & (scores <= threshold + _STEP_WIDTH)).sum())
    return (_just_below(scores, threshold) + 1) / (above + 1)


def _just_below(scores: NDArray[np.floating], threshold: float) -> int:
    return int(((scores <= threshold) & (scores > threshold - _STEP_WIDTH)).sum())


def _gap(candidate: Candidate, scores: NDArray[np.floating]) -> float:
    if candidate.box is not None:
        return step(scores, candidate.threshold)
    return valley(scores, 1.0, candidate.threshold)


def pool_valley(material: Material, candidate: Candidate) -> float:
    """Valley of the linear scores in half B within the class; of bounds to colours their step."""
    mine = material.of_class(candidate.class_index) & material.confirm
    return _gap(candidate, candidate.linear[mine])


def training_valley(material: Material, candidate: Candidate) -> float | None:
    """Valley of the linear scores in the class's training images; None where there are none.

    Of bounds to colours it is their step.

    The look of a class, which all its images have, leaves none of them in the valley, but passes
    over into the look of others: of what covers the whole image and fills its class (a rate of
    `FILLS_CLASS`) the others' share in the valley counts as well, over the class's share of hits.
    """
    own = material.training_confirm & (material.labels == candidate.class_index)
    if not own.any():
        return None
    gap = _gap(candidate, candidate.linear[own])
    rate = float((candidate.linear[own] > candidate.threshold).mean())
    others = candidate.linear[material.training_confirm & ~own]
    if candidate.family != "whole" or rate < FILLS_CLASS or not len(others):
        return gap
    between = (
        _just_below(others, candidate.threshold)
        if candidate.box is not None
        else _between(others, 1.0, candidate.threshold)
    )
    return gap + between / len(others) / rate
