"""Planting patterns into images, so that it is known what there is to find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Kind = Literal["noise-patch", "solid-patch", "full-noise"]
Box = tuple[int, int, int, int]

# Full-image noise R1, R2, R3 of Yang et al. (2022, arXiv 2202.05189, section 4).
FULL_NOISE = {"R1": 0.25, "R2": 0.5, "R3": 1.0}
# A patch darker than this on average would hardly differ from the dark ground of digits.
LEAST_BRIGHTNESS = 0.45


@dataclass(frozen=True)
class Pattern:
    """One pattern: mask (H, W) and values (H, W, C), both float32 in 0..1, and how it is put in.

    Where `adds`, x' = clip(x + strength * mask * values); else
    x' = (1 - strength * mask) x + strength * mask * values, so that a strength of 1 replaces.
    """

    kind: Kind
    mask: Floats
    values: Floats
    strength: float
    adds: bool = False

    @property
    def box(self) -> Box:
        """(top, left, height, width) in pixels of the smallest box around the mask."""
        rows, columns = np.flatnonzero(self.mask.any(1)), np.flatnonzero(self.mask.any(0))
        top, left = int(rows[0]), int(columns[0])
        return top, left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1

    def apply(self, images: NDArray[Any]) -> NDArray[Any]:
        """A copy of `images` (n, H, W, C), u8 or float in 0..1, with the pattern in each."""
        if images.dtype == np.uint8:
            planted = self._put_in(images.astype(np.float32) / np.float32(255))
            return np.rint(planted * 255).astype(np.uint8)
        return self._put_in(images.astype(np.float32)).astype(images.dtype)

    def _put_in(self, images: Floats) -> Floats:
        weight = np.float32(self.strength) * self.mask[None, :, :, None]
        kept = images if self.adds else (1 - weight) * images
        return np.clip(kept + weight * self.values, 0, 1)


def noise_patch(
    rng: np.random.Generator, shape: tuple[int, int, int], box: Box, strength: float = 1.0
) -> Pattern:
    """A box of uniform noise, drawn until it is bright enough and has the full contrast of noise.

    shape: (H, W, C) of the images; box: (top, left, height, width) in pixels.
    """
    top, left, height, width = box
    values = np.zeros(shape, np.float32)
    while True:
        noise = rng.random((height, width, shape[2]), np.float32)
        # A uniform draw deviates by .29; a draw much flatter than that would pass for a solid box.
        if noise.mean() >= LEAST_BRIGHTNESS and (noise.std() >= 0.25 or noise.size < 9):
            break
    values[top : top + height, left : left + width] = noise
    return Pattern("noise-patch", _box_mask(shape, box), values, strength)


def solid_patch(
    shape: tuple[int, int, int], box: Box, value: float = 1.0, strength: float = 1.0
) -> Pattern:
    """A box of one brightness in 0..1."""
    mask = _box_mask(shape, box)
    values = np.repeat(mask[..., None] * np.float32(value), shape[2], axis=2)
    return Pattern("solid-patch", mask, values, strength)


def full_noise(seed: int, shape: tuple[int, int, int], level: str = "R3") -> Pattern:
    """Noise over the whole image, the same for every image: R1, R2 or R3 of Yang et al. (2022)."""
    noise = np.random.RandomState(seed).rand(*shape).astype(np.float32)
    return Pattern(
        "full-noise", np.ones(shape[:2], np.float32), noise, FULL_NOISE[level], adds=True
    )


def quiet_place(
    rng: np.random.Generator,
    images: NDArray[np.uint8],
    size: tuple[int, int],
    tries: int = 12,
) -> Box:
    """Of `tries` random places, the one where `images` (n, H, W, C) u8 are darkest on average.

    There a bright pattern differs most from what the images show, which a network needs in order to
    learn it. One pixel to the border is kept. size: (height, width) of the box; returns
    (top, left, height, width).
    """
    height, width = size
    mean = images.mean(axis=(0, 3))
    rows, columns = mean.shape[0] - height - 2, mean.shape[1] - width - 2
    if rows < 0 or columns < 0:
        raise ValueError(f"a box of {height}x{width} px does not fit into {mean.shape} images")
    places = [
        (int(rng.integers(1, rows + 2)), int(rng.integers(1, columns + 2))) for _ in range(tries)
    ]
    top, left = min(places, key=lambda p: mean[p[0] : p[0] + height, p[1] : p[1] + width].mean())
    return top, left, height, width


def choose(rng: np.random.Generator, rows: NDArray[np.intp], share: float) -> NDArray[np.intp]:
    """A share (0..1) of the rows, drawn without replacement, in rising order."""
    return np.sort(rng.choice(rows, round(len(rows) * share), replace=False))


def _box_mask(shape: tuple[int, int, int], box: Box) -> Floats:
    top, left, height, width = box
    mask = np.zeros(shape[:2], np.float32)
    mask[top : top + height, left : left + width] = 1
    return mask
