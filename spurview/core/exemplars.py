"""What the network attends to in one image, tried as a pattern on others of its class and of none.

In images of the class the window with most of the margin is cut out. Its residual is a filter; its
pixels themselves are sought where an image comes closest to them. What matches in many images of
the class and in few others may be a pattern that moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from spurview.core.detectors.gradient import Gradient
from spurview.core.material import Bools, Floats, Material, Rows, f1
from spurview.core.registration import FEWEST, Offsets, best_matches, window_covariance
from spurview.core.rigid_match import CLOSEST, LEAST_CONTRAST, THRESHOLD, closest
from spurview.core.separation import valley
from spurview.core.surplus import surplus, worth
from spurview.core.template import cut

SIDES_PX = (5, 8)
# The highest of many places is above this many deviations now and then.
LEAST_DEVIATIONS = 5.0
_EXEMPLARS = 32
_MOST_MATCHED = 400
_KEPT = 4
# An exemplar that is no more at home in the class than this is no pattern of it.
_LEAST_Z = 2.0


@dataclass(frozen=True)
class Exemplar:
    """A window of one image, and the images that match it.

    worth: of `surplus`; window: (h, w, C), residual or, of what is rigid, pixels; hits: (n,)
    of half A, only images tried; at: (n, 2) of what is rigid, where its hits have it, else None.
    """

    worth: float
    window: Floats
    hits: Bools
    at: Offsets | None = None


@dataclass(frozen=True)
class _Tried:
    """Places in half A: images of the class, then others; which are of the class; where windows
    are: image and (top, left) of each."""

    rows: Rows
    is_own: Bools
    windows_in: Rows
    windows_at: Offsets


class Exemplars:
    """Exemplars of one class in half A; the arrays are of half A, n images."""

    def __init__(
        self,
        material: Material,
        residual: torch.Tensor,
        class_index: int,
        gradient: Gradient | None,
        rng: np.random.Generator,
    ) -> None:
        """residual: (n, C, H, W); gradient: of the network, where it has one."""
        self._half_a = np.flatnonzero(material.discover)
        self._own = material.of_class(class_index)[self._half_a]
        self._material, self._residual, self._class = material, residual, class_index
        self._gradient, self._rng = gradient, rng

    def best(self) -> tuple[list[Exemplar], list[Exemplar]]:
        """The best as filters, and the best as what is rigid, none of like hits twice in either."""
        filters: list[Exemplar] = []
        rigid: list[Exemplar] = []
        for side in SIDES_PX:
            own = self._rng.permutation(np.flatnonzero(self._own))[:_MOST_MATCHED]
            rest = self._rng.permutation(np.flatnonzero(~self._own))[:_MOST_MATCHED]
            rows = np.concatenate([own, rest])
            tried = _Tried(rows, self._own[rows], *self._attended(own, side))
            filters += self._as_filters(tried, rest, side)
            rigid += self._as_rigid(tried, side)
        return _unlike(filters), _unlike(rigid)

    def _attended(self, own: Rows, side: int) -> tuple[Rows, Offsets]:
        """In which images, and where, the windows of the surest carry most of the margin."""
        shape = self._material.shape
        residual = self._pixels(own)
        if self._gradient is None:
            weight = np.square(residual)
        else:
            slopes = self._gradient(self._half_a[own], self._class).reshape(-1, *shape)
            weight = slopes * residual
        summed = ndimage.uniform_filter(weight.sum(3), (0, side, side), mode="constant")
        low, high = side // 2, side - side // 2 - 1
        inside = summed[:, low : shape[0] - high, low : shape[1] - high]
        flat = inside.reshape(len(own), -1)
        surest = np.argsort(-flat.max(1))
        # The surest images, and as many of the others: a faint pattern is not the surest.
        chosen = np.concatenate(
            [surest[: _EXEMPLARS // 2], self._rng.permutation(surest[_EXEMPLARS // 2 :])]
        )[:_EXEMPLARS]
        at = np.stack(np.unravel_index(flat[chosen].argmax(1), inside.shape[1:]), 1)
        return own[chosen], at

    def _pixels(self, rows: Rows) -> Floats:
        """(m, H, W, C) residuals."""
        return self._residual[torch.from_numpy(rows)].permute(0, 2, 3, 1).numpy()

    def _as_filters(self, tried: _Tried, rest: Rows, side: int) -> list[Exemplar]:
        windows = cut(self._pixels(tried.windows_in), tried.windows_at, (side, side))
        covariance = window_covariance(
            self._residual[torch.from_numpy(rest)], (side, side), self._rng
        )
        flat = windows.reshape(len(windows), -1).astype(np.float64)
        filters = np.linalg.solve(covariance, flat.T).T
        deviation = np.sqrt((filters * flat).sum(1))
        filters = (filters / deviation[:, None]).astype(np.float32).reshape(windows.shape)
        scores, _ = best_matches(self._residual[torch.from_numpy(tried.rows)], filters)
        thresholds = np.maximum(LEAST_DEVIATIONS, 0.5 * deviation)
        return self._at_home(tried, windows, scores, deviation, thresholds)

    def _as_rigid(self, tried: _Tried, side: int) -> list[Exemplar]:
        shape = self._material.shape
        pixels = self._material.images[self._half_a[tried.windows_in]].reshape(-1, *shape)
        windows = cut(pixels, tried.windows_at, (side, side))
        masks = np.ones((len(windows), side, side), bool)
        images = self._material.images[self._half_a[tried.rows]]
        close, where = closest(images, shape, windows, masks)
        absent = np.median(close[~tried.is_own], axis=0)
        apart = np.flatnonzero(CLOSEST - absent >= LEAST_CONTRAST)
        scores = (close[:, apart] - absent[apart]) / (CLOSEST - absent[apart])
        ones = np.ones(len(apart))
        return self._at_home(tried, windows[apart], scores, ones, THRESHOLD * ones, where[:, apart])

    def _at_home(
        self,
        tried: _Tried,
        windows: Floats,
        scores: Floats,
        typical: NDArray[np.floating],
        thresholds: NDArray[np.floating],
        where: Offsets | None = None,
    ) -> list[Exemplar]:
        """The windows that match, by scores (m, E) of the tried, in more of the class than else."""
        is_own, found = tried.is_own, []
        base = is_own.mean()
        for index, window in enumerate(windows):
            column = scores[:, index]
            hits = column > thresholds[index]
            n, n_own = int(hits.sum()), int((hits & is_own).sum())
            z = surplus(n_own, n, base)
            if n_own < FEWEST or z < _LEAST_Z:
                continue
            gap = valley(column[is_own], float(typical[index]), float(thresholds[index]))
            everywhere = np.zeros(len(self._half_a), bool)
            everywhere[tried.rows[hits]] = True
            at = None
            if where is not None:
                at = np.zeros((len(self._half_a), 2), np.int64)
                at[tried.rows] = where[:, index]
            found.append(Exemplar(worth(z, gap), window, everywhere, at))
        return found


def _unlike(exemplars: Sequence[Exemplar]) -> list[Exemplar]:
    kept: list[Exemplar] = []
    for exemplar in sorted(exemplars, key=lambda e: -e.worth):
        if all(f1(exemplar.hits, other.hits) < 0.5 for other in kept):
            kept.append(exemplar)
        if len(kept) == _KEPT:
            break
    return kept
