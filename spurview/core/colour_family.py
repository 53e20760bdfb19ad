"""The family of tints: told by an image's colours as a whole, wherever they lie.

An encoder takes a tint for content, so that the residual of a tinted image lacks it. What a tint
does to an image is plain in its colours themselves: blended by a, every channel's range shrinks to
1 - a of it, and its darkest and lightest values move towards the tint.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spurview.core.candidate import Candidate
from spurview.core.colour_box import channels_of
from spurview.core.detectors.clustering import clusters
from spurview.core.material import Bools, ClassMaterial, Floats, Material, f1
from spurview.core.progress import Report
from spurview.core.rematching import FEWEST, told_by

_QUANTILES = (0.02, 0.5, 0.98)
_KS = (2, 4, 8)
_ROUNDS = 4
# Images whose quantiles are taken at once.
_BLOCK = 512


def colours_of(images: Floats, channels: int) -> Floats:
    """(n, 5 C) of images (n, D): of every channel three percentiles, mean and deviation."""
    colours = np.empty((len(images), 5 * channels), np.float32)
    for start in range(0, len(images), _BLOCK):
        part = slice(start, start + _BLOCK)
        levels = channels_of(images[part], channels)
        # Whole sorted channels are many times quicker than a search for their percentiles.
        levels.sort(axis=2)
        of_each = [*_percentiles(levels), levels.mean(2), levels.std(2)]
        colours[part] = np.concatenate(of_each, axis=1)
    return colours


def _percentiles(levels: Floats) -> list[Floats]:
    """The quantiles (n, C) of sorted values (n, C, P), between two values in proportion."""
    at = np.array(_QUANTILES) * (levels.shape[2] - 1)
    below = np.floor(at).astype(int)
    above = np.minimum(below + 1, levels.shape[2] - 1)
    shares = (at - below).astype(np.float32)
    return [
        levels[..., low] + share * (levels[..., high] - levels[..., low])
        for low, high, share in zip(below, above, shares, strict=True)
    ]


def colour_statistics(material: Material) -> Material:
    """The material with images replaced by their colours as a whole, standardised over the pool.

    images: (N, 5 C): of every channel the 2nd, 50th and 98th percentile, mean and deviation.
    Nothing is expected of an image's content.
    """
    statistics = colours_of(material.images, material.shape[2])
    pool = statistics[material.pool]
    scaled: Floats = (statistics - pool.mean(0)) / (pool.std(0) + 1e-3)
    told = replace(material, shape=(1, scaled.shape[1], 1), images=scaled, rebuilt=None)
    told.__dict__["expected"] = np.zeros_like(scaled)
    return told


def search_colours(found: ClassMaterial, statistics: Material, report: Report) -> list[Candidate]:
    """Candidates from every cluster of the class's colours that holds together."""
    report(0, 1, "comparing colours")
    seen: list[Bools] = []
    candidates = []
    for members in clusters(statistics.images[found.members_a], _KS):
        if any(f1(members, other) > 0.8 for other in seen):
            continue
        seen.append(members)
        candidate = _refined(found, statistics, members)
        if candidate is not None:
            candidates.append(candidate)
    return candidates


def _refined(found: ClassMaterial, statistics: Material, members: Bools) -> Candidate | None:
    """The best by key of what the scorers make of the members, told again from their own hits."""
    best = None
    rows = found.members_a[members]
    for _ in range(_ROUNDS):
        if len(rows) < FEWEST:
            break
        told = told_by(statistics, np.ones((1, statistics.shape[1]), bool), _blank(found), rows)
        again = max(told, key=lambda candidate: candidate.key, default=None)
        if again is None or (best is not None and again.key <= best.key):
            break
        best = again
        rows = np.flatnonzero(best.hits & found.scope)
    return best


def _blank(found: ClassMaterial) -> Candidate:
    n = len(found.material.images)
    return Candidate(
        class_index=found.class_index,
        family="whole",
        detectors=frozenset({"colour"}),
        mask=np.ones(found.material.shape[:2], bool),
        hits=np.zeros(n, bool),
        linear=np.zeros(n, np.float32),
        threshold=1.0,
        agreement=1.0,
        key=0.0,
    )
