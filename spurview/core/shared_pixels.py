"""Pictures of what images share: heat, outline, dim, the residual, the pattern on a check.

Arrays in, arrays out, so that the window and the exports show the very same picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mode = Literal["heat", "outline", "dim", "off"]

MODES: tuple[Mode, ...] = ("heat", "outline", "dim", "off")
MARKED_FROM = 0.12  # a weight above this counts as marked by outline and dim
SMOOTH_FROM_PX = 64  # images of this side and more are scaled smoothly, smaller ones by pixels
THICK_FROM_PX = 100  # pictures of this side and more get the thick outline

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_RAMP_AT = np.array([0.0, 0.5, 1.0], np.float32)
_RAMP = np.array([[0x8C, 0x33, 0x05], [0xFF, 0x9E, 0x0D], [0xFF, 0xE6, 0x73]], np.float32) / 255
_LINE = np.array([0xFF, 0xB0, 0x00], np.uint8)
_CHECK = (0.46, 0.51)


@dataclass(frozen=True)
class Highlight:
    """How shared pixels are marked: `threshold` of the map, `strength` of the mark, both 0..1."""

    mode: Mode = "heat"
    threshold: float = 0.30
    strength: float = 0.80


def agreement(scores: NDArray[Any]) -> Floats:
    """How far each image shows the pattern, 0..1, from its match score (1 = a typical member)."""
    return np.asarray(np.clip(scores, 0, 1), np.float32)


def weights(shared: NDArray[Any], agreement: NDArray[Any], threshold: float) -> Floats:
    """Weight of the mark per image and pixel, (n, H, W) float32 in 0..1.

    shared: (H, W) or (n, H, W) in 0..1; agreement: (n,) in 0..1; the threshold itself weighs 0.
    """
    shown = np.asarray(shared, np.float32) * np.asarray(agreement, np.float32)[:, None, None]
    if threshold >= 1:
        return np.zeros_like(shown)
    return np.asarray(np.clip((shown - threshold) / (1 - threshold), 0, 1), np.float32)


def compose(
    images: Pictures,
    shared: NDArray[Any],
    agreement: NDArray[Any],
    highlight: Highlight,
    zoom: float = 1,
) -> Pictures:
    """Images with their shared pixels marked, (n, round(H zoom), round(W zoom), 3) uint8.

    images: (n, H, W, C) uint8, C 1 or 3; shared and agreement as in `weights`.
    """
    weight = weights(shared, agreement, highlight.threshold)
    match highlight.mode:
        case "heat":
            return enlarge(heat(images, weight, highlight.strength), zoom)
        case "outline":
            return outline(enlarge(rgb(images), zoom), weight)
        case "dim":
            return enlarge(dim(images, weight, highlight.strength), zoom)
    return enlarge(rgb(images), zoom)


def heat(images: Pictures, weight: Floats, strength: float) -> Pictures:
    """Images under a glow that keeps their own structure visible, (n, H, W, 3) uint8.

    Colours are muted first, everywhere, so that orange in a picture cannot pass for heat.
    """
    plain = rgb(images).astype(np.float32) / 255
    luma = plain @ _LUMA
    base = plain if images.shape[3] == 1 else 0.4 * plain + 0.6 * luma[..., None]
    alpha = (strength * np.minimum(1, 1.6 * weight))[..., None]
    return _to_bytes(base * (1 - alpha) + _ramp(0.25 + 0.75 * luma) * alpha)


def dim(images: Pictures, weight: Floats, strength: float) -> Pictures:
    """Images darkened wherever nothing is marked, (n, H, W, 3) uint8."""
    kept = np.where(weight > MARKED_FROM, 1, 1 - 0.9 * strength).astype(np.float32)
    return _to_bytes(rgb(images).astype(np.float32) / 255 * kept[..., None])


def outline(pictures: Pictures, weight: Floats) -> Pictures:
    """Zoomed pictures with a line around what is marked, (n, h, w, 3) uint8.

    pictures: (n, h, w, 3) uint8, already zoomed; weight: (n, H, W) at the images' own size.
    The line lies on a black one, so that it shows on white too; it stays within the picture.
    """
    height, width = pictures.shape[1:3]
    outside, inside, line_inside = (3, 2, 1) if min(height, width) >= THICK_FROM_PX else (2, 1, 0)
    marked = (weight > MARKED_FROM)[:, _nearest(weight.shape[1], height)]
    marked = marked[:, :, _nearest(weight.shape[2], width)]
    framed = np.zeros_like(marked)
    inner = (slice(None), slice(outside, height - outside), slice(outside, width - outside))
    framed[inner] = marked[inner]
    drawn = pictures.copy()
    drawn[_grown(framed, outside) & ~_shrunk(framed, inside)] = 0
    drawn[_grown(framed, 1) & ~_shrunk(framed, line_inside)] = _LINE
    return drawn


def enlarge(pictures: Pictures, zoom: float) -> Pictures:
    """Pictures zoomed to (n, round(h zoom), round(w zoom), c): small ones pixel by pixel.

    Images of 64 px and more, and any that shrink, are averaged instead of losing pixels.
    """
    height, width = pictures.shape[1:3]
    tall, wide = max(1, round(height * zoom)), max(1, round(width * zoom))
    if (tall, wide) == (height, width):
        return pictures
    if zoom >= 1 and max(height, width) < SMOOTH_FROM_PX:
        taller: Pictures = pictures[:, _nearest(height, tall)]
        return taller[:, :, _nearest(width, wide)]
    rows, columns = _resampling(height, tall), _resampling(width, wide)
    smooth = np.einsum("yh,nhwc->nywc", rows, pictures.astype(np.float32), optimize=True)
    smooth = np.einsum("xw,nywc->nyxc", columns, smooth, optimize=True)
    return _to_bytes(smooth / 255)


def rgb(images: Pictures) -> Pictures:
    """Images with three channels, (n, H, W, 3) uint8; grey ones repeated."""
    return images if images.shape[3] == 3 else np.tile(images, 3)


def residual_picture(images: Pictures, reference: NDArray[Any]) -> Pictures:
    """What is unusual in images for their content, (n, H, W, C) uint8; zero is mid-grey.

    images: (n, H, W, C) uint8; reference: the same shape in 0..255, the mean of the neighbours.
    """
    difference = (images.astype(np.float32) - np.asarray(reference, np.float32)) / 255
    return _to_bytes(0.5 + 0.5 * difference)


def pattern_picture(template: Floats, mask: Floats, opacity: float) -> Pictures:
    """The pattern alone on a grey check of image pixels, (H, W, 3) uint8.

    template: (H, W, C) float32; mask: (H, W) in 0..1; put in as x' = (1 - opacity mask) x + b.
    """
    height, width = mask.shape
    odd = (np.add.outer(np.arange(height), np.arange(width)) % 2).astype(bool)
    check = np.where(odd, _CHECK[1], _CHECK[0]).astype(np.float32)[..., None]
    shown = (1 - np.float32(opacity) * mask[..., None]) * check + template
    picture: Pictures = rgb(_to_bytes(shown)[None])[0]
    return picture


def pattern_box(mask: NDArray[Any], level: float = 0.3) -> tuple[int, int, int, int] | None:
    """Top, left, bottom, right (ends exclusive) of the mask above `level`; None when empty."""
    rows, columns = (np.flatnonzero((mask > level).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _ramp(level: NDArray[Any]) -> Floats:
    channels = [np.interp(level, _RAMP_AT, _RAMP[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def _to_bytes(values: NDArray[Any]) -> Pictures:
    rounded: Pictures = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return rounded


def _nearest(size: int, target: int) -> NDArray[np.intp]:
    """For each of `target` positions the pixel of `size` that covers it."""
    return ((np.arange(target) + 0.5) * size / target).astype(np.intp)


def _resampling(size: int, target: int) -> Floats:
    """(target, size) weights of a triangle filter, as wide as one pixel of the coarser side."""
    scale = size / target
    reach = max(1.0, scale)
    at = (np.arange(target) + 0.5) * scale - 0.5
    rows = np.clip(1 - np.abs(np.arange(size)[None] - at[:, None]) / reach, 0, None)
    rows /= rows.sum(axis=1, keepdims=True)
    return np.asarray(rows, np.float32)


def _grown(marked: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """Marked pixels and all within `steps` of them, diagonals included."""
    for axis in (1, 2):
        grown = marked.copy()
        length = marked.shape[axis]
        for step in range(1, min(steps, length - 1) + 1):
            first = [slice(None)] * 3
            last = [slice(None)] * 3
            first[axis], last[axis] = slice(None, -step), slice(step, None)
            grown[tuple(first)] |= marked[tuple(last)]
            grown[tuple(last)] |= marked[tuple(first)]
        marked = grown
    return marked


def _shrunk(marked: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    return ~_grown(~marked, steps)
