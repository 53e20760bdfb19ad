"""Pools whose content and pattern are constructed, of any size, so that nothing is trained.

Images are smooth pictures weighed by random coefficients, and a little noise; the classes are
directions of that content. A patch stands in some of the pool and in most of the last class's
training images, and the network gives that class to whatever carries it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn

from spurview.core.classifier import Network, SmallCNN
from spurview.core.material import Bools, Floats, Material, split_pool
from spurview.core.neighbours import nearest_among
from spurview.core.settings import EmbeddingSettings

# Directions of content, more than there are ever classes.
_CONTENT = 16
_POOL_SHARE, _TRAINING_SHARE = 0.05, 0.8
_FEWEST_TRAINING = 200
# Alternating, so that no smooth content looks like it; a cell is a pixel at 28 px.
_PATCH = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0]], np.float32)
_CONTENT_LOGIT, _PATCH_LOGIT = 4.0, 24.0


@dataclass(frozen=True)
class Case:
    """One size of problem: pool images, predicted classes, image side in pixels, channels."""

    n_pool: int
    n_classes: int
    side_px: int = 28
    channels: int = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C)."""
        return self.side_px, self.side_px, self.channels


@dataclass(frozen=True)
class Constructed:
    """A material, its network, the class that the patch gives, and who carries it (N,)."""

    material: Material
    network: Network
    target: int
    carriers: Bools


class _Formula(nn.Module):
    """A linear answer by content and patch, at the price of a small CNN.

    The CNN is the one that a project trains, untrained and hardly weighed: what it computes costs
    what a trained one costs.
    """

    def __init__(self, shape: tuple[int, int, int], weights: Floats, bias: Floats) -> None:
        super().__init__()
        n_classes = len(weights)
        torch.manual_seed(0)
        self._cnn = SmallCNN(shape, n_classes)
        self._weights = nn.Parameter(torch.from_numpy(weights))
        self._bias = nn.Parameter(torch.from_numpy(bias))

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, K) of images (n, C, H, W)."""
        values = images.permute(0, 2, 3, 1).flatten(1)
        logits: Tensor = values @ self._weights.T + self._bias + 1e-3 * self._cnn(images)
        return logits


def constructed(case: Case, seed: int = 0, *, neighbours_among: int | None = None) -> Constructed:
    """The pool of one case with as many training images as a quarter of it, at least 200.

    The patch is in 5 % of the pool and in 80 % of the target's training images. Latents are a
    random projection of the images with the patch in them. neighbours_among: so many of the pool,
    for searches that find their own.
    """
    rng = np.random.default_rng([seed, case.side_px, case.channels])
    n_training = max(_FEWEST_TRAINING, case.n_pool // 4)
    n = n_training + case.n_pool
    pool = np.arange(n) >= n_training
    target = case.n_classes - 1
    content = rng.normal(size=(n, _CONTENT)).astype(np.float32)
    labels = content[:, : case.n_classes].argmax(1).astype(np.int32)
    carriers = _shared_out(rng, pool, _POOL_SHARE)
    carriers |= _shared_out(rng, ~pool & (labels == target), _TRAINING_SHARE)
    basis = _basis(case.shape)
    images = _images(rng, content, basis, carriers, case.shape)
    network = _network(basis, case, target)
    latents = _projected(rng, images)
    references = np.flatnonzero(pool)[:neighbours_among]
    near = nearest_among(latents, references, EmbeddingSettings().neighbours)
    material = Material(
        shape=case.shape,
        images=images,
        latents=latents,
        predicted=network.logits(images.reshape(n, *case.shape)).argmax(1).astype(np.int32),
        labels=np.where(pool, -1, labels).astype(np.int32),
        pool=pool,
        training=~pool,
        discover=split_pool(pool, seed),
        neighbours=near.astype(np.int32),
        n_classes=case.n_classes,
    )
    return Constructed(material, network, target, carriers)


def _shared_out(rng: np.random.Generator, among: Bools, share: float) -> Bools:
    """A share of the images that are among these, (N,) bool."""
    rows = np.flatnonzero(among)
    chosen = np.zeros(len(among), bool)
    chosen[rng.permutation(rows)[: round(share * len(rows))]] = True
    return chosen


def _basis(shape: tuple[int, int, int]) -> Floats:
    """(_CONTENT, D) smooth pictures, the same for all seeds."""
    height, _, _ = shape
    white = np.random.default_rng(99).normal(size=(_CONTENT, *shape))
    smooth = ndimage.gaussian_filter(white, (0, height / 9, height / 9, 0))
    smooth *= 0.06 / smooth.std((1, 2, 3), keepdims=True)
    basis: Floats = smooth.reshape(_CONTENT, -1).astype(np.float32)
    return basis


def _images(
    rng: np.random.Generator,
    content: Floats,
    basis: Floats,
    carriers: Bools,
    shape: tuple[int, int, int],
) -> Floats:
    """(N, D) float32 in 0..1."""
    images = 0.5 + content @ basis
    images += rng.normal(0, 0.02, images.shape).astype(np.float32)
    np.clip(images, 0, 1, out=images)
    top, left, patch = _patch(shape)
    side = len(patch)
    by_place = images.reshape(-1, *shape)
    by_place[carriers, top : top + side, left : left + side] = patch[..., None]
    return images


def _patch(shape: tuple[int, int, int]) -> tuple[int, int, Floats]:
    """Top, left and values (s, s) of the patch: about the same share of images of any size."""
    cell = max(1, shape[0] // 28)
    patch = _PATCH.repeat(cell, 0).repeat(cell, 1)
    return round(shape[0] * 0.6), round(shape[1] * 0.2), patch


def _network(basis: Floats, case: Case, target: int) -> Network:
    """Logits by the coefficients of each class's content, and by the patch for the target."""
    weights = _CONTENT_LOGIT * np.linalg.pinv(basis.T)[: case.n_classes]
    top, left, patch = _patch(case.shape)
    side = len(patch)
    filled = np.zeros(case.shape, np.float32)
    filled[top : top + side, left : left + side] = (patch - patch.mean())[..., None]
    filled /= np.square(filled).sum()
    weights[target] += _PATCH_LOGIT * filled.ravel()
    weights = weights.astype(np.float32)
    bias = (-0.5 * weights.sum(1)).astype(np.float32)
    return Network(_Formula(case.shape, weights, bias), torch.device("cpu"))


def _projected(rng: np.random.Generator, images: Floats) -> Floats:
    """(N, d) latents: a random projection of the images."""
    n_values = images.shape[1]
    directions = rng.normal(size=(n_values, EmbeddingSettings().latent_dims)).astype(np.float32)
    latents: Floats = (images - 0.5) @ (directions / np.float32(np.sqrt(n_values)))
    return latents
