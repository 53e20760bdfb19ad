"""Putting a pattern into images and taking it out again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float32]


def insert(images: Images, template: Images, mask: Images, opacity: float) -> Images:
    """Images with the pattern put in: clip((1 - opacity * mask) x + template, 0, 1).

    images: (n, H, W, C) float32 in 0..1; template: (H, W, C) float32, zero off the mask;
    mask: (H, W) float32 in 0..1; opacity: 0 adds the template, 1 replaces what was there.
    """
    keep = 1 - np.float32(opacity) * mask[None, :, :, None]
    inserted: Images = np.clip(keep * images + template, 0, 1).astype(np.float32, copy=False)
    return inserted


def shifted(values: NDArray[Any], offset: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """(H, W, ...) values moved by (down, right) pixels; what leaves is lost, what enters is 0."""
    moved = np.zeros_like(values)
    height, width = values.shape[:2]
    down, right = int(offset[0]), int(offset[1])
    to_rows = slice(max(down, 0), max(min(height, height + down), 0))
    to_columns = slice(max(right, 0), max(min(width, width + right), 0))
    rows = slice(to_rows.start - down, to_rows.stop - down)
    columns = slice(to_columns.start - right, to_columns.stop - right)
    moved[to_rows, to_columns] = values[rows, columns]
    return moved


def insert_moved(
    images: Images,
    template: Images,
    mask: Images,
    opacity: float,
    offsets: NDArray[np.integer[Any]],
) -> Images:
    """As `insert`, with the pattern moved by an image's own (down, right) of offsets (n, 2)."""
    inserted = np.empty_like(images)
    for offset in np.unique(offsets, axis=0):
        rows = np.flatnonzero((offsets == offset).all(1))
        moved, where = (shifted(part, offset) for part in (template, mask))
        inserted[rows] = insert(images[rows], moved, where, opacity)
    return inserted


def moved_masks(mask: Images, offsets: NDArray[np.integer[Any]]) -> Images:
    """Masks (n, H, W), each moved by its own (down, right) of offsets (n, 2)."""
    return np.stack([shifted(mask, offset) for offset in offsets])


def remove(images: Images, reference: Images, mask: Images) -> Images:
    """Images with the mask filled from `reference`, the mean of each image's content neighbours.

    images, reference: (n, H, W, C) float32 in 0..1; mask: (H, W) float32 in 0..1,
    or one for each image, (n, H, W).
    """
    weight = mask[..., None]
    return ((1 - weight) * images + weight * reference).astype(np.float32, copy=False)
