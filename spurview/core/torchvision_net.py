"""A torchvision classifier that takes working images as they are, at any size, grey or coloured."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spurview.core.architectures import input_px

# What torchvision's own weights were trained with.
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Images of 64x64 px that are classified at once; fewer of larger ones.
_AT_ONCE = 128
# Their second heads serve training from nothing alone, and double what a network answers.
_TWO_HEADED = ("googlenet", "inception_v3")


def torchvision_classifier(
    name: str, n_classes: int, *, to_fill_with: Collection[str] | None = None
) -> nn.Module:
    """An architecture of torchvision without weights, its last layer for so many classes.

    to_fill_with: the names of weights that it is going to get; it has second heads where they do.
    """
    from torchvision import models

    options: dict[str, Any] = {}
    if name in _TWO_HEADED:
        given = to_fill_with or ()
        options = {
            "aux_logits": any(key.lower().startswith("aux") for key in given),
            "init_weights": to_fill_with is None,
        }
    net: nn.Module = models.get_model(name, weights=None, num_classes=n_classes, **options)
    return net


class TorchvisionNet(nn.Module):
    """An architecture of torchvision with what makes our images fit it.

    Grey becomes three channels, images smaller than the architecture can take are enlarged
    (bilinear), values get the mean and deviation of torchvision's weights. All of it is part of
    the network, so that gradients and patterns stay at working size.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, name: str, shape: tuple[int, int, int], n_classes: int) -> None:
        super().__init__()
        self.net = torchvision_classifier(name, n_classes)
        self.size = input_px(name, shape[0], shape[1])
        for key, values in (("mean", MEAN), ("deviation", DEVIATION)):
            # Not persistent: they are no weights, and the same in every project.
            self.register_buffer(key, torch.tensor(values).view(3, 1, 1), persistent=False)

    @property
    def inference_batch(self) -> int:
        """Images to classify at once, so that a large architecture stays within memory."""
        return max(8, _AT_ONCE * 64 * 64 // (self.size[0] * self.size[1]))

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, K) of images (n, C, H, W) in 0..1, C 1 or 3."""
        seen = images.expand(-1, 3, -1, -1)
        if seen.shape[2:] != self.size:
            seen = F.interpolate(seen, self.size, mode="bilinear", align_corners=False)
        logits: Tensor = self.net((seen - self.mean) / self.deviation)
        return logits
