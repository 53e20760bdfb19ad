"""Cheap guesses at which images of a predicted class share something: many, and mostly wrong.

Each proposal is a detector's name and a (n_members_a,) bool over `ClassMaterial.members_a`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spurview.core.material import RIDGE, Bools, ClassMaterial, Floats, Rows, f1
from spurview.core.pixel_map import by_pixel, places
from spurview.core.scorers import top_peak

# Rows given to HDBSCAN, which cannot be interrupted, at the most.
MOST_CLUSTERED = 10_000
_COMPONENTS = 10
_WINDOWS_KEPT = 4
_GRADIENT_WINDOWS = 3

# (rows (n,), class) -> (n, D) gradient of the margin in each of the material's images
Gradient = Callable[[Rows, int], Floats]


@dataclass(frozen=True)
class Proposal:
    """Members guessed by one detector, (n_members_a,) bool."""

    detector: str
    members: Bools


def least_members(n_class: int) -> int:
    """The smallest group worth a look among half A of a class."""
    return max(8, int(0.015 * n_class))


def whole_class(found: ClassMaterial) -> list[Proposal]:
    """All images of the class: nothing else sees a pattern that makes up nearly all of it."""
    return [Proposal("class", np.ones(len(found.members_a), bool))]


def residual_clusters(found: ClassMaterial, ks: tuple[int, ...] = (2, 4, 8)) -> list[Proposal]:
    """Clusters on the leading 4 and 10 principal components of the whitened residual."""
    whitened = found.covariance.whiten(found.residual(found.members_a), RIDGE)
    return [Proposal("residual", m) for m in clusters(leading(whitened, _COMPONENTS), ks)]


def latent_clusters(found: ClassMaterial, ks: tuple[int, ...] = (8,)) -> list[Proposal]:
    """Clusters of the VAE latents: the literal reading of the report."""
    latents = found.material.latents[found.members_a]
    return [Proposal("latents", m) for m in clusters(latents, ks)]


def reconstruction_clusters(found: ClassMaterial, ks: tuple[int, ...] = (8,)) -> list[Proposal]:
    """Clusters on the principal components of what the VAE fails to rebuild."""
    rebuilt = found.material.rebuilt
    if rebuilt is None:
        return []
    missed = found.material.images[found.members_a] - rebuilt[found.members_a]
    return [Proposal("reconstruction", m) for m in clusters(leading(missed, 16), ks)]


def colour_clusters(found: ClassMaterial, ks: tuple[int, ...] = (8,)) -> list[Proposal]:
    """Clusters of the mean brightness and colour of coloured images: an encoder takes a tint for
    content, so that no residual shows it."""
    channels = found.material.shape[2]
    if channels == 1:
        return []
    images = found.material.images[found.members_a]
    means = images.reshape(len(images), -1, channels).mean(1)
    brightness = means.mean(1, keepdims=True)
    return [
        Proposal("colour", m) for m in clusters(np.hstack([means - brightness, brightness]), ks)
    ]


def gradient_windows(
    found: ClassMaterial, gradient: Gradient, rng: np.random.Generator
) -> list[Proposal]:
    """The 3 % of members whose residual best follows the network's gradient, in 3 windows."""
    shape = found.material.shape
    rows = rng.permutation(found.others)[:400]
    slope = gradient(rows, found.class_index).mean(0)
    energy = ndimage.uniform_filter(by_pixel(np.square(slope), shape), 5)
    n = max(least_members(len(found.members_a)), int(0.03 * len(found.members_a)))
    residual = found.residual(found.members_a)
    proposals = []
    for _ in range(_GRADIENT_WINDOWS):
        row, column = np.unravel_index(energy.argmax(), energy.shape)
        window = np.zeros(shape[:2], bool)
        window[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = True
        energy[window] = 0
        inside = places(window, shape[2])
        scores = residual[:, inside] @ slope[inside]
        members = np.zeros(len(scores), bool)
        members[np.argsort(-scores)[:n]] = True
        proposals.append(Proposal("gradient", members))
    return proposals


def local_windows(found: ClassMaterial) -> list[Proposal]:
    """Windows in which the class splits in two and the upper part is the network's own choice.

    Catches faint patches lying on strokes. Kept by enrichment over (.15 + valley), at most four
    of different members.
    """
    ranked = sorted(_window_splits(found), key=lambda split: -split[0])
    kept: list[Bools] = []
    for _, members in ranked:
        if all(f1(members, other) < 0.5 for other in kept):
            kept.append(members)
        if len(kept) == _WINDOWS_KEPT:
            break
    return [Proposal("windows", members) for members in kept]


def _window_splits(found: ClassMaterial) -> Iterator[tuple[float, Bools]]:
    material = found.material
    height, width, channels = material.shape
    half_a = np.flatnonzero(material.discover)
    mine = found.mine[half_a]
    residual = found.residual(half_a)
    step = max(2, min(height, width) // 16)
    for size in (4, 6):
        for top in range(0, height - size + 1, step):
            for left in range(0, width - size + 1, step):
                window = np.zeros((height, width), bool)
                window[top : top + size, left : left + size] = True
                inside = places(window, channels)
                yield from _splits(residual[:, inside], found.covariance.block(inside), mine)


def _splits(
    residual: Floats, covariance: NDArray[np.float64], mine: Bools
) -> Iterator[tuple[float, Bools]]:
    """(key, members) along the two leading directions of the whitened window."""
    values, directions = np.linalg.eigh(covariance + RIDGE * np.eye(len(covariance)))
    whitened = residual @ (directions / np.sqrt(values)).astype(np.float32)
    centred = whitened[mine] - whitened[mine].mean(0)
    _, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    base = mine.mean()
    for axis in (axes[:, -1], axes[:, -2]):
        along = whitened @ axis
        if ((along[mine] - along[mine].mean()) ** 3).mean() < 0:
            along = -along
        own = along[mine]
        if own.std() < 1e-3:
            continue
        upper = top_peak(own)
        n = int(upper.sum())
        if n < 8 or n > 0.6 * len(own):
            continue
        high, low = own[upper].mean(), own[~upper].mean()
        gap = high - low
        between = ((own > low + 0.35 * gap) & (own < low + 0.65 * gap)).sum() / n
        above = along > own[upper].min()
        excess = mine[above].sum() - base * above.sum()
        z = excess / np.sqrt(base * (1 - base) * above.sum() + 1)
        yield float(z / (0.15 + between)), upper


def clusters(points: Floats, ks: tuple[int, ...]) -> list[Bools]:
    """Groups by HDBSCAN on the first 4 and on all dimensions and by k-means, none the whole.

    points: (n, d), most important dimension first. HDBSCAN: Campello et al. 2013.
    """
    from sklearn.cluster import HDBSCAN, KMeans

    n = len(points)
    least = least_members(n)
    if n < 2 * least:
        return []
    labellings = [
        KMeans(k, n_init=2, random_state=0).fit_predict(points) for k in ks if k <= n // least
    ]
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


def local_proposals(
    found: ClassMaterial, gradient: Gradient | None, rng: np.random.Generator
) -> list[Proposal]:
    """All proposals for a pattern in one place, the surest first."""
    proposals = [*whole_class(found), *residual_clusters(found), *latent_clusters(found)]
    proposals += reconstruction_clusters(found)
    if gradient is not None:
        proposals += gradient_windows(found, gradient, rng)
    return proposals + local_windows(found)


def whole_image_proposals(found: ClassMaterial) -> list[Proposal]:
    """All proposals for a pattern over the whole image."""
    return [
        *whole_class(found),
        *residual_clusters(found, ks=(2, 4)),
        *latent_clusters(found, ks=(4,)),
        *reconstruction_clusters(found, ks=(4,)),
        *colour_clusters(found),
    ]
