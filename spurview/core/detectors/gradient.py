"""The detector `gradient`: images that have what the network looks for, where it looks for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from spurview.core.detectors.clustering import least_members
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import ClassMaterial, Floats, Rows
from spurview.core.pixel_map import by_pixel, places

_WINDOWS, _SIDE = 3, 5
# Below this share of the strongest window's energy the network looks for nothing there.
_LEAST_ENERGY = 1e-3

# (rows (n,), class) -> (n, D) gradient of the margin in each of the material's images
Gradient = Callable[[Rows, int], Floats]


def gradient_windows(
    found: ClassMaterial, gradient: Gradient, rng: np.random.Generator
) -> list[Proposal]:
    """The 3 % of members whose residual best follows the network's gradient, in 3 windows.

    No two windows overlap; there are fewer where the images have no room for 3.
    """
    shape = found.material.shape
    rows = rng.permutation(found.others)[:400]
    slope = gradient(rows, found.class_index).mean(0)
    energy = ndimage.uniform_filter(by_pixel(np.square(slope), shape), _SIDE, mode="constant")
    least = _LEAST_ENERGY * energy.max()
    n = max(least_members(len(found.members_a)), int(0.03 * len(found.members_a)))
    residual = found.residual(found.members_a)
    proposals = []
    for _ in range(_WINDOWS):
        at = np.unravel_index(energy.argmax(), energy.shape)
        if energy[at] <= least:
            break
        window = np.zeros(shape[:2], bool)
        window[_around(at, _SIDE // 2)] = True
        energy[_around(at, _SIDE - 1)] = 0
        inside = places(window, shape[2])
        scores = residual[:, inside] @ slope[inside]
        members = np.zeros(len(scores), bool)
        members[np.argsort(-scores)[:n]] = True
        proposals.append(Proposal("gradient", members))
    return proposals


def _around(at: tuple[np.intp, ...], beyond: int) -> tuple[slice, ...]:
    """The square around a pixel, so many pixels beyond it each way."""
    return tuple(slice(max(0, int(i) - beyond), int(i) + beyond + 1) for i in at)
