"""The images that patterns are put into, and the network that answers for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spurview.core.candidate import Candidate
from spurview.core.classifier import margins
from spurview.core.extraction import Template
from spurview.core.material import Floats, Material, Rows
from spurview.core.template import insert, insert_moved


class Logits(Protocol):
    """What answers for images: a network of one's own, or one that sees them at another size."""

    def __call__(self, images: Floats, rows: Rows | None = None, /) -> NDArray[np.float32]:
        """Logits (n, K) of images (n, H, W, C) in 0..1, each a changed copy of the row's image.

        rows: (n,) of the project's images; None where the images come from nowhere.
        """


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
        self.before = np.zeros((0, material.n_classes), np.float32)
        if len(self.rows):
            self.before = logits(self.images, self.rows)

    def effect(self, template: Template, strength: float = 1.0) -> Effect:
        """What the template does; `strength` scales how far it moves each image."""
        after = self._logits(self.inserted(template, strength), self.rows)
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
