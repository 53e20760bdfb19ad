"""How long a new project will train and how large it will be, measured on a few steps just now."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from spurview.core.progress import Report, silent
from spurview.core.settings import Settings

if TYPE_CHECKING:
    import torch

# So many batches tell a step's time; the first warms up and does not count.
_BATCHES = 3
# What an image takes beside its pixels, in 4-byte numbers: latents, neighbours, layout, scores.
_NUMBERS = 48


@dataclass(frozen=True)
class Estimate:
    """Seconds of training the classifier and the VAE on this device; bytes of the project."""

    classifier_s: float
    embedding_s: float
    device: str
    project_bytes: int

    @property
    def seconds(self) -> float:
        return self.classifier_s + self.embedding_s


def project_bytes(n_images: int, shape: tuple[int, int, int]) -> int:
    """About how large a project of images (height, width, channels) becomes."""
    return n_images * (int(np.prod(shape)) + 4 * _NUMBERS) + (4 << 20)


def estimate(
    settings: Settings,
    n_train: int,
    n_pool: int,
    shape: tuple[int, int, int],
    n_classes: int,
    *,
    device: str = "auto",
    report: Report = silent,
) -> Estimate:
    """What training takes here on images (height, width, channels), by a few real steps.

    n_train: 0 where no classifier is trained. Raises StageError where no step can be done.
    """
    import torch  # seconds, and not wanted where only a size is asked for

    from spurview.core.device import choose_device

    report(0, 0, "estimate: measuring a few steps")
    chosen = choose_device(device)
    # A run that is under way goes on with the draws it would have had.
    with torch.random.fork_rng():
        classifier = _classifier_s(settings, shape, n_classes, chosen, report) if n_train else 0.0
        embedding = _embedding_s(settings, shape, chosen, report)
    return Estimate(
        classifier * n_train * settings.classifier.epochs,
        embedding * (n_train + n_pool) * settings.embedding.epochs,
        str(chosen),
        project_bytes(n_train + n_pool, shape),
    )


def _classifier_s(
    settings: Settings,
    shape: tuple[int, int, int],
    n_classes: int,
    device: torch.device,
    report: Report,
) -> float:
    """Seconds per image and epoch."""
    from spurview.core.classifier import train_classifier

    given = msgspec.structs.replace(
        settings.classifier, epochs=1, batch=min(settings.classifier.batch, 64), patience=0
    )

    def train(n: int) -> None:
        images = _noise(n, shape)
        train_classifier(
            images,
            np.arange(n) % max(2, n_classes),
            images[:0],
            np.zeros(0, np.int64),
            n_classes=max(2, n_classes),
            settings=given,
            seed=0,
            device=device,
            report=report,
        )

    return _per_image(train, given.batch)


def _embedding_s(
    settings: Settings, shape: tuple[int, int, int], device: torch.device, report: Report
) -> float:
    from spurview.core.vae import train_vae

    given = msgspec.structs.replace(settings.embedding, epochs=1)

    def train(n: int) -> None:
        train_vae(
            _noise(n, shape),
            settings=given,
            seed=0,
            device=device,
            report=report,
        )

    return _per_image(train, min(given.batch, 200))


def _per_image(train: Callable[[int], None], batch: int) -> float:
    """Seconds for each image, after a batch that warms up."""
    train(batch)
    began = time.monotonic()
    train(batch * _BATCHES)
    return (time.monotonic() - began) / (batch * _BATCHES)


def _noise(n: int, shape: tuple[int, int, int]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, *shape), np.uint8)
