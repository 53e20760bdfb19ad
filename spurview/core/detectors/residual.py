"""The detector `residual`: images that differ from like content in the same way."""

from __future__ import annotations

from spurview.core.detectors.clustering import clusters, leading
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import RIDGE, ClassMaterial

_COMPONENTS = 10


def residual_clusters(found: ClassMaterial, ks: tuple[int, ...] = (2, 4, 8)) -> list[Proposal]:
    """Clusters on the leading 4 and 10 principal components of the whitened residual."""
    whitened = found.covariance.whiten(found.residual(found.members_a), RIDGE)
    return [Proposal("residual", m) for m in clusters(leading(whitened, _COMPONENTS), ks)]
