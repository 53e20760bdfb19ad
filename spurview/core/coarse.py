"""Large images at a size at which all pixels can be weighed against each other.

Patterns are searched among block means and drawn at the full size afterwards: the cost of a search
grows with the square of the number of values, what it finds hardly with their number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from spurview.core.material import Floats, Material
from spurview.core.pixel_map import Mask

# Images of a longer side than this are searched at a whole fraction of their size.
LONGEST_SIDE_PX = 32


def factor_of(shape: tuple[int, int, int]) -> int:
    """Pixels of the side of a block, 1 for images (H, W, C) that are small enough."""
    return -(-max(shape[:2]) // LONGEST_SIDE_PX)


def coarse(material: Material) -> Material:
    """The material with block means for images; itself where the images are small enough."""
    factor = factor_of(material.shape)
    if factor == 1:
        return material
    height, width, channels = material.shape
    shape = (-(-height // factor), -(-width // factor), channels)
    rebuilt = material.rebuilt
    if rebuilt is not None and rebuilt.shape[1] == material.images.shape[1]:
        rebuilt = blocks_of(rebuilt, material.shape)
    images = blocks_of(material.images, material.shape)
    return replace(material, shape=shape, images=images, rebuilt=rebuilt)


def blocks_of(images: Floats, shape: tuple[int, int, int]) -> Floats:
    """Block means (N, h w C) of images (N, H W C); the images where they are small enough."""
    factor = factor_of(shape)
    return images if factor == 1 else _block_means(images, shape, factor)


def slopes_of_blocks(slopes: Floats, shape: tuple[int, int, int]) -> Floats:
    """Gradients (n, h w C) by block means, of gradients (n, H W C) by pixels."""
    factor = factor_of(shape)
    if factor == 1:
        return slopes
    # Beyond the border nothing is to be changed: no slope.
    return _block_means(slopes, shape, factor, beyond="constant") * factor**2


def to_full_size(mask: Mask, shape: tuple[int, int, int]) -> Mask:
    """A mask (h, w) of blocks as one of pixels (H, W)."""
    factor = factor_of(shape)
    full: Mask = mask.repeat(factor, 0).repeat(factor, 1)[: shape[0], : shape[1]]
    return full


def _block_means(
    images: Floats,
    shape: tuple[int, int, int],
    factor: int,
    *,
    beyond: Literal["edge", "constant"] = "edge",
) -> Floats:
    """(N, h w C) means of (N, H W C); blocks beyond the border repeat its pixels, or see zeros."""
    height, width, channels = shape
    down, right = -height % factor, -width % factor
    pixels = images.reshape(-1, height, width, channels)
    if down or right:
        pixels = np.pad(pixels, ((0, 0), (0, down), (0, right), (0, 0)), beyond)
    # Summed line by line: a mean over two of the six axes of blocks takes seven times as long.
    lines = pixels[:, ::factor].copy()
    for row in range(1, factor):
        lines += pixels[:, row::factor]
    sums = lines[:, :, ::factor].copy()
    for column in range(1, factor):
        sums += lines[:, :, column::factor]
    means: Floats = (sums / np.float32(factor**2)).reshape(len(images), -1)
    return means
