"""Everything the search shares, in one index space: the rows of the project's images."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spurview.core.covariance import Covariance
from spurview.core.neighbours import Matcher, mean_of, with_those_among

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

# Added to every pixel variance: keeps constant pixels from counting as infinitely unusual.
RIDGE = 0.01
# Blocks along the longer side in which the surroundings of a pattern are summed up.
BLOCKS = 14
# Images whose blocks are summed up at once.
_POOLED = 512


@dataclass(frozen=True)
class Material:
    """Images with what the network and the VAE say of them.

    images: (N, D) float32 in 0..1, D = H W C, channels last; latents: (N, d); predicted: (N,)
    class of every image; labels: (N,) true class, -1 unknown; pool, training: (N,) bool;
    discover: (N,) bool, the half A of the pool; neighbours: (N, k) rows of each image's nearest
    pool images by latent, by one rule that ignores predicted classes; rebuilt: (N, D) the VAE's
    reconstructions, or their block means (`coarse.blocks_of`), or None.
    """

    shape: tuple[int, int, int]
    images: Floats
    latents: Floats
    predicted: NDArray[np.int32]
    labels: NDArray[np.int32]
    pool: Bools
    training: Bools
    discover: Bools
    neighbours: NDArray[np.int32]
    n_classes: int
    rebuilt: Floats | None = None

    @cached_property
    def confirm(self) -> Bools:
        """The half B of the pool, (N,) bool."""
        half_b: Bools = self.pool & ~self.discover
        return half_b

    @cached_property
    def training_discover(self) -> Bools:
        """Half of the training images, (N,) bool: what they propose, the other half proves."""
        rows = np.flatnonzero(self.training)
        half = np.zeros(len(self.training), bool)
        half[np.random.default_rng(len(rows)).permutation(rows)[: len(rows) // 2]] = True
        return half

    @cached_property
    def training_confirm(self) -> Bools:
        """The other half of the training images, (N,) bool."""
        half_b: Bools = self.training & ~self.training_discover
        return half_b

    @cached_property
    def expected(self) -> Floats:
        """The mean of each image's content neighbours, (N, D)."""
        return mean_of(self.images, self.neighbours)

    def expected_of(self, rows: Rows) -> Floats:
        """What is `expected` of some images (n,), without working it out for all: (n, D)."""
        if "expected" in self.__dict__:
            return self.expected[rows]
        return mean_of(self.images, self.neighbours[rows])

    @cached_property
    def blocks(self) -> NDArray[np.int64]:
        """(H, W) the number of each pixel's block, about `BLOCKS` blocks along the longer side."""
        height, width, _ = self.shape
        step = max(1, round(max(height, width) / BLOCKS))
        rows, columns = np.indices((height, width)) // step
        return np.asarray(rows * (-(-width // step)) + columns)

    @cached_property
    def block_means(self) -> Floats:
        """(N, blocks) mean of each image over each block and all channels."""
        channels = self.shape[2]
        names = np.repeat(self.blocks.ravel(), channels)
        sizes = np.bincount(names).astype(np.float32)
        pooling = sparse.csr_matrix((1 / sizes[names], (np.arange(len(names)), names)))
        means = np.empty((len(self.images), len(sizes)), np.float32, order="F")
        # Part by part: each is laid out anew for the product.
        for start in range(0, len(means), _POOLED):
            part = slice(start, start + _POOLED)
            means[part] = (pooling.T @ self.images[part].T).T
        return means

    @cached_property
    def matcher(self) -> Matcher:
        """Content neighbours among half A, also without the hits of a candidate."""
        rows = np.flatnonzero(self.discover)
        return Matcher(self.latents, rows, self.neighbours.shape[1])

    @cached_property
    def pool_matcher(self) -> Matcher:
        """Content neighbours among the whole pool, also without those predicted as a class."""
        return Matcher(self.latents, np.flatnonzero(self.pool), self.neighbours.shape[1])

    def hiding(self, hits: Bools) -> Bools:
        """Images that as neighbours may hide a pattern, (N,) bool: its hits and what is among them.

        The hits alone where half of half A would lie among them: then the encoder sees no pattern.
        """
        among = with_those_among(hits, self.neighbours)
        is_half = 2 * (self.discover & among).sum() >= self.discover.sum()
        return hits if is_half else among

    def of_class(self, class_index: int) -> Bools:
        """Pool images predicted as the class, (N,) bool."""
        mine: Bools = self.pool & (self.predicted == class_index)
        return mine


def cropped(material: Material, mask: Bools) -> tuple[Material, Bools]:
    """The material cut to a mask (H, W) and a pixel around it, and the mask within it.

    Scorers look at these pixels again and again; lying together they are read many times faster.
    """
    height, width, channels = material.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = (
        slice(max(rows[0] - 1, 0), min(rows[-1] + 2, height)),
        slice(max(columns[0] - 1, 0), min(columns[-1] + 2, width)),
    )
    shape = (box[0].stop - box[0].start, box[1].stop - box[1].start, channels)
    images, expected = (
        np.ascontiguousarray(whole.reshape(-1, *material.shape)[:, box[0], box[1]]).reshape(
            len(whole), -1
        )
        for whole in (material.images, material.expected)
    )
    window = replace(material, shape=shape, images=images, rebuilt=None)
    # A cached property; the mean of neighbours' windows is the window of their mean.
    window.__dict__["expected"] = expected
    return window, mask[box]


class ClassMaterial:
    """The residuals of one predicted class against the pool images of all others.

    members_a: the rows among which patterns are sought: of half A of the pool those predicted as
    the class, or, of what `from_training` gives, of half the training images those labelled as it.
    """

    def __init__(self, material: Material, class_index: int) -> None:
        self.material = material
        self.class_index = class_index
        self.mine = material.of_class(class_index)
        self.scope: Bools = self.mine & material.discover
        self.members_a = np.flatnonzero(self.scope)
        self.others = np.flatnonzero(material.pool & ~self.mine)
        self._rows = np.flatnonzero(material.pool)
        self._near, self._residual = self._compared(self._rows)
        self._place = np.full(len(material.images), -1)
        self._place[self._rows] = np.arange(len(self._rows))
        others_place = self._place[self.others]
        self._usual = self._residual[others_place].mean(0)
        self._residual -= self._usual
        self.covariance = Covariance(self._residual[others_place])

    def from_training(self) -> ClassMaterial:
        """The same class, its patterns sought among half of its own training images.

        Neighbours and covariance of the pool are what they are here.
        """
        material, made = self.material, copy(self)
        made.scope = material.training_discover & (material.labels == self.class_index)
        made.members_a = np.flatnonzero(made.scope)
        extra = np.flatnonzero(made.scope & ~material.pool)
        near, residual = self._compared(extra)
        made._near = np.concatenate([self._near, near])
        made._residual = np.concatenate([self._residual, residual - self._usual])
        made._place = self._place.copy()
        made._place[extra] = len(self._rows) + np.arange(len(extra))
        made._rows = np.concatenate([self._rows, extra])
        return made

    def _compared(self, rows: Rows) -> tuple[Rows, Floats]:
        """Of the rows (n,) their nearest (n, k) of the others, and their images less the mean of
        those, (n, D)."""
        images = self.material.images
        near = self.material.pool_matcher.without(self.mine, rows)[rows]
        return near, images[rows] - mean_of(images, near)

    def residual(self, rows: Rows) -> Floats:
        """Images less the mean of their neighbours not predicted as the class.

        For rows of the pool and of `members_a`.
        """
        residual: Floats = self._residual[self._place[rows]]
        return residual

    def near(self, rows: Rows) -> Rows:
        """Rows (n, k) of the nearest pool images not predicted as the class, for the same rows."""
        near: Rows = self._near[self._place[rows]]
        return near


def split_pool(pool: Bools, seed: int) -> Bools:
    """Half of the pool at random, (N,) bool: half A, on which patterns are discovered."""
    rows = np.flatnonzero(pool)
    chosen = np.random.default_rng(seed).permutation(rows)[: len(rows) // 2]
    half = np.zeros(len(pool), bool)
    half[chosen] = True
    return half


def f1(found: Bools, wanted: Bools) -> float:
    """Harmonic mean of precision and recall of one set against another."""
    both = int((found & wanted).sum())
    total = int(found.sum()) + int(wanted.sum())
    return 2 * both / total if total else 0.0
