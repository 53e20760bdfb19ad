"""Groups of points, as most detectors make their guesses, and the size that a group must have."""

from __future__ import annotations

import numpy as np

from spurview.core.material import Bools, Floats

# Rows given to HDBSCAN, which cannot be interrupted, at the most.
MOST_CLUSTERED = 10_000


def least_members(n_class: int) -> int:
    """The smallest group worth a look among half A of a class."""
    return max(8, int(0.015 * n_class))


def clusters(points: Floats, ks: tuple[int, ...]) -> list[Bools]:
    """Groups by HDBSCAN on the first 4 and on all dimensions and by k-means, none the whole.

    points: (n, d); of components the leading first, of latents any. HDBSCAN: Campello et al. 2013.
    """
    from sklearn.cluster import HDBSCAN, KMeans

    n = len(points)
    least = least_members(n)
    if n < 2 * least:
        return []
    # As many clusters as points that differ can be told apart.
    most = min(n // least, len(np.unique(points, axis=0)))
    labellings = [KMeans(k, n_init=2, random_state=0).fit_predict(points) for k in ks if k <= most]
    if n <= MOST_CLUSTERED:
        labellings += [
            HDBSCAN(min_cluster_size=least, min_samples=5, copy=True).fit_predict(points[:, :d])
            for d in sorted({min(4, points.shape[1]), points.shape[1]})
        ]
    groups = [labels == j for labels in labellings for j in range(labels.max() + 1)]
    return [group for group in groups if least <= group.sum() <= 0.9 * n]


def leading(rows: Floats, n_components: int) -> Floats:
    """Principal component scores (n, n_components) of rows (n, D)."""
    from sklearn.utils.extmath import randomized_svd

    centred = rows - rows.mean(0)
    rank = min(n_components, *centred.shape)
    left, singular, _ = randomized_svd(centred, rank, n_iter=4, random_state=0)
    scores: Floats = (left * singular).astype(np.float32)
    return scores
