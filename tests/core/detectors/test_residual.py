"""Groups of residuals, of which one is known."""

from __future__ import annotations

from spurview.core.detectors.residual import residual_clusters
from tests.core.detectors.agreement import best


def test_clusters_of_whitened_residuals_find_the_carriers(found, carriers):
    assert best(residual_clusters(found), carriers) > 0.9
