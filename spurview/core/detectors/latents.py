"""The detector `latents`: images that an encoder finds alike, the report's own reading."""

from __future__ import annotations

from spurview.core.detectors.clustering import clusters
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import ClassMaterial


def latent_clusters(found: ClassMaterial, ks: tuple[int, ...] = (8,)) -> list[Proposal]:
    """Clusters of the VAE latents: the literal reading of the report."""
    latents = found.material.latents[found.members_a]
    return [Proposal("latents", m) for m in clusters(latents, ks)]
