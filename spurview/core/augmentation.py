"""Changes of training images that keep their class: mirrored, moved by a few pixels."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Augmentation = Literal["none", "flip", "shift", "flip-shift"]
# Furthest move, as a share of the side.
SHIFT_SHARE = 1 / 8


def augmented(images: Tensor, augmentation: Augmentation, noise: torch.Generator) -> Tensor:
    """Images (n, C, H, W), each changed by its own draw from `noise`; none: as they came.

    flip: mirrored left to right, half of them. shift: moved by up to an eighth of each side, as a
    crop from an image whose borders are repeated outwards.
    """
    if augmentation in ("flip", "flip-shift"):
        images = _flipped(images, noise)
    if augmentation in ("shift", "flip-shift"):
        images = _shifted(images, noise)
    return images


def _flipped(images: Tensor, noise: torch.Generator) -> Tensor:
    draws = torch.rand(len(images), generator=noise, device=noise.device).to(images.device)
    return torch.where((draws < 0.5).view(-1, 1, 1, 1), images.flip(3), images)


def _shifted(images: Tensor, noise: torch.Generator) -> Tensor:
    n, channels, height, width = images.shape
    rows = _moved(n, height, noise).to(images.device)
    columns = _moved(n, width, noise).to(images.device)
    rows = rows.view(n, 1, height, 1).expand(n, channels, height, width)
    columns = columns.view(n, 1, 1, width).expand(n, channels, height, width)
    return images.gather(2, rows).gather(3, columns)


def _moved(n: int, side: int, noise: torch.Generator) -> Tensor:
    """Where each pixel of a side comes from, (n, side), for moves drawn image by image."""
    most = max(1, round(side * SHIFT_SHARE))
    moves = torch.randint(-most, most + 1, (n, 1), generator=noise, device=noise.device)
    return (torch.arange(side, device=noise.device) + moves).clamp(0, side - 1)
