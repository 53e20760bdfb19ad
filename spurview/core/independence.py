"""Independence: whether the rest of the image tells who carries the pattern.

It needs both halves of the pool, each to test what the other taught.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from spurview.core.candidate import Candidate
from spurview.core.material import Bools, Floats, Material
from spurview.core.pixel_map import places
from spurview.core.template import shifted


def content_dependence(material: Material, candidate: Candidate) -> float:
    """How well the rest of the image tells the carriers: area under the ROC curve, .5 to 1.

    What was planted stands in images of any content; a stroke goes on beyond its mask. A ridge
    regression of the hits on the image around the mask, learnt on one half of the pool, is tried
    on the other, both ways.
    """
    features = _surroundings(material, candidate)
    halves = [np.flatnonzero(material.discover), np.flatnonzero(material.confirm)]
    areas = []
    for learn, test in (halves, halves[::-1]):
        hits, tried = candidate.hits[learn], candidate.hits[test]
        if not 3 <= hits.sum() <= len(hits) - 3 or not 3 <= tried.sum() < len(tried):
            continue
        weights = _ridge(features[learn], hits)
        areas.append(_area(features[test] @ weights, tried))
    return max(float(np.mean(areas)), 0.5) if areas else 1.0


class Dependence:
    """`content_dependence` of candidates of one material, each worked out once.

    Candidates that share hits, mask and places share the answer.
    """

    def __init__(self, material: Material) -> None:
        self._material = material
        # With the candidate itself, so that no other array takes the place of its own.
        self._known: dict[tuple[int, ...], tuple[float, Candidate]] = {}

    def __call__(self, candidate: Candidate) -> float:
        key = (id(candidate.hits), id(candidate.mask), id(candidate.places))
        if key not in self._known:
            self._known[key] = (content_dependence(self._material, candidate), candidate)
        return self._known[key][0]


def _surroundings(material: Material, candidate: Candidate) -> Floats:
    """(N, blocks) block means of the images, the mask and two pixels around it left out."""
    if candidate.places is not None:
        return _without_moved(material, candidate)
    covered = ndimage.binary_dilation(candidate.mask, np.ones((3, 3)), iterations=2)
    features = material.block_means.copy()
    for name in np.unique(material.blocks[covered]):
        block = material.blocks == name
        left = places(block & ~covered, material.shape[2])
        features[:, name] = material.images[:, left].sum(1) / (block.sum() * material.shape[2])
    return features


def _without_moved(material: Material, candidate: Candidate) -> Floats:
    """(N, blocks) block means of the images with the pattern's place hidden in each.

    An image without the pattern is hidden where some carrier has it, and all are filled with the
    pool's mean: were they hidden where they match best, the hiding alone would tell them apart.
    """
    assert candidate.places is not None
    rng = np.random.default_rng(0)
    carriers = np.flatnonzero(candidate.hits & material.pool)
    borrowed = candidate.places[rng.choice(carriers, len(material.images))]
    hidden_at = np.where(candidate.hits[:, None], candidate.places, borrowed)
    covered = ndimage.binary_dilation(candidate.mask, np.ones((3, 3)), iterations=2)
    mean = material.images[material.pool].mean(0)
    features = material.block_means.copy()
    names = np.repeat(material.blocks.ravel(), material.shape[2])
    sizes = np.bincount(names).astype(np.float32)
    offsets, index, counts = np.unique(hidden_at, axis=0, return_inverse=True, return_counts=True)
    together = np.split(np.argsort(index, kind="stable"), np.cumsum(counts)[:-1])
    for offset, rows in zip(offsets, together, strict=True):
        inside = places(shifted(covered, offset), material.shape[2])
        excess = material.images[np.ix_(rows, inside)] - mean[inside]
        blocks, of_block = np.unique(names[inside], return_inverse=True)
        pooling = np.zeros((len(inside), len(blocks)), np.float32)
        pooling[np.arange(len(inside)), of_block] = 1 / sizes[blocks][of_block]
        features[np.ix_(rows, blocks)] -= excess @ pooling
    return features


def _ridge(features: Floats, hits: Bools) -> NDArray[np.float64]:
    centred = (features - features.mean(0)).astype(np.float64)
    gram = centred.T @ centred
    ridge = 0.01 * np.trace(gram) / max(len(gram), 1) + 1e-6
    weights: NDArray[np.float64] = np.linalg.solve(
        gram + ridge * np.eye(len(gram)), centred.T @ (hits - hits.mean())
    )
    return weights


def _area(scores: NDArray[np.float64], hits: Bools) -> float:
    """Area under the ROC curve by ranks (Mann and Whitney 1947)."""
    ranks = stats.rankdata(scores)
    n = int(hits.sum())
    return float((ranks[hits].sum() - n * (n + 1) / 2) / (n * (len(hits) - n)))
