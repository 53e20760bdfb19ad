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
    down = min(max(int(offset[0]), -height), height)
    right = min(max(int(offset[1]), -width), width)
    to_rows = slice(max(down, 0), min(height, height + down))
    to_columns = slice(max(right, 0), min(width, width + right))
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
    """Masks (n, H, W), each moved by its own (down, right) of offsets (n, 2); none wraps."""
    moved = np.zeros((len(offsets), *mask.shape), mask.dtype)
    for where, offset in zip(moved, offsets, strict=True):
        where[...] = shifted(mask, offset)
    return moved


def brought_home(images: NDArray[Any], offsets: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Images (n, H, W, C), each moved back by its own (down, right) of offsets (n, 2).

    What a pattern that moves looks like in them then lies on its mask; the border is repeated.
    """
    return cut(images, offsets.astype(np.int64), images.shape[1:3])


def cut(
    images: NDArray[Any],
    places: NDArray[np.int64],
    side: tuple[int, ...],
    of: NDArray[np.int64] | None = None,
) -> NDArray[Any]:
    """Windows (n, h, w, C) of images (N, H, W, C), each at its own place (n, 2), (top, left).

    of: (n,) the images they are cut from, all in order where it is None. A window may reach beyond
    the border, whose pixels are then repeated.
    """
    height, width = images.shape[1:3]
    rows = np.clip(places[:, :1] + np.arange(side[0]), 0, height - 1)
    columns = np.clip(places[:, 1:] + np.arange(side[1]), 0, width - 1)
    each = (np.arange(len(images)) if of is None else of)[:, None, None]
    windows: NDArray[Any] = images[each, rows[:, :, None], columns[:, None, :]]
    return windows


def remove(images: Images, reference: Images, mask: Images) -> Images:
    """Images with the mask filled from `reference`, the mean of each image's content neighbours.

    images, reference: (n, H, W, C) float32 in 0..1; mask: (H, W) float32 in 0..1,
    or one for each image, (n, H, W).
    """
    weight = mask[..., None]
    return ((1 - weight) * images + weight * reference).astype(np.float32, copy=False)
