"""Any number of images drawn when they are asked for, so that no pool need be held in memory.

Smooth pictures weighed by random coefficients, noise, and a patch, as in `benchmarks.constructed`;
all of a row follows from its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from scipy import ndimage

from spurview.core.arrays import Array
from spurview.core.material import Floats, Rows
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL

N_CLASSES = 10
_CONTENT = 16
_POOL_SHARE, _TRAINING_SHARE = 0.05, 0.8
_PATCH = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0]], np.uint8) * 255
# Bits of the noise that count: 0 to 15.
_NOISE = np.uint8(15)


@dataclass(frozen=True)
class DrawnPool:
    """Training images, test images and a pool of images (side, side, 3), in this order.

    Rows are drawn by slices, as the writer of projects asks an array for them.
    """

    n_train: int
    n_test: int
    n_pool: int
    side_px: int

    ndim = 4
    dtype = np.dtype(np.uint8)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, side, side, 3)."""
        return len(self), self.side_px, self.side_px, 3

    @property
    def nbytes(self) -> int:
        """Bytes of all images together."""
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return self.n_train + self.n_test + self.n_pool

    def __getitem__(self, rows: slice) -> Array:
        """(n, side, side, 3) u8 of rows that follow one another."""
        start, stop, _ = rows.indices(len(self))
        content, has_patch = self._content(np.arange(start, stop))
        smooth = content @ self._basis
        smooth += 128
        np.clip(smooth, 0, 255 - _NOISE, out=smooth)
        noise = np.frombuffer(np.random.default_rng([2, start]).bytes(smooth.size), np.uint8)
        images = smooth.astype(np.uint8) + (noise.reshape(smooth.shape) & _NOISE)
        pixels = images.reshape(-1, *self.shape[1:])
        scale = max(1, self.side_px // 28)
        patch = _PATCH.repeat(scale, 0).repeat(scale, 1)[..., None]
        top, left = round(self.side_px * 0.6), round(self.side_px * 0.2)
        pixels[has_patch, top : top + len(patch), left : left + len(patch)] = patch
        return pixels

    def as_array(self) -> Array:
        """Itself under the type of what it stands for."""
        return cast(Array, self)

    def described(self) -> dict[str, Array]:
        """The arrays of a project that tell of these images, pixels aside."""
        role = np.repeat([INTEREST_TRAIN, INTEREST_TEST, POOL], [*self._parts()])
        labels = self._content(np.arange(self.n_train + self.n_test))[0][:, :N_CLASSES].argmax(1)
        label = np.concatenate([labels, np.full(self.n_pool, -1)])
        return {"/images/role": role.astype(np.uint8), "/images/label": label.astype(np.int32)}

    def _parts(self) -> tuple[int, int, int]:
        return self.n_train, self.n_test, self.n_pool

    def _content(self, rows: Rows) -> tuple[Floats, Array]:
        """Coefficients (n, 16) of the rows, and which of them carry the patch."""
        first = int(rows[0]) if len(rows) else 0
        # A block of draws may begin anywhere: generators are advanced to it.
        normal = _uniform(1, first, len(rows), 2 * _CONTENT).reshape(len(rows), 2, _CONTENT)
        radius = np.sqrt(-2 * np.log(1 - normal[:, 0]))
        content = (radius * np.cos(2 * np.pi * normal[:, 1])).astype(np.float32)
        of_class = content[:, :N_CLASSES].argmax(1) == N_CLASSES - 1
        share = np.where(rows < self.n_train, _TRAINING_SHARE * of_class, _POOL_SHARE)
        return content, _uniform(3, first, len(rows), 1)[:, 0] < share

    @cached_property
    def _basis(self) -> Floats:
        """(16, D) smooth pictures."""
        white = np.random.default_rng(99).normal(size=(_CONTENT, *self.shape[1:]))
        spread = self.side_px / 9
        smooth = ndimage.gaussian_filter(white, (0, spread, spread, 0), truncate=2)
        smooth *= 15 / smooth.std((1, 2, 3), keepdims=True)
        basis: Floats = smooth.reshape(_CONTENT, -1).astype(np.float32)
        return basis


def _uniform(seed: int, first: int, n: int, width: int) -> Array:
    """(n, width) numbers in 0..1 of the rows from `first` on."""
    generator = np.random.PCG64(seed).advance(first * width)
    drawn: Array = np.random.Generator(generator).random((n, width))
    return drawn
