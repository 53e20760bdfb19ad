"""The detector `windows`: places at which a class falls in two, the upper part being chosen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from spurview.core.detectors.proposal import Proposal
from spurview.core.material import RIDGE, Bools, ClassMaterial, Floats, f1
from spurview.core.pixel_map import places
from spurview.core.scorers import top_peak
from spurview.core.surplus import surplus

_KEPT = 4


def local_windows(found: ClassMaterial) -> list[Proposal]:
    """Windows in which the class splits in two and the upper part is the network's own choice.

    Catches faint patches lying on strokes. Kept by enrichment over (.15 + valley), at most four
    of different members.
    """
    ranked = sorted(_window_splits(found), key=lambda split: -split[0])
    kept: list[Bools] = []
    for _, members in ranked:
        if all(f1(members, other) < 0.5 for other in kept):
            kept.append(members)
        if len(kept) == _KEPT:
            break
    return [Proposal("windows", members) for members in kept]


def _window_splits(found: ClassMaterial) -> Iterator[tuple[float, Bools]]:
    material = found.material
    height, width, channels = material.shape
    half_a = np.flatnonzero(material.discover | found.scope)
    mine = found.scope[half_a]
    # By values, so that those of a window lie together.
    by_value = np.ascontiguousarray(found.residual(half_a).T)
    step = max(2, min(height, width) // 16)
    for size in (4, 6):
        for top in range(0, height - size + 1, step):
            for left in range(0, width - size + 1, step):
                window = np.zeros((height, width), bool)
                window[top : top + size, left : left + size] = True
                inside = places(window, channels)
                yield from _splits(by_value[inside].T, found.covariance.block(inside), mine)


def _splits(
    residual: Floats, covariance: NDArray[np.float64], mine: Bools
) -> Iterator[tuple[float, Bools]]:
    """(key, members) along the two leading directions of the whitened window."""
    base = mine.mean()
    for along in _leading(residual, covariance + RIDGE * np.eye(len(covariance)), mine):
        own = along[mine]
        about = own - own.mean()
        # Products, since a power is several times as slow.
        if (about * about * about).mean() < 0:
            along, own = -along, -own
        if own.std() < 1e-3:
            continue
        upper = top_peak(own)
        n = int(upper.sum())
        if n < 8 or n > 0.6 * len(own):
            continue
        high, low = own[upper].mean(), own[~upper].mean()
        gap = high - low
        between = ((own > low + 0.35 * gap) & (own < low + 0.65 * gap)).sum() / n
        above = along > own[upper].min()
        z = surplus(int(mine[above].sum()), int(above.sum()), base)
        yield float(z / (0.15 + between)), upper


def _leading(residual: Floats, covariance: NDArray[np.float64], mine: Bools) -> Iterator[Floats]:
    """(n,) the residuals along the directions in which the class varies most for its covariance.

    Those v of largest ratio v' S v / v' C v of the class's covariance S to the given C, by the
    generalised eigenproblem S v = r C v: the same as the leading directions of whitened residuals.
    """
    centred = residual[mine] - residual[mine].mean(0)
    scatter = (centred.T @ centred / len(centred)).astype(np.float64)
    last = len(covariance) - 1
    _, axes = linalg.eigh(scatter, covariance, subset_by_index=[last - 1, last], check_finite=False)
    for axis in (axes[:, 1], axes[:, 0]):
        yield residual @ axis.astype(np.float32)
