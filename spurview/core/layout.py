"""Two-dimensional positions of the images for the linked views, and what their axes can be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
# Some of the points (n, d), by their place.
Points = Callable[[slice], Floats]

_MOST_COMPONENTS = 32
# Points that are looked at at once: of a million, all together take gigabytes.
_BLOCK = 16_384


def principal_plane(points: Floats) -> Floats:
    """(n, 2) scores on the two leading principal components of (n, d), d >= 1, in unit deviations.

    Signs are fixed by the longer tail, so that the same points always give the same picture.
    """
    return _plane_of(lambda part: points[part], len(points))


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

    def matched(part: slice) -> Floats:
        weighed: Floats = np.clip(scores[:, part].T, -0.5, 1.5) * weights
        return weighed

    _, covariance = _moments(matched, len(leading))
    scale = np.float32(np.sqrt(leading.var(0).sum() / max(float(np.trace(covariance)), 1e-9)))
    return _plane_of(lambda part: np.c_[leading[part], matched(part) * scale], len(leading))


def _plane_of(points: Points, n: int) -> Floats:
    """The principal plane of n points that are made block by block."""
    middle, covariance = _moments(points, n)
    axes = np.linalg.eigh(covariance)[1][:, ::-1][:, :2]
    plane = np.zeros((n, 2))
    for part in _blocks(n):
        plane[part, : axes.shape[1]] = (points(part) - middle) @ axes
    plane *= np.where((plane**3).mean(0) < 0, -1, 1)
    scaled: Floats = (plane / np.maximum(plane.std(0), 1e-9)).astype(np.float32)
    return scaled


def _moments(points: Points, n: int) -> tuple[Doubles, Doubles]:
    """Mean (d,) and covariance (d, d) of n points."""
    totals = [points(part).sum(0, dtype=np.float64) for part in _blocks(n)]
    middle: Doubles = np.sum(totals, axis=0) / n
    covariance: Doubles = np.zeros((len(middle), len(middle)))
    for part in _blocks(n):
        centred = points(part) - middle
        covariance += centred.T @ centred / n
    return middle, covariance


def _blocks(n: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, n, _BLOCK)]


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
