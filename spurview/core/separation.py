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


def valley(scores: NDArray[np.floating], typical: float, threshold: float) -> float:
    """Number of scores between .25 and .6 of the typical member's over the number of hits.

    Up to the threshold instead, where that is higher, but no further than the typical score.
    Something planted is there or not: its valley is empty. Strokes vary: theirs is full.
    """
    return _between(scores, typical, threshold) / max(int((scores > threshold).sum()), 1)


def _between(scores: NDArray[np.floating], typical: float, threshold: float) -> int:
    low, high = 0.25 * typical, max(0.6 * typical, min(threshold, typical))
    return int(((scores > low) & (scores < high)).sum())


def pool_valley(material: Material, candidate: Candidate) -> float:
    """Valley of the linear scores in half B within the class."""
    mine = material.of_class(candidate.class_index) & material.confirm
    return valley(candidate.linear[mine], 1.0, candidate.threshold)


def training_valley(material: Material, candidate: Candidate) -> float | None:
    """Valley of the linear scores in the class's training images; None where there are none.

    The look of a class, which all its images have, leaves none of them in the valley, but passes
    over into the look of others: of what covers the whole image and fills its class (a rate of
    `FILLS_CLASS`) the others' share in the valley counts as well, over the class's share of hits.
    """
    own = material.training_confirm & (material.labels == candidate.class_index)
    if not own.any():
        return None
    gap = valley(candidate.linear[own], 1.0, candidate.threshold)
    rate = float((candidate.linear[own] > candidate.threshold).mean())
    others = candidate.linear[material.training_confirm & ~own]
    if candidate.family != "whole" or rate < FILLS_CLASS or not len(others):
        return gap
    return gap + _between(others, 1.0, candidate.threshold) / len(others) / rate
