"""The family of patterns that cover the whole image: full-image noise, tints, textures.

No mask: the template is the mean residual of the members over all pixels, and content neighbours
are matched anew each round without the current hits and what lies among them, because the VAE
encodes such patterns and carriers would otherwise cancel each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate, discovery_key
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import Bools, ClassMaterial, Floats, Material, Rows, f1
from spurview.core.pixel_map import by_pixel
from spurview.core.progress import Report
from spurview.core.scorers import LEAST_DEVIATIONS
from spurview.core.separation import valley

# (hits (N,), queries or None for all) -> rows (N, k) of content neighbours
Match = Callable[[Bools, Rows | None], Rows]
# hits (N,) -> images (N,) that are no neighbours of theirs
Hiding = Callable[[Bools], Bools]

_ROUNDS = 4
_FEWEST = 6
# Weight of the ridge against the mean variance of the residual.
_RIDGE_SHARE = 0.05
_MEMBER_SHARE = 0.5
# Of the images: where more have a weight, those without cost less than a copy of these.
_MOST_COPIED = 0.25


@dataclass(frozen=True)
class _Fit:
    """Scores (N,) in standard deviations, the typical member's, and the threshold of a hit.

    contribution: (H, W) what each pixel adds to the expected score of a member.
    """

    contribution: NDArray[np.float64]
    scores: NDArray[np.float64]
    typical: float
    threshold: float

    @property
    def hits(self) -> Bools:
        above: Bools = self.scores > self.threshold
        return above


def search_all(found: ClassMaterial, proposals: list[Proposal], report: Report) -> list[Candidate]:
    """Candidates over all pixels from every proposal that holds together."""
    seen: list[Bools] = []
    candidates = []
    for index, proposal in enumerate(proposals):
        report(index, len(proposals), "searching whole images")
        if any(f1(proposal.members, other) > 0.8 for other in seen):
            continue
        seen.append(proposal.members)
        hits = np.zeros(len(found.material.images), bool)
        hits[found.members_a[proposal.members]] = True
        for hiding in _ways(found.material):
            fit = _fit(found, hits, hiding)
            if fit is not None:
                candidates.append(_candidate(found, frozenset({proposal.detector}), fit))
    return candidates


def _ways(material: Material) -> list[Hiding]:
    """What is left out of the neighbours: what hides the pattern; of coloured images also only the
    hits, since across a pattern its other carriers are no neighbours anyway."""
    return [material.hiding] if material.shape[2] == 1 else [material.hiding, lambda hits: hits]


def _fit(found: ClassMaterial, hits: Bools, hiding: Hiding) -> _Fit | None:
    material = found.material
    fit = None
    # Until the last round no hit outside half A counts.
    half_a = np.flatnonzero(material.discover)
    for index in range(_ROUNDS):
        rows = np.flatnonzero(hits & found.mine & material.discover)
        left_out = hiding(hits)
        rest = np.flatnonzero(material.discover & ~left_out)
        if len(rows) < _FEWEST or len(rest) < 20 * _FEWEST:
            return None
        fit = _one_round(
            found,
            rows,
            rest,
            matching(material, hits)(left_out, None if index == _ROUNDS - 1 else half_a),
        )
        if fit.typical <= 0:
            return None
        hits = fit.hits
    return fit if (hits & found.mine).any() else None


def _one_round(found: ClassMaterial, rows: Rows, rest: Rows, near: Rows) -> _Fit:
    material = found.material
    background = mean_residual(material, rest, near)
    difference = mean_residual(material, rows, near) - background
    ridge = _RIDGE_SHARE * found.covariance.mean_variance + 1e-3
    weights = found.covariance.solve(difference, ridge)
    weights /= found.covariance.deviation(weights)
    raw = material.images @ weights.astype(np.float32)
    scores = (raw - raw[near].mean(1)).astype(np.float64) - float(background @ weights)
    typical = float(np.median(scores[rows]))
    contribution = by_pixel(weights * difference, material.shape).astype(np.float64)
    threshold = max(LEAST_DEVIATIONS, _MEMBER_SHARE * typical)
    return _Fit(contribution, scores, typical, threshold)


def free_neighbours(material: Material, hits: Bools) -> Rows:
    """Rows (N, k) of content neighbours that carry no pattern; of colours across it."""
    return matching(material, hits)(material.hiding(hits), None)


def matching(material: Material, hits: Bools) -> Match:
    """How content neighbours are found of images whose pattern has these hits."""
    is_coloured = material.shape[2] > 1 and bool((hits & material.discover).any())
    return material.matcher.across if is_coloured else material.matcher.without


def mean_residual(material: Material, rows: Rows, near: Rows) -> Floats:
    """Mean (D,) of the rows' images less the mean of their neighbours `near` (N, k)."""
    images = material.images
    weights = np.bincount(near[rows].ravel(), minlength=len(images)) / -(len(rows) * near.shape[1])
    weights[rows] += 1 / len(rows)
    used = np.flatnonzero(weights)
    if len(used) <= _MOST_COPIED * len(images):
        weights, images = weights[used], images[used]
    mean: Floats = weights.astype(np.float32) @ images
    return mean


def _candidate(found: ClassMaterial, detectors: frozenset[str], fit: _Fit) -> Candidate:
    material = found.material
    scope = found.mine & material.discover
    gap = valley(fit.scores[scope], fit.typical, fit.threshold)
    return Candidate(
        class_index=found.class_index,
        family="whole",
        detectors=detectors,
        mask=np.ones(material.shape[:2], bool),
        hits=fit.hits,
        linear=(fit.scores / fit.typical).astype(np.float32),
        threshold=fit.threshold / fit.typical,
        agreement=1.0,
        key=discovery_key(fit.hits, found.mine, material.discover, 1.0, gap),
        contribution=fit.contribution,
    )
