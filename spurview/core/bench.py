"""The images that patterns are put into, and the network that answers for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate
from spurview.core.classifier import margins
from spurview.core.extraction import Template
from spurview.core.material import Floats, Material, Rows
from spurview.core.template import insert, insert_moved

# Logits (n, K) of float images (n, H, W, C).
Logits = Callable[[Floats], NDArray[np.float32]]


@dataclass(frozen=True)
class Effect:
    """Share of images that became the class, and their mean margin in logits."""

    flip: float
    margin: float


class Bench:
    """One set of images for insertion, and the network that answers for them.

    The images come from half B, carry no pattern and are not predicted as the class.
    """

    def __init__(
        self,
        material: Material,
        candidate: Candidate,
        logits: Logits,
        n: int,
        rng: np.random.Generator,
    ) -> None:
        self._class = candidate.class_index
        self._logits = logits
        free = material.confirm & (material.predicted != candidate.class_index) & ~candidate.hits
        self.rows: Rows = np.sort(rng.permutation(np.flatnonzero(free))[:n])
        self.images = material.images[self.rows].reshape(-1, *material.shape)
        self._turn = rng.integers(2**31, size=len(self.rows))
        self.before = logits(self.images) if len(self.rows) else np.zeros((0, material.n_classes))

    def effect(self, template: Template, strength: float = 1.0) -> Effect:
        """What the template does; `strength` scales how far it moves each image."""
        after = self._logits(self.inserted(template, strength))
        return Effect(
            float((after.argmax(1) == self._class).mean()),
            float((margins(after, self._class) - margins(self.before, self._class)).mean()),
        )

    def inserted(self, template: Template, strength: float = 1.0) -> Floats:
        """The images with the template in them."""
        changed = self._changed(template)
        if strength == 1.0:
            return changed
        return np.clip(self.images + np.float32(strength) * (changed - self.images), 0, 1)

    def offsets(self, template: Template) -> NDArray[np.int16] | None:
        """(n, 2) where each image gets a pattern that moves, else None."""
        if template.offsets is None:
            return None
        where: NDArray[np.int16] = template.offsets[self._turn % len(template.offsets)]
        return where

    def _changed(self, template: Template) -> Floats:
        offsets = self.offsets(template)
        if offsets is None:
            return insert(self.images, template.values, template.mask, template.opacity)
        return insert_moved(self.images, template.values, template.mask, template.opacity, offsets)

    def energy(self, template: Template) -> float:
        """Mean squared change per image."""
        return float(np.square(self.inserted(template) - self.images).sum((1, 2, 3)).mean())
