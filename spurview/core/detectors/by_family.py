"""Which detectors propose for patterns in one place, and which for those over the whole image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spurview.core.detectors.colour import colour_clusters
from spurview.core.detectors.gradient import Gradient, gradient_windows
from spurview.core.detectors.latents import latent_clusters
from spurview.core.detectors.proposal import Proposal
from spurview.core.detectors.reconstruction import reconstruction_clusters
from spurview.core.detectors.residual import residual_clusters
from spurview.core.detectors.whole_class import whole_class
from spurview.core.detectors.windows import local_windows
from spurview.core.material import ClassMaterial


def local_proposals(
    found: ClassMaterial, gradient: Gradient | None, rng: np.random.Generator
) -> list[Proposal]:
    """All proposals for a pattern in one place, the surest first."""
    proposals = [*whole_class(found), *residual_clusters(found), *latent_clusters(found)]
    proposals += reconstruction_clusters(found)
    if gradient is not None:
        proposals += gradient_windows(found, gradient, rng)
    return proposals + local_windows(found)


def training_proposals(found: ClassMaterial) -> list[Proposal]:
    """All proposals for a pattern in one place among the class's training images."""
    proposals = [*whole_class(found), *residual_clusters(found, ks=(2, 4)), *local_windows(found)]
    return [replace(proposal, detector="training") for proposal in proposals]


def whole_image_proposals(found: ClassMaterial) -> list[Proposal]:
    """All proposals for a pattern over the whole image."""
    return [
        *whole_class(found),
        *residual_clusters(found, ks=(2, 4)),
        *latent_clusters(found, ks=(4,)),
        *reconstruction_clusters(found, ks=(4,)),
        *colour_clusters(found),
    ]
