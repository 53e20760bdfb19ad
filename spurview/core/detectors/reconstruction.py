"""The detector `reconstruction`: images that a decoder fails to rebuild in the same way."""

from __future__ import annotations

from spurview.core.detectors.clustering import clusters, leading
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import ClassMaterial

_COMPONENTS = 16


def reconstruction_clusters(found: ClassMaterial, ks: tuple[int, ...] = (8,)) -> list[Proposal]:
    """Clusters on the principal components of what the VAE fails to rebuild."""
    rebuilt = found.material.rebuilt
    if rebuilt is None:
        return []
    missed = found.material.images[found.members_a] - rebuilt[found.members_a]
    return [Proposal("reconstruction", m) for m in clusters(leading(missed, _COMPONENTS), ks)]
