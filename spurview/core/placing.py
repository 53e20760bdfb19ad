"""Where a working image lies in what a network sees: two cut-outs of one original.

Boxes are (top, left, bottom, right) in pixels, ends exclusive; sizes are (height, width).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from spurview.core.network_description import Fit, Preprocessing

Box = tuple[float, float, float, float]
WholeBox = tuple[int, int, int, int]
Size = tuple[int, int]


def seen_box(original: Size, seen: Size, fit: Fit, resize: int = 0) -> Box:
    """The part of an original that fills an image of size `seen`; with `pad` it reaches beyond.

    resize: what the shorter side is brought to before the centre is cut out; 0 is just enough.
    """
    height, width = original
    if fit == "stretch":
        return 0.0, 0.0, float(height), float(width)
    ratios = (seen[0] / height, seen[1] / width)
    enough = resize / min(original) if resize else max(ratios)
    scale = min(ratios) if fit == "pad" else enough
    rows, columns = seen[0] / scale, seen[1] / scale
    top, left = (height - rows) / 2, (width - columns) / 2
    return top, left, top + rows, left + columns


def box_within(inner: Box, outer: Box, size: Size) -> WholeBox:
    """Where `inner` lies in an image of `size` that shows `outer`, to whole pixels."""
    down, across = size[0] / (outer[2] - outer[0]), size[1] / (outer[3] - outer[1])
    return (
        round((inner[0] - outer[0]) * down),
        round((inner[1] - outer[1]) * across),
        round((inner[2] - outer[0]) * down),
        round((inner[3] - outer[1]) * across),
    )


def placed(images: Tensor, box: WholeBox, size: Size) -> Tensor:
    """Images (n, C, H, W) resized to fill `box` of an otherwise empty (n, C, *size)."""
    top, left, bottom, right = box
    target = (max(bottom - top, 1), max(right - left, 1))
    if target != tuple(images.shape[2:]):
        images = F.interpolate(images, target, mode="bilinear", antialias=True)
    # Negative padding cuts off what lies outside.
    return F.pad(images, (left, size[1] - left - target[1], top, size[0] - top - target[0]))


def prepared(images: Tensor, preprocessing: Preprocessing) -> Tensor:
    """Images (n, 1 or 3, h, w) in 0..1 as the network takes them: channels, range, mean and std."""
    wanted = 1 if preprocessing.channels == "grey" else 3
    if images.shape[1] == 1 and wanted == 3:
        images = images.expand(-1, 3, -1, -1)
    elif images.shape[1] == 3 and wanted == 1:
        weights = torch.tensor([0.299, 0.587, 0.114], device=images.device)
        images = (images * weights[:, None, None]).sum(1, keepdim=True)
    if preprocessing.channels == "BGR":
        images = images.flip(1)
    images = images * (preprocessing.high - preprocessing.low) + preprocessing.low
    mean, std = (
        torch.tensor(values, device=images.device)[:, None, None]
        for values in (preprocessing.mean, preprocessing.std)
    )
    return (images - mean) / std
