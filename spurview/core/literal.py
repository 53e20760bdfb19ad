"""The report's method read literally: clusters of VAE latents within a predicted class.

Kept as the baseline it is: it finds images of like content, seldom the pattern.
Tischler 2024, "Using Clustered Random Samples to find Spurious Correlations in Neural Networks".
"""

from __future__ import annotations

import numpy as np

from spurview.core.candidate import Candidate
from spurview.core.detectors.clustering import clusters
from spurview.core.material import Material, Rows

_BALL_QUANTILE = 0.75


def literal_candidates(material: Material, class_index: int) -> list[Candidate]:
    """Clusters as candidates, by the lift of the class within the ball around each centroid."""
    rows = np.flatnonzero(material.of_class(class_index) & material.discover)
    base = material.of_class(class_index)[material.pool].mean()
    candidates = []
    for group in clusters(material.latents[rows], ks=(8,)):
        candidates.append(_candidate(material, class_index, rows[group], float(base)))
    return sorted(candidates, key=lambda c: -c.key)


def _candidate(material: Material, class_index: int, members: Rows, base: float) -> Candidate:
    centre = material.latents[members].mean(0)
    distance = np.linalg.norm(material.latents - centre, axis=1)
    radius = float(np.quantile(distance[members], _BALL_QUANTILE))
    hits = distance <= radius
    purity = material.of_class(class_index)[hits & material.pool].mean()
    typical = float(np.median(distance[members]))
    return Candidate(
        class_index=class_index,
        family="literal",
        detectors=frozenset({"latents"}),
        mask=np.ones(material.shape[:2], bool),
        hits=hits,
        linear=(2 - distance / max(typical, 1e-9)).astype(np.float32),
        threshold=2 - radius / max(typical, 1e-9),
        agreement=1.0,
        key=float(purity / max(base, 1e-9)),
    )
