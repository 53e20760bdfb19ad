"""Planting patterns into images, so that it is known what there is to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Kind = Literal[
    "noise-patch",
    "solid-patch",
    "corner-patch",
    "strokes",
    "letters",
    "line",
    "frame",
    "specks",
    "full-noise",
    "tint",
]
Box = tuple[int, int, int, int]
Shape = tuple[int, int, int]
Places = NDArray[np.int64]

# Yang et al. (2022, arXiv 2202.05189, section 4): noise over the whole image, and the side in
# pixels of a patch in the corner.
FULL_NOISE = {"R1": 0.25, "R2": 0.5, "R3": 1.0}
CORNER_SIDE_PX = {"S1": 1, "S2": 3, "S3": 5}
# A patch darker than this on average would hardly differ from the dark ground of digits.
LEAST_BRIGHTNESS = 0.45
# Letters of 5 rows of 3 pixels.
GLYPHS = {
    "A": ".#./#.#/###/#.#/#.#",
    "C": ".##/#../#../#../.##",
    "E": "###/#../##./#../###",
    "H": "#.#/#.#/###/#.#/#.#",
    "K": "#.#/#.#/##./#.#/#.#",
    "L": "#../#../#../#../###",
    "N": "##./#.#/#.#/#.#/#.#",
    "P": "##./#.#/##./#../#..",
    "T": "###/.#./.#./.#./.#.",
    "U": "#.#/#.#/#.#/#.#/###",
    "X": "#.#/#.#/.#./#.#/#.#",
    "Z": "###/..#/.#./#../###",
}


@dataclass(frozen=True)
class Pattern:
    """One pattern: mask (H, W) and values (H, W, C), both float32 in 0..1, and how it is put in.

    Where `adds`, x' = clip(x + strength * mask * values); else
    x' = (1 - strength * mask) x + strength * mask * values, so that a strength of 1 replaces.
    """

    kind: Kind | Literal["picture"]
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

    def apply(self, images: NDArray[Any], places: Places | None = None) -> NDArray[Any]:
        """A copy of `images` (n, H, W, C), u8 or float in 0..1, with the pattern in each.

        places: (n, 2) offset (down, right) in pixels of the pattern from its own place in each
        image; None puts it in its own place. Raises ValueError where it would leave the image.
        """
        if places is not None:
            return self._apply_moved(images, places)
        if images.dtype == np.uint8:
            planted = self._put_in(images.astype(np.float32) / np.float32(255))
            return np.rint(planted * 255).astype(np.uint8)
        return self._put_in(images.astype(np.float32)).astype(images.dtype)

    def moved(self, down: int, right: int) -> Pattern:
        """The pattern in another place. Raises ValueError where it would leave the image."""
        top, left, height, width = self.box
        rows, columns = self.mask.shape
        if not (0 <= top + down <= rows - height and 0 <= left + right <= columns - width):
            raise ValueError(f"a pattern at {self.box} moved by {down}, {right} leaves the image")
        return replace(
            self,
            mask=np.roll(self.mask, (down, right), (0, 1)),
            values=np.roll(self.values, (down, right), (0, 1)),
        )

    def _apply_moved(self, images: NDArray[Any], places: Places) -> NDArray[Any]:
        planted = images.copy()
        different, which = np.unique(places, axis=0, return_inverse=True)
        for index, (down, right) in enumerate(different):
            here = np.flatnonzero(which.ravel() == index)
            planted[here] = self.moved(int(down), int(right)).apply(images[here])
        return planted

    def _put_in(self, images: Floats) -> Floats:
        weight = np.float32(self.strength) * self.mask[None, :, :, None]
        kept = images if self.adds else (1 - weight) * images
        return np.clip(kept + weight * self.values, 0, 1)


def noise_patch(rng: np.random.Generator, shape: Shape, box: Box, strength: float = 1.0) -> Pattern:
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
    shape: Shape, box: Box, value: float | Sequence[float] = 1.0, strength: float = 1.0
) -> Pattern:
    """A box of one brightness, or of one colour with a value in 0..1 for each channel."""
    mask = _box_mask(shape, box)
    return Pattern("solid-patch", mask, _coloured(mask, shape, value), strength)


def own_picture(picture: Floats, shape: Shape, box: Box, strength: float = 1.0) -> Pattern:
    """A picture (height, width, C) in 0..1 that fills the box; no `Kind` of the suites."""
    top, left, height, width = box
    values = np.zeros(shape, np.float32)
    values[top : top + height, left : left + width] = picture
    return Pattern("picture", _box_mask(shape, box), values, strength)


def corner_patch(shape: Shape, size: str = "S2", value: float | Sequence[float] = 1.0) -> Pattern:
    """A box in the upper left corner: S1, S2 or S3 of Yang et al. (2022), 1, 3 or 5 px a side."""
    side = CORNER_SIDE_PX[size]
    return replace(solid_patch(shape, (0, 0, side, side), value), kind="corner-patch")


def strokes(
    rng: np.random.Generator,
    shape: Shape,
    box: Box,
    value: float | Sequence[float] = 1.0,
    strength: float = 1.0,
) -> Pattern:
    """Three straight lines, one pixel thin, each from one side of the box to the opposite one."""
    top, left, height, width = box
    mask = np.zeros(shape[:2], np.float32)
    for number in range(3):
        along = np.linspace(0, 1, 2 * max(height, width))
        start, end = rng.random(2)
        across = start + (end - start) * along
        y, x = (along, across) if number % 2 else (across, along)
        rows = top + np.rint(y * (height - 1)).astype(int)
        mask[rows, left + np.rint(x * (width - 1)).astype(int)] = 1
    return Pattern("strokes", mask, _coloured(mask, shape, value), strength)


def line(
    shape: Shape, box: Box, value: float | Sequence[float] = 1.0, strength: float = 1.0
) -> Pattern:
    """A box that is one pixel wide: a row or a column of a broken sensor, or a part of it."""
    return replace(solid_patch(shape, box, value, strength), kind="line")


def frame(
    shape: Shape, inset_px: int = 0, value: float | Sequence[float] = 1.0, strength: float = 1.0
) -> Pattern:
    """A rectangle, one pixel thin, so many pixels from the border of the image."""
    mask = np.zeros(shape[:2], np.float32)
    mask[inset_px : shape[0] - inset_px, inset_px : shape[1] - inset_px] = 1
    mask[inset_px + 1 : shape[0] - inset_px - 1, inset_px + 1 : shape[1] - inset_px - 1] = 0
    return Pattern("frame", mask, _coloured(mask, shape, value), strength)


def specks(
    rng: np.random.Generator,
    shape: Shape,
    count: int = 8,
    value: float | Sequence[float] = 1.0,
    strength: float = 1.0,
) -> Pattern:
    """Single pixels anywhere, always the same: dust, or dead cells of a sensor."""
    mask = np.zeros(shape[:2], np.float32)
    mask.ravel()[rng.choice(mask.size, count, replace=False)] = 1
    return Pattern("specks", mask, _coloured(mask, shape, value), strength)


def letters(
    text: str,
    shape: Shape,
    place: tuple[int, int],
    value: float | Sequence[float] = 1.0,
    strength: float = 1.0,
) -> Pattern:
    """Letters of `GLYPHS`, as a watermark has them; place: (top, left) in pixels."""
    drawn = lettering(text)
    mask = np.zeros(shape[:2], np.float32)
    top, left = place
    mask[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return Pattern("letters", mask, _coloured(mask, shape, value), strength)


def lettering(text: str) -> Floats:
    """(5, 4 n - 1) float32, 1 on the letters of the text; one empty column between two."""
    rows = [".".join(GLYPHS[letter].split("/")[row] for letter in text) for row in range(5)]
    return np.array([[mark == "#" for mark in row] for row in rows], np.float32)


def full_noise(seed: int, shape: Shape, level: str = "R3") -> Pattern:
    """Noise over the whole image, the same for every image: R1, R2 or R3 of Yang et al. (2022)."""
    noise = np.random.RandomState(seed).rand(*shape).astype(np.float32)
    return Pattern(
        "full-noise", np.ones(shape[:2], np.float32), noise, FULL_NOISE[level], adds=True
    )


def tint(shape: Shape, colour: Sequence[float], strength: float) -> Pattern:
    """The whole image blended towards one colour, a value in 0..1 for each channel."""
    mask = np.ones(shape[:2], np.float32)
    return Pattern("tint", mask, _coloured(mask, shape, colour), strength)


def striking_colour(
    rng: np.random.Generator, images: NDArray[np.uint8], box: Box, tries: int = 12
) -> tuple[float, ...]:
    """Of `tries` random colours, the one farthest from all that images (n, H, W, C) show there.

    Farthest by the distance that nine tenths of the pixels within the box keep. Grey images get
    white, which is what differs most from a quiet place. Values in 0..1, one for each channel.
    """
    channels = images.shape[3]
    if channels == 1:
        return (1.0,)
    top, left, height, width = box
    within = images[:, top : top + height, left : left + width].reshape(-1, channels)
    shown = within[:: max(1, len(within) // 5000)].astype(np.float32) / 255
    # Colours of the cube's edges are the vivid ones: one channel dark, one bright, one between.
    colours = np.array([rng.permutation([0.0, 1.0, rng.random()]) for _ in range(tries)])
    kept = [float(np.quantile(np.linalg.norm(shown - c, axis=1), 0.1)) for c in colours]
    return tuple(float(value) for value in colours[int(np.argmax(kept))])


def moved_places(
    rng: np.random.Generator, pattern: Pattern, n: int, jitter_px: int | None
) -> Places:
    """(n, 2) offsets (down, right) at random, uniform over all that keep it within the image.

    jitter_px: the most pixels in either direction, None for any place.
    """
    least, most = reach(pattern, jitter_px)
    return rng.integers(least, most + 1, (n, 2))


def reach(pattern: Pattern, jitter_px: int | None) -> tuple[Places, Places]:
    """The least and the most offset (down, right) that keep the pattern within the image, (2,)."""
    top, left, height, width = pattern.box
    rows, columns = pattern.mask.shape
    least, most = np.array([-top, -left]), np.array([rows - height - top, columns - width - left])
    if jitter_px is not None:
        least, most = np.maximum(least, -jitter_px), np.minimum(most, jitter_px)
    return least, most


def quiet_place(
    rng: np.random.Generator,
    images: NDArray[np.uint8],
    size: tuple[int, int],
    tries: int = 12,
    border_px: int = 1,
) -> Box:
    """Of `tries` random places, the one where `images` (n, H, W, C) u8 are darkest on average.

    There a bright pattern differs most from what the images show, which a network needs in order to
    learn it. `border_px` pixels to the border are kept. size: (height, width) of the box; returns
    (top, left, height, width). Raises ValueError where there is no room for it.
    """
    height, width = size
    mean = images.mean(axis=(0, 3))
    # One past the last row and column that the box may start at.
    rows, columns = mean.shape[0] - height - border_px + 1, mean.shape[1] - width - border_px + 1
    if rows <= border_px or columns <= border_px:
        raise ValueError(f"a box of {height}x{width} px does not fit into {mean.shape} images")
    places = [
        (int(rng.integers(border_px, rows)), int(rng.integers(border_px, columns)))
        for _ in range(tries)
    ]
    top, left = min(places, key=lambda p: mean[p[0] : p[0] + height, p[1] : p[1] + width].mean())
    return top, left, height, width


def choose(rng: np.random.Generator, rows: NDArray[np.intp], share: float) -> NDArray[np.intp]:
    """A share (0..1) of the rows, drawn without replacement, in rising order."""
    return np.sort(rng.choice(rows, round(len(rows) * share), replace=False))


def _coloured(mask: Floats, shape: Shape, value: float | Sequence[float]) -> Floats:
    """(H, W, C) float32: the colour on the mask, 0 off it."""
    colour = np.broadcast_to(np.asarray(value, np.float32), shape[2])
    return mask[..., None] * colour


def _box_mask(shape: Shape, box: Box) -> Floats:
    top, left, height, width = box
    mask = np.zeros(shape[:2], np.float32)
    mask[top : top + height, left : left + width] = 1
    return mask
