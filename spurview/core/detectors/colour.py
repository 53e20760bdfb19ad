"""The detector `colour`: images of like brightness and tint."""

from __future__ import annotations

import numpy as np

from spurview.core.detectors.clustering import clusters
from spurview.core.detectors.proposal import Proposal
from spurview.core.material import ClassMaterial


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
