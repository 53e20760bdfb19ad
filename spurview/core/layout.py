"""Two-dimensional positions of the images for the linked views, and what their axes can be."""

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
    matched = np.clip(scores.T, -0.5, 1.5)
    matched *= weights
    matched -= matched.mean(0)
    matched *= np.sqrt(leading.var(0).sum() / max(float(matched.var(0).sum()), 1e-9))
    return principal_plane(np.c_[leading, matched])


def _components(residuals: Floats) -> Floats:
    from sklearn.utils.extmath import randomized_svd

    centred = residuals - residuals.mean(0)
    rank = min(_MOST_COMPONENTS, *centred.shape)
    left, singular, _ = randomized_svd(centred, rank, n_iter=2, random_state=0)
    components: Floats = (left * singular).astype(np.float32)
    return components


def sample_by_class(classes: NDArray[np.int32], n_most: int, *, seed: int) -> NDArray[np.intp]:
    """Indices of at most `n_most` of the images, ascending, drawn at random within each class.

    classes: (n,) class of each. Every class gives equally many, as far as it has them, so that a
    rare one does not vanish. All indices where there are no more than `n_most`.
    """
    if len(classes) <= n_most:
        return np.arange(len(classes))
    values, sizes = np.unique(classes, return_counts=True)
    rng = np.random.default_rng(seed)
    drawn = [
        rng.choice(np.flatnonzero(classes == value), share, replace=False)
        for value, share in zip(values, _shares(sizes, n_most), strict=True)
    ]
    return np.sort(np.concatenate(drawn))


def _shares(sizes: NDArray[np.intp], n_most: int) -> list[int]:
    """How many of each class: small ones whole, the rest shared out among the others."""
    shares = [0] * len(sizes)
    left = n_most
    for place, index in enumerate(np.argsort(sizes, kind="stable").tolist()):
        shares[index] = min(int(sizes[index]), left // (len(sizes) - place))
        left -= shares[index]
    return shares


def typicality(
    latents: Floats, classes: NDArray[np.int32], is_reference: NDArray[np.bool_]
) -> Floats:
    """(n,) minus each image's distance from the reference images of its class, 0 the most typical.

    latents: (n, d); classes: (n,) predicted class; is_reference: (n,) the images that say what is
    typical. Distances are in standard deviations: Mahalanobis, with the covariance within classes
    of all reference images, over the root of d. A class without reference images is compared with
    the mean of all; ValueError without any reference image.
    """
    if not is_reference.any():
        raise ValueError("typicality needs reference images")
    known, of_class = latents[is_reference].astype(np.float64), classes[is_reference]
    middles = {int(c): known[of_class == c].mean(0) for c in np.unique(of_class)}
    spread = np.concatenate([known[of_class == c] - middle for c, middle in middles.items()])
    n_dims = latents.shape[1]
    covariance = spread.T @ spread / len(spread)
    # A little of the mean variance in every direction: few images leave some without any.
    covariance += np.eye(n_dims) * max(0.01 * np.trace(covariance) / n_dims, 1e-9)
    whiten = np.linalg.inv(np.linalg.cholesky(covariance)).T
    overall = known.mean(0)
    result = np.empty(len(latents), np.float32)
    for value in np.unique(classes):
        of_it = np.flatnonzero(classes == value)
        away = (latents[of_it] - middles.get(int(value), overall)) @ whiten
        result[of_it] = -np.sqrt((away**2).mean(1))
    return result


def confidence_scale(logits: Floats, classes: NDArray[np.int32]) -> Floats:
    """(n,) confidence on a scale that tells .99 from .999: -log10 of 1 less its probability.

    logits: (n, C); classes: (n,) whose probability is meant. 1 is .9, 2 is .99; at most 8.
    """
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    others = powers.copy()
    others[np.arange(len(classes)), classes] = 0
    rest = others.sum(1) / powers.sum(1)
    scale: Floats = np.minimum(-np.log10(np.maximum(rest, 1e-8)), 8).astype(np.float32)
    return scale
