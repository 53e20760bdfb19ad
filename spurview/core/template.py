"""Putting a pattern into images and taking it out again."""

from __future__ import annotations

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


def remove(images: Images, reference: Images, mask: Images) -> Images:
    """Images with the mask filled from `reference`, the mean of each image's content neighbours.

    images, reference: (n, H, W, C) float32 in 0..1; mask: (H, W) float32 in 0..1.
    """
    weight = mask[None, :, :, None]
    return ((1 - weight) * images + weight * reference).astype(np.float32, copy=False)
