"""Patterns that stand in another place from image to image: where they match best, and crops there.

A place is the (top, left) pixel of a window that lies within the image, or reaches `BEYOND_PX`
beyond its border, where nothing is unusual. Residuals are images less
the mean of their content neighbours, (n, C, H, W) float32; those of all images are never held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from spurview.core.correlation import correlation
from spurview.core.material import RIDGE, Bools, Floats, Material, Rows
from spurview.core.neighbours import mean_of
from spurview.core.pixel_map import Mask
from spurview.core.template import cut

Windows = NDArray[np.float32]
Offsets = NDArray[np.int64]

# Fewer members tell nothing of a pattern that moves.
FEWEST = 6
# What is found to belong to a pattern may be a little more than the pattern, at the border too.
BEYOND_PX = 3
# So many images' responses stay in the processor's cache.
_BLOCK = 64
_SAMPLED = 3000


@dataclass(frozen=True)
class Residuals:
    """Images less what is expected of them, worked out for the rows that are asked for.

    images: (N, D); expected: of rows (n,) what is expected of them, (n, D).
    """

    images: Floats
    expected: Callable[[Rows], Floats]
    shape: tuple[int, int, int]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, rows: Rows) -> torch.Tensor:
        """(n, C, H, W) of the rows."""
        return by_channel(lambda part: self._of(rows[part]), len(rows), self.shape)

    def parts(self) -> Iterator[torch.Tensor]:
        """Those of all images, (`_BLOCK`, C, H, W) after (`_BLOCK`, C, H, W)."""
        for start in range(0, len(self), _BLOCK):
            yield self[np.arange(start, min(start + _BLOCK, len(self)))]

    def _of(self, rows: Rows) -> Floats:
        difference: Floats = self.images[rows] - self.expected(rows)
        return difference


def residuals(material: Material) -> Residuals:
    """Images less the mean of their neighbours."""
    expected = material.expected
    return Residuals(material.images, lambda rows: expected[rows], material.shape)


def residuals_without(material: Material, hits: Bools) -> Residuals:
    """Images less the mean of those of their content neighbours that are no hits."""
    images, near = material.images, material.matcher.without(hits)
    return Residuals(images, lambda rows: mean_of(images, near[rows]), material.shape)


def by_channel(
    values: Callable[[slice], Floats], n: int, shape: tuple[int, int, int]
) -> torch.Tensor:
    """(n, C, H, W) of values (m, H W C) asked for part by part: all at once are several copies."""
    height, width, channels = shape
    made = torch.empty((n, channels, height, width))
    for start in range(0, n, _BLOCK):
        part = slice(start, min(start + _BLOCK, n))
        pixels = values(part).reshape(-1, *shape)
        made[part] = torch.from_numpy(pixels.transpose(0, 3, 1, 2))
    return made


@torch.no_grad()
def best_matches(images: torch.Tensor | Residuals, filters: Windows) -> tuple[Floats, Offsets]:
    """Highest score (n, F) of each filter anywhere in each image, and its places (n, F, 2).

    images: (n, C, H, W), n >= 1; filters: (F, h, w, C).
    """
    kernels = torch.from_numpy(np.ascontiguousarray(filters.transpose(0, 3, 1, 2)))
    scores, where = [], []
    parts = torch.split(images, _BLOCK) if isinstance(images, torch.Tensor) else images.parts()
    for part in parts:
        response = correlation(part, kernels, padding=BEYOND_PX)
        best, index = response.flatten(2).max(2)
        columns = response.shape[3]
        scores.append(best.numpy())
        where.append(torch.stack([index // columns, index % columns], 2).numpy())
    return np.concatenate(scores), np.concatenate(where) - BEYOND_PX


def window_covariance(
    images: torch.Tensor, side: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Covariance (p, p) of windows (h, w, C) flattened, at random places: the same everywhere."""
    places = random_places(rng, _SAMPLED, images.shape[2:], side)
    rows = rng.integers(len(images), size=_SAMPLED)
    pixels = images.permute(0, 2, 3, 1).numpy()
    windows = cut(pixels, places, side, rows).reshape(_SAMPLED, -1).astype(np.float64)
    covariance: NDArray[np.float64] = windows.T @ windows / _SAMPLED
    return covariance + RIDGE * np.eye(len(covariance))


def random_places(
    rng: np.random.Generator, n: int, size: tuple[int, ...], side: tuple[int, int]
) -> Offsets:
    """(n, 2) places of windows of (h, w) that lie within images of (H, W)."""
    rows = rng.integers(0, size[0] - side[0] + 1, n)
    columns = rng.integers(0, size[1] - side[1] + 1, n)
    return np.stack([rows, columns], 1)


def registered(material: Material, places: Offsets, side: tuple[int, int]) -> Material:
    """The material cut to windows (h, w) at each image's own place (N, 2).

    What is expected of an image is cut at the same place, so that residuals are registered too.
    """
    whole = (-1, *material.shape)
    windows = cut(material.images.reshape(whole), places, side)
    expected = cut(material.expected.reshape(whole), places, side)
    cropped = replace(
        material,
        shape=(*side, material.shape[2]),
        images=np.ascontiguousarray(windows.reshape(len(windows), -1)),
        rebuilt=None,
    )
    # A cached property of the material; neighbours' own windows would lie in other places.
    cropped.__dict__["expected"] = np.ascontiguousarray(expected.reshape(len(expected), -1))
    return cropped


class Window:
    """The box around a mask and a pixel more; pixels beyond the border repeat its own.

    shape: (H, W, C) of the images; mask: (H, W). Of the window: `mask`, `shape`; of the mask's box
    within it: `corner`, its (top, left), and `side`, (h, w).
    """

    def __init__(self, shape: tuple[int, int, int], mask: Mask) -> None:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        self._whole = shape
        self.corner: Offsets = np.array([rows[0], columns[0]])
        self.side = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
        self.box_mask = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        self.mask = np.pad(self.box_mask, 1)
        self.shape = (self.side[0] + 2, self.side[1] + 2, shape[2])

    def of(self, images: Floats, at: Offsets | None = None) -> Floats:
        """Windows (n, p) of images (n, D); at: (n, 2) where the mask's box lies in each."""
        whole = images.reshape(-1, *self._whole)
        if at is not None:
            windows = cut(whole, at - 1, self.shape[:2])
            return np.ascontiguousarray(windows.reshape(len(windows), -1))
        rows, columns = (
            np.clip(first - 1 + np.arange(n), 0, most - 1)
            for first, n, most in zip(self.corner, self.shape[:2], self._whole[:2], strict=True)
        )
        # One place for all: a slice, and only its border may have to be repeated.
        within = whole[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        windows = within[:, (rows - rows[0])[:, None], (columns - columns[0])[None]]
        return np.ascontiguousarray(windows.reshape(len(windows), -1))
