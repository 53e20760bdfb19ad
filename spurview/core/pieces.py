"""Pieces of a candidate that covers the whole image, each tried as a pattern of its own.

A network that gives many carriers another class leaves carriers among the content neighbours of
carriers, and a patch is then but one of several places that its members share. Told by one place
at a time against neighbours without hits, the patch gives all of its carriers, the rest little.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spurview.core.candidate import Candidate
from spurview.core.extraction import mask_around
from spurview.core.material import Material
from spurview.core.pixel_map import Mask
from spurview.core.rematching import told_again

_PEAKS = 4
_REACH_PX = 2
_ROUNDS = 3
# A piece that promises less at first is no pattern; the key is that of `discovery_key`.
_LEAST_KEY = 8.0


def pieces_of(material: Material, whole: Candidate) -> list[Candidate]:
    """Local candidates from the strongest places of a whole-image candidate's score.

    Around each of `_PEAKS` places of its contribution, in turn: the scorers on the place with
    neighbours without the current hits, and the mask anew from the hits.
    """
    if whole.contribution is None:
        return []
    found = []
    for mask in _places(np.maximum(whole.contribution, 0)):
        candidate = _refined(material, replace(whole, family="local", mask=mask, key=0.0))
        if candidate is not None:
            found.append(candidate)
    return found


def _refined(material: Material, candidate: Candidate) -> Candidate | None:
    for index in range(_ROUNDS):
        told = told_again(material, candidate)
        best = max(told, key=lambda again: again.key, default=None)
        if best is None or best.key < _LEAST_KEY:
            return None
        if index < _ROUNDS - 1:
            best = replace(best, mask=mask_around(material, best, best.mask))
        candidate = best
    return candidate


def _places(strength: NDArray[np.float64]) -> list[Mask]:
    """Squares (H, W) around the highest places of a smoothed map, none near another."""
    left = ndimage.gaussian_filter(strength, 1.0)
    rows, columns = np.indices(left.shape)
    masks = []
    for _ in range(_PEAKS):
        row, column = np.unravel_index(left.argmax(), left.shape)
        distance = np.maximum(np.abs(rows - row), np.abs(columns - column))
        masks.append(distance <= _REACH_PX)
        left[distance <= _REACH_PX + 1] = 0
    return masks
