"""Nearest neighbours by latent, and what an image's content leads one to expect.

`reference` of an image is the mean of its nearest neighbours; the residual is the image less its
reference. A linear score of residuals never needs the residuals:
(x - mean x_j) w = x w - mean (x_j w).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]

_BLOCK, _PART = 1000, 200
MOST_ACROSS = 2000
# Of an image's neighbours, the share among hits from which on it lies among them itself.
AMONG_HITS = 0.2
# Enough to reach all of a group that the hits are a good part of; ever more would reach everything.
_STEPS = 2
# So many times the neighbours that are asked for are kept, and looked at first.
_KEPT, _FIRST = 20, 6
# Images of larger pools have their neighbours among so many of them: the cost of comparing all
# with all grows with the square.
MOST_REFERENCES = 20_000


def nearest(
    queries: Floats, references: Floats, k: int, own_place: Rows | None = None
) -> NDArray[np.int32]:
    """Places (n, k) in `references` of each query's nearest, by Euclidean distance, nearest first.

    queries: (n, d); references: (m, d), m >= k; own_place: (n,) place of the query itself in
    `references`, never returned, or -1.
    """
    target = torch.from_numpy(np.ascontiguousarray(references))
    found = np.empty((len(queries), k), np.int32)
    for part in _parts(len(queries)):
        block = torch.from_numpy(np.ascontiguousarray(queries[part]))
        distance = torch.cdist(block, target)
        if own_place is not None:
            own = own_place[part]
            here = np.flatnonzero(own >= 0)
            distance[torch.from_numpy(here), torch.from_numpy(own[here])] = torch.inf
        found[part] = distance.topk(k, largest=False).indices.numpy()
    return found


def _parts(n: int) -> Iterator[slice]:
    """Slices of n queries, of 200 to 399 where there are so many.

    What is worked out of one part fits the processor's caches, which halves the time. Parts of one
    or two queries would be multiplied by other code, whose last digits differ.
    """
    for start in range(0, n, _BLOCK):
        size = min(_BLOCK, n - start)
        count = max(1, size // _PART)
        edges = [start + size * index // count for index in range(count + 1)]
        yield from (slice(*edge) for edge in pairwise(edges))


def first_kept(near: NDArray[Any], kept: NDArray[np.bool_], k: int) -> NDArray[Any]:
    """The first k of each row of `near` (n, m) that are kept; any where fewer are."""
    taken = kept & (np.cumsum(kept, axis=1, dtype=np.int32) <= k)
    missing = k - taken.sum(1)
    if missing.any():
        taken[missing > 0] = np.arange(near.shape[1]) < k
    first: NDArray[Any] = near[taken].reshape(len(near), k)
    return first


def reference_rows(pool: Rows, seed: int, most: int = MOST_REFERENCES) -> Rows:
    """The pool images (rows, ascending) among which neighbours are sought: all, or `most` drawn."""
    if len(pool) <= most:
        return pool
    drawn: Rows = np.sort(np.random.default_rng([seed, most]).permutation(pool)[:most])
    return drawn


def nearest_among(latents: Floats, rows: Rows, k: int, queries: Rows | None = None) -> Rows:
    """Rows (n, k) of the nearest to each query among `rows`, itself excluded.

    latents: (N, d) of all images; rows: (m,) reference rows; queries: rows asked for, None for all.
    """
    place = np.full(len(latents), -1)
    place[rows] = np.arange(len(rows))
    asked = np.arange(len(latents)) if queries is None else queries
    found = nearest(latents[asked], latents[rows], min(k, len(rows) - 1), place[asked])
    chosen: Rows = rows[found]
    return chosen


def with_those_among(hits: Bools, neighbours: NDArray[np.integer[Any]]) -> Bools:
    """(N,) the hits, and the images that lie among them in the latent space.

    neighbours: (N, k). A share `AMONG_HITS` of such an image's neighbours are hits or lie among
    hits themselves. Where the encoder sees a pattern they are its carriers that are no hits yet.
    """
    among = hits
    for _ in range(_STEPS):
        among = hits | (among[neighbours].mean(1) >= AMONG_HITS)
    return among


def mean_of(values: Floats, neighbours: NDArray[np.integer[Any]]) -> Floats:
    """Mean over each row of `neighbours`: (n, D) of values (N, D) and neighbours (n, k)."""
    n, k = neighbours.shape
    weights = sparse.csr_matrix(
        (
            np.full(n * k, 1 / k, np.float32),
            neighbours.ravel(),
            np.arange(0, n * k + 1, k),
        ),
        shape=(n, len(values)),
    )
    mean: Floats = weights @ values
    return mean


class Matcher:
    """Content neighbours among reference rows, again and again without some of them.

    Keeps the nearest 20 k once, and looks at the first 6 k of them first; images that lose too
    many of those are matched afresh, so the answer is always the exact one.
    """

    def __init__(self, latents: Floats, rows: Rows, k: int) -> None:
        self._latents = latents
        self._rows = rows
        self._k = k
        near = nearest_among(latents, rows, min(_KEPT * k, len(rows) - 1))
        self._near = near.astype(np.int32)

    def across(self, hits: NDArray[np.bool_], queries: Rows | None = None) -> Rows:
        """As `without`, by latents from which the direction towards the hits is taken out.

        An encoder that sees a tint puts tinted images beside naturally coloured ones; across that
        direction they are compared with images of like content in other colours. At most
        `MOST_ACROSS` reference rows are used, evenly spread.
        """
        asked = np.arange(len(self._latents)) if queries is None else queries
        left = self._rows[~hits[self._rows]]
        towards = self._latents[self._rows[hits[self._rows]]].mean(0) - self._latents[left].mean(0)
        towards = towards / max(float(np.linalg.norm(towards)), 1e-9)
        flat = self._latents - np.outer(self._latents @ towards, towards)
        spread = left[:: -(-len(left) // MOST_ACROSS)]
        return self._of_all(asked, nearest_among(flat.astype(np.float32), spread, self._k, asked))

    def without(self, excluded: NDArray[np.bool_], queries: Rows | None = None) -> Rows:
        """Rows (N, k) of each image's nearest among the reference rows not excluded.

        excluded: (N,) bool over all images; queries: rows that are asked for, None for all, the
        others get 0. Where k rows or fewer are left they are all taken, over and over. Raises
        ValueError when none is left.
        """
        left = self._rows[~excluded[self._rows]]
        if len(left) == 0:
            raise ValueError("every reference row is excluded")
        if len(left) <= self._k:
            return np.tile(np.resize(left, self._k), (len(self._latents), 1))
        asked = np.arange(len(self._latents)) if queries is None else queries
        near = self._near[asked, : _FIRST * self._k]
        kept = ~excluded[near]
        found: Rows = first_kept(near, kept, self._k).astype(np.int64)
        short = np.flatnonzero(kept.sum(1) < self._k)
        if len(short):
            near = self._near[asked[short]]
            kept = ~excluded[near]
            found[short] = first_kept(near, kept, self._k)
            short = short[kept.sum(1) < self._k]
        if len(short):
            found[short] = nearest_among(self._latents, left, self._k, asked[short])
        return self._of_all(asked, found)

    def _of_all(self, asked: Rows, found: Rows) -> Rows:
        if len(asked) == len(self._latents):
            return found
        every = np.zeros((len(self._latents), found.shape[1]), np.int64)
        every[asked] = found
        return every
