"""Two-dimensional positions of the images for the linked views: principal component analysis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MOST_COMPONENTS = 32


def principal_plane(points: Floats) -> Floats:
    """(n, 2) scores on the two leading principal components of (n, d), d >= 1, in unit deviations.

    Signs are fixed by the longer tail, so that the same points always give the same picture.
    """
    centred = (points - points.mean(0)).astype(np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    plane = centred @ directions[:, ::-1][:, :2]
    if plane.shape[1] < 2:
        plane = np.c_[plane, np.zeros((len(plane), 2 - plane.shape[1]))]
    plane *= np.where((plane**3).mean(0) < 0, -1, 1)
    scaled: Floats = (plane / np.maximum(plane.std(0), 1e-9)).astype(np.float32)
    return scaled


def residual_plane(residuals: Floats, scores: Floats, weights: Floats) -> Floats:
    """(n, 2) principal plane of what is unusual for the images' content.

    residuals: (n, D) images less the mean of their content neighbours, as leading components;
    scores: (M, n) match scores of the candidates; weights: (M,) how much speaks for each, >= 0.
    Weighed scores and residuals together have equal variance, so that a pattern for which much
    speaks shows as a group of its own.
    """
    leading = _components(residuals)
    if len(scores) == 0:
        return principal_plane(leading)
    matched = np.clip(scores.T, -0.5, 1.5) * weights
    matched = matched - matched.mean(0)
    weight = np.sqrt(leading.var(0).sum() / max(float(matched.var(0).sum()), 1e-9))
    return principal_plane(np.c_[leading, weight * matched])


def _components(residuals: Floats) -> Floats:
    from sklearn.utils.extmath import randomized_svd

    centred = residuals - residuals.mean(0)
    rank = min(_MOST_COMPONENTS, *centred.shape)
    left, singular, _ = randomized_svd(centred, rank, n_iter=2, random_state=0)
    components: Floats = (left * singular).astype(np.float32)
    return components
