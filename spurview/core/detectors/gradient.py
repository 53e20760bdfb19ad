"""The detector `gradient`: images that have what the network looks for, where it looks for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from spurview.core.detectors.clustering import least_members
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import ClassMaterial, Floats, Rows
from spurview.core.pixel_map import by_pixel, places

_WINDOWS = 3

# (rows (n,), class) -> (n, D) gradient of the margin in each of the material's images
Gradient = Callable[[Rows, int], Floats]


def gradient_windows(
    found: ClassMaterial, gradient: Gradient, rng: np.random.Generator
) -> list[Proposal]:
    """The 3 % of members whose residual best follows the network's gradient, in 3 windows."""
    shape = found.material.shape
    rows = rng.permutation(found.others)[:400]
    slope = gradient(rows, found.class_index).mean(0)
    energy = ndimage.uniform_filter(by_pixel(np.square(slope), shape), 5)
    n = max(least_members(len(found.members_a)), int(0.03 * len(found.members_a)))
    residual = found.residual(found.members_a)
    proposals = []
    for _ in range(_WINDOWS):
        row, column = np.unravel_index(energy.argmax(), energy.shape)
        window = np.zeros(shape[:2], bool)
        window[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = True
        energy[window] = 0
        inside = places(window, shape[2])
        scores = residual[:, inside] @ slope[inside]
        members = np.zeros(len(scores), bool)
        members[np.argsort(-scores)[:n]] = True
        proposals.append(Proposal("gradient", members))
    return proposals
