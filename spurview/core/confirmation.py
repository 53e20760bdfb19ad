"""Evidence on images that had no part in discovery: half B of the pool, and the training images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from spurview.core.candidate import Candidate
from spurview.core.material import Bools, Floats, Material
from spurview.core.pixel_map import places
from spurview.core.scorers import valley
from spurview.core.template import shifted


@dataclass(frozen=True)
class Enrichment:
    """Carriers in half B, how many were predicted the class, and how many content would explain."""

    matching: int
    of_class: int
    expected: float
    z: float
    p: float

    @property
    def lift(self) -> float | None:
        """Observed over expected; None where nothing is expected."""
        return self.of_class / self.expected if self.expected > 0 else None


def enrichment(material: Material, candidate: Candidate) -> Enrichment:
    """Carriers of half B predicted as the class, against their content neighbours without hits.

    A carrier's chance is the share of the class among its nearest images of half A that are no
    hits; z = (observed - sum e) / sqrt(sum e (1 - e) + 1), p from its upper normal tail.
    """
    mine = material.of_class(candidate.class_index)
    rows = np.flatnonzero(candidate.hits & material.confirm)
    near = material.matcher.without(candidate.hits)[rows]
    chance = mine[near].mean(1) if len(rows) else np.zeros(0)
    observed = int(mine[rows].sum())
    z = (observed - chance.sum()) / np.sqrt((chance * (1 - chance)).sum() + 1)
    return Enrichment(
        len(rows), observed, float(chance.sum()), float(z), max(float(stats.norm.sf(z)), 1e-300)
    )


def training_rates(material: Material, candidate: Candidate) -> list[float] | None:
    """Share of carriers among the training images of each class; None without training images."""
    if not material.training.any():
        return None
    rates = []
    for k in range(material.n_classes):
        of_k = material.training & (material.labels == k)
        rates.append(float(candidate.hits[of_k].mean()) if of_k.any() else 0.0)
    return rates


def training_p(material: Material, candidate: Candidate) -> float:
    """Fisher's exact test of carriers in the class against the highest other class, one-sided."""
    counts = []
    for k in range(material.n_classes):
        of_k = material.training & (material.labels == k)
        counts.append((int(candidate.hits[of_k].sum()), int(of_k.sum())))
    own_hits, own_n = counts.pop(candidate.class_index)
    hits, n = max(counts, key=lambda c: c[0] / max(c[1], 1))
    table = [[own_hits, own_n - own_hits], [hits, n - hits]]
    return max(float(stats.fisher_exact(table, "greater")[1]), 1e-300)


def pool_valley(material: Material, candidate: Candidate) -> float:
    """Valley of the linear scores in half B within the class."""
    mine = material.of_class(candidate.class_index) & material.confirm
    return valley(candidate.linear[mine], 1.0, candidate.threshold)


def training_valley(material: Material, candidate: Candidate) -> float | None:
    """Valley of the linear scores in the class's training images; None where there are none."""
    own = material.training & (material.labels == candidate.class_index)
    return valley(candidate.linear[own], 1.0, candidate.threshold) if own.any() else None


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
        hits = candidate.hits[learn]
        if not 3 <= hits.sum() <= len(hits) - 3 or candidate.hits[test].sum() < 3:
            continue
        weights = _ridge(features[learn], hits)
        areas.append(_area(features[test] @ weights, candidate.hits[test]))
    return max(float(np.mean(areas)), 0.5) if areas else 1.0


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
    for offset in np.unique(hidden_at, axis=0):
        rows = np.flatnonzero((hidden_at == offset).all(1))
        inside = places(shifted(covered, offset), material.shape[2])
        excess = material.images[np.ix_(rows, inside)] - mean[inside]
        blocks, index = np.unique(names[inside], return_inverse=True)
        pooling = np.zeros((len(inside), len(blocks)), np.float32)
        pooling[np.arange(len(inside)), index] = 1 / sizes[blocks][index]
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


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    """False discovery rate at which each would be rejected (Benjamini and Hochberg 1995)."""
    if not p_values:
        return []
    return [float(q) for q in stats.false_discovery_control(p_values, method="bh")]
