"""A small pool of smooth images whose content is known, and a network that answers by formula.

Images are 12x12 grey: six smooth basis pictures weighed by the latents, and a little noise. Which
half is brighter decides between class 0 and 1; the patch, where it stands, speaks for class 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spurview.core.material import Bools, Floats, Material, split_pool
from spurview.core.neighbours import nearest_among

SHAPE = (12, 12, 1)
N_TRAINING, N_POOL, DIMS, NEIGHBOURS = 120, 400, 6, 10
TARGET = 1
PATCH = (slice(7, 10), slice(2, 5))
# Alternating dark and bright, so that no smooth content looks like it.
PATCH_VALUES = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], np.float32)


@dataclass(frozen=True)
class Planted:
    """A material, who of its images carries the patch (N,), and where the patch lies (H, W)."""

    material: Material
    carriers: Bools
    mask: Bools


def taught(material: Material) -> Bools:
    """(N,) the training images of the class that has the patch."""
    own: Bools = material.training & (material.labels == TARGET)
    return own


@cache
def planted(seed: int = 0, *, in_pool: int = 60, in_training: float = 0.6) -> Planted:
    """A pool with the patch in `in_pool` images and in a share of training class 1.

    Kept for the next test that asks, so the images cannot be written to.
    """
    rng = np.random.default_rng(seed)
    n = N_TRAINING + N_POOL
    latents = rng.normal(size=(n, DIMS)).astype(np.float32)
    images = _content(rng, latents)
    labels = np.where(latents[:, 0] > 0, 1, 0).astype(np.int32)
    pool = np.arange(n) >= N_TRAINING
    carriers = np.zeros(n, bool)
    carriers[rng.permutation(np.flatnonzero(pool))[:in_pool]] = True
    own = np.flatnonzero(~pool & (labels == TARGET))
    carriers[rng.permutation(own)[: round(in_training * len(own))]] = True
    images[np.ix_(carriers, range(7, 10), range(2, 5))] = PATCH_VALUES[None, ..., None]
    mask = np.zeros(SHAPE[:2], bool)
    mask[PATCH] = True
    images.flags.writeable = False
    material = Material(
        shape=SHAPE,
        images=images.reshape(n, -1),
        latents=latents,
        predicted=logits(images).argmax(1).astype(np.int32),
        labels=np.where(pool, -1, labels).astype(np.int32),
        pool=pool,
        training=~pool,
        discover=split_pool(pool, seed),
        neighbours=nearest_among(latents, np.flatnonzero(pool), NEIGHBOURS).astype(np.int32),
        n_classes=2,
    )
    return Planted(material, carriers, mask)


def logits(images: Floats, rows: object = None) -> NDArray[np.float32]:
    """(n, 2) logits by the brightness of the right half, plus up to 12 for class 1 by the patch."""
    flat = images.reshape(len(images), *SHAPE)[..., 0]
    side = 12 * (flat[:, :, 7:].mean((1, 2)) - 0.5)
    missed = np.abs(flat[:, PATCH[0], PATCH[1]] - PATCH_VALUES).mean((1, 2))
    return np.stack([-side, side + 12 * np.clip(1 - 4 * missed, 0, 1)], 1).astype(np.float32)


def _content(rng: np.random.Generator, latents: Floats) -> Floats:
    basis = ndimage.gaussian_filter(
        np.random.default_rng(99).normal(size=(DIMS, *SHAPE[:2])), (0, 2, 2)
    )
    basis *= 0.12 / basis.std((1, 2), keepdims=True)
    basis[0] = np.linspace(-0.2, 0.2, SHAPE[1])[None, :]
    smooth = 0.5 + np.einsum("nd,dhw->nhw", latents, basis)
    noisy = smooth + rng.normal(0, 0.02, smooth.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)[..., None]
