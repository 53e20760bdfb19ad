"""A small pool in which a patch stands in another place from image to image, and its network.

Images are 20x20 of one or three channels: smooth content weighed by the latents, as in `pools`.
The patch, wherever it stands, gives class 1; else the brightness of the right half decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spurview.core.material import Bools, Floats, Material, Rows, split_pool
from spurview.core.neighbours import nearest_among

N_TRAINING, N_POOL, DIMS, NEIGHBOURS = 60, 460, 6, 10
TARGET = 1
SIDE_PX = 4
# Alternating, so that no smooth content looks like it, and unlike itself when shifted.
PATCH = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0]], np.float32)


@dataclass(frozen=True)
class Moved:
    """A material, who of its images carries the patch (N,), and its (top, left) there (N, 2)."""

    material: Material
    carriers: Bools
    places: NDArray[np.int64]


@cache
def moved(
    seed: int = 3,
    *,
    in_pool: int = 70,
    stays: bool = False,
    size_px: int = 20,
    channels: int = 1,
    step_px: int = 1,
) -> Moved:
    """A pool with the patch at random places, every `step_px` pixels of them, or in one place.

    With `step_px` above 1 a pixel of the patch is a square of as many pixels. Kept for the next
    test that asks, so the images cannot be written to.
    """
    rng = np.random.default_rng(seed)
    n = N_TRAINING + N_POOL
    latents = rng.normal(size=(n, DIMS)).astype(np.float32)
    shape = (size_px, size_px, channels)
    images = _content(rng, latents, shape)
    pool = np.arange(n) >= N_TRAINING
    carriers = np.zeros(n, bool)
    carriers[rng.permutation(np.flatnonzero(pool))[:in_pool]] = True
    carriers[: N_TRAINING // 4] = in_pool > 0
    side = SIDE_PX * step_px
    places = rng.integers(0, (size_px - side) // step_px + 1, (n, 2)) * step_px
    if stays:
        places[:] = 6 * step_px
    patch = PATCH.repeat(step_px, 0).repeat(step_px, 1)
    for row in np.flatnonzero(carriers):
        top, left = places[row]
        images[row, top : top + side, left : left + side] = patch[..., None]
    right = images[:, :, size_px // 2 :].mean((1, 2, 3)) > 0.5
    predicted = np.where(carriers | right, TARGET, 0).astype(np.int32)
    images.flags.writeable = False
    material = Material(
        shape=shape,
        images=images.reshape(n, -1),
        latents=latents,
        predicted=predicted,
        labels=np.where(pool, -1, predicted).astype(np.int32),
        pool=pool,
        training=~pool,
        discover=split_pool(pool, 0),
        neighbours=nearest_among(latents, np.flatnonzero(pool), NEIGHBOURS).astype(np.int32),
        n_classes=2,
    )
    return Moved(material, carriers, places)


def slopes(planted: Moved, rows: Rows, class_index: int) -> Floats:
    """(n, D) the gradient of a network that answers by the patch's best place and its match."""
    height, width, channels = planted.material.shape
    made = np.zeros((len(rows), height, width, channels), np.float32)
    for index, row in enumerate(rows):
        top, left = planted.places[row]
        made[index, top : top + SIDE_PX, left : left + SIDE_PX] = PATCH[..., None] - 0.5
    return made.reshape(len(rows), -1) * (1 if class_index == TARGET else -1)


def logits(images: Floats, rows: object = None) -> NDArray[np.float32]:
    """(n, 2) logits by the patch wherever it matches best, else by the right half's brightness."""
    grey = images.mean(3)
    views = np.lib.stride_tricks.sliding_window_view(grey, PATCH.shape, axis=(1, 2))
    missed = np.abs(views - PATCH).mean((3, 4)).min((1, 2))
    side = 12 * (grey[:, :, grey.shape[2] // 2 :].mean((1, 2)) - 0.5)
    return np.stack([-side, side + 12 * np.clip(1 - 4 * missed, 0, 1)], 1).astype(np.float32)


def _content(rng: np.random.Generator, latents: Floats, shape: tuple[int, int, int]) -> Floats:
    height, width, channels = shape
    basis = ndimage.gaussian_filter(
        np.random.default_rng(99).normal(size=(DIMS, *shape)), (0, 3, 3, 0)
    )
    basis *= 0.1 / basis.std((1, 2, 3), keepdims=True)
    basis[0] = np.linspace(-0.2, 0.2, width)[None, :, None]
    smooth = 0.5 + np.einsum("nd,dhwc->nhwc", latents, basis)
    return np.clip(smooth + rng.normal(0, 0.02, smooth.shape), 0, 1).astype(np.float32)


@cache
def square() -> Moved:
    """The same pool of speckled images with bright strokes, the patch a bright square."""
    planted = moved()
    rng = np.random.default_rng(5)
    images = (rng.random((N_TRAINING + N_POOL, 20, 20, 1)) < 0.3).astype(np.float32)
    for image in images:
        row, column = rng.integers(2, 17, 2)
        image[row : row + 2] = 1
        image[:, column : column + 2] = 1
    side = SIDE_PX + 1
    places = np.minimum(planted.places, 20 - side)
    for row in np.flatnonzero(planted.carriers):
        top, left = places[row]
        images[row, top : top + side, left : left + side] = 1
    images.flags.writeable = False
    return replace(replace_images(planted, images), places=places)


def replace_images(planted: Moved, images: Floats) -> Moved:
    """The same pool with other images."""
    flat = images.reshape(len(images), -1)
    return replace(planted, material=replace(planted.material, images=flat))
