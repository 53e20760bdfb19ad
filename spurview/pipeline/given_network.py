"""A network handed over in memory: borrowed, asked, and given back as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from spurview.core.classifier import Network
from spurview.core.errors import InputError

Preprocess = Callable[[Tensor], Tensor]


class _Prepared(nn.Module):
    """A person's preprocessing, then their network."""

    def __init__(self, model: nn.Module, preprocess: Preprocess | None, batch: int) -> None:
        super().__init__()
        self.model, self.preprocess, self.inference_batch = model, preprocess, batch

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, K) of images (n, C, H, W) in 0..1."""
        logits: Tensor = self.model(self.preprocess(images) if self.preprocess else images)
        return logits


@contextmanager
def borrowed(
    model: nn.Module, preprocess: Preprocess | None, device: torch.device, *, batch: int
) -> Iterator[Network]:
    """The model as a network of ours, on the device, evaluating; afterwards as it came."""
    modes = [(part, part.training) for part in model.modules()]
    homes = {tensor.device for tensor in (*model.parameters(), *model.buffers())}
    if len(homes) > 1:
        raise InputError("The network lies on several devices: move it to one before.")
    try:
        yield Network(_Prepared(model, preprocess, batch), device)
    finally:
        for part, mode in modes:
            part.training = mode
        for home in homes:
            model.to(home)


def n_classes(network: Network, images: NDArray[np.uint8]) -> int:
    """How many classes the network tells apart, by its answer to a few images (n, H, W, C).

    Raises InputError where it cannot answer, or not with one row of finite logits per image.
    """
    height, width, channels = images.shape[1:]
    try:
        logits = network.logits(images)
    except (RuntimeError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InputError(
            f"The network cannot take these images, given to it as (n, {channels}, {height}, "
            f"{width}) floats in 0..1: bring them to what it expects with preprocess=…",
            details=str(error),
        ) from error
    if logits.ndim != 2 or len(logits) != len(images) or logits.shape[1] < 2:
        raise InputError(
            f"The network answers {len(images)} images with the shape {logits.shape}: it must give "
            "logits (n, classes) for two classes or more."
        )
    if not np.isfinite(logits).all():
        raise InputError("The network answers with numbers that are not finite.")
    return int(logits.shape[1])


def gives_gradients(network: Network, images: NDArray[np.uint8]) -> bool:
    """Whether a gradient comes back through preprocessing and network."""
    try:
        return bool(np.isfinite(network.margin_gradients(images[:1], 0)).all())
    except RuntimeError:
        return False
