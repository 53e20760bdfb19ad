"""Images of a large pool, block by block, beside the reference images of a sample.

A block knows its images' content neighbours among the references, with and without some of them,
as `neighbours.Matcher` does for a whole pool.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from spurview.core.coarse import blocks_of
from spurview.core.colour_box import extremes_of
from spurview.core.colour_family import colours_of
from spurview.core.material import Bools, Floats, Material, Rows
from spurview.core.neighbours import MOST_ACROSS, first_kept, mean_of, nearest
from spurview.core.registration import Residuals

# Kept for each image, as many times the neighbours that are wanted.
_SPARE = 6
# Residuals of so many values are kept for all candidates, those of more worked out for each.
MOST_VALUES = 8_000_000


@dataclass(frozen=True)
class References:
    """The half A of a sample: images (m, D), latents (m, d), rows (m,) of the sample and of all.

    shape: (H, W, C) of the images, D = H W C; k: how many neighbours an image has.
    """

    shape: tuple[int, int, int]
    images: Floats
    latents: Floats
    in_sample: Rows
    in_pool: Rows
    k: int

    def place_of(self, rows: Rows) -> Rows:
        """(n,) place of each of the rows of all images among the references, or -1."""
        place = np.searchsorted(self.in_pool, rows)
        there = self.in_pool[np.minimum(place, len(self.in_pool) - 1)] == rows
        return np.where(there, place, -1)


def references_of(sample: Material, rows: Rows) -> References:
    """The references of a sample, whose rows (n,) among all images are ascending."""
    half_a = np.flatnonzero(sample.discover)
    return References(
        sample.shape,
        # No second copy of what is half A already.
        sample.images if sample.discover.all() else sample.images[half_a],
        sample.latents[half_a],
        half_a,
        rows[half_a],
        sample.neighbours.shape[1],
    )


@dataclass(frozen=True)
class Block:
    """Some images: pixels (n, D) in 0..1, latents (n, d), their rows (n,) among all images.

    What several candidates look at is worked out once.
    """

    images: Floats
    latents: Floats
    rows: Rows
    references: References

    @cached_property
    def _near(self) -> Rows:
        """(n, 6 k) places of the nearest references, nearest first."""
        known = self.references
        most = min(_SPARE * known.k, len(known.latents) - 1)
        own = known.place_of(self.rows)
        near: Rows = nearest(self.latents, known.latents, most, own).astype(np.int64)
        return near

    def without(self, excluded: Bools) -> Rows:
        """(n, k) places of each image's nearest references not excluded, (m,) bool."""
        known = self.references
        left = np.flatnonzero(~excluded)
        if len(left) <= known.k:
            return np.tile(np.resize(left, known.k), (len(self.rows), 1))
        kept = ~excluded[self._near]
        found: Rows = first_kept(self._near, kept, known.k)
        short = np.flatnonzero(kept.sum(1) < known.k)
        if len(short):
            found[short] = left[nearest(self.latents[short], known.latents[left], known.k)]
        return found

    def across(self, hits: Bools) -> Rows:
        """As `without`, by latents without the direction towards the hits: `Matcher.across`."""
        known = self.references
        left = np.flatnonzero(~hits)
        towards = known.latents[hits].mean(0) - known.latents[left].mean(0)
        towards = towards / max(float(np.linalg.norm(towards)), 1e-9)
        spread = left[:: -(-len(left) // MOST_ACROSS)]
        flat, theirs = (
            (latents - np.outer(latents @ towards, towards)).astype(np.float32)
            for latents in (self.latents, known.latents[spread])
        )
        # An image among the references is not its own neighbour.
        place = np.full(len(known.latents), -1)
        place[spread] = np.arange(len(spread))
        own = known.place_of(self.rows)
        own = np.where(own >= 0, place[np.maximum(own, 0)], -1)
        near: Rows = spread[nearest(flat, theirs, known.k, own)]
        return near

    @cached_property
    def expected(self) -> Floats:
        """(n, D) the mean of each image's nearest references."""
        near = self.without(np.zeros(len(self.references.latents), bool))
        return mean_of(self.references.images, near)

    @cached_property
    def residual(self) -> torch.Tensor | Residuals:
        """(n, C, H, W) images less what is expected of them."""
        expected = self.expected
        every = Residuals(self.images, lambda rows: expected[rows], self.references.shape)
        return every[np.arange(len(every))] if self.images.size <= MOST_VALUES else every

    @cached_property
    def coarse(self) -> Floats:
        """(n, h w C) the images' block means, where they are large."""
        return blocks_of(self.images, self.references.shape)

    @cached_property
    def colours(self) -> Floats:
        """(n, 5 C) the images' colours as a whole."""
        return colours_of(self.images, self.references.shape[2])

    @cached_property
    def extremes(self) -> Floats:
        """(n, 2 C) the bounds of the images' colours."""
        return extremes_of(self.images, self.references.shape[2])
