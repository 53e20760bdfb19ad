"""Many points as one picture: numpy writes small stamps of each marker into a canvas.

Scatter writes alone: outer, faint stamp pixels first and solid ones last, so that smooth edges
need no blending of what was there before. Knows no Qt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Stamps:
    """One marker per group: offsets (s,) from the centre and coverage (groups, s) 0..255."""

    rows: Ints
    columns: Ints
    coverage: NDArray[np.uint8]
    reach: int


def stamps(alphas: list[NDArray[np.uint8]]) -> Stamps:
    """Stamps from equally large, odd-sided pictures of coverage, one per group."""
    stacked = np.stack(alphas)
    reach = stacked.shape[1] // 2
    order = np.argsort(stacked.mean(axis=0), axis=None, kind="stable")
    order = order[stacked.max(axis=0).ravel()[order] > 0]
    rows, columns = np.unravel_index(order, stacked.shape[1:])
    flat = stacked.reshape(len(stacked), -1)[:, order]
    return Stamps(rows - reach, columns - reach, flat, reach)


def premultiplied(colours: NDArray[np.uint8], coverage: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """0xAARRGGBB of every group's colour (g, 3) at its coverage (g, s)."""
    alpha = coverage.astype(np.uint32)
    red, green, blue = (
        (colours[:, c, None].astype(np.uint32) * alpha + 127) // 255 for c in range(3)
    )
    return np.asarray((alpha << 24) | (red << 16) | (green << 8) | blue, np.uint32)


def raster(
    at: NDArray[np.float64],
    codes: Ints,
    colours: NDArray[np.uint8],
    marks: Stamps,
    size: tuple[int, int],
) -> NDArray[np.uint32]:
    """Points on transparency, (h, w) premultiplied 0xAARRGGBB.

    at: (n, 2) x and y in device pixels, y downwards; codes: (n,) group of each point;
    colours: (groups, 3) uint8; later points lie above earlier ones.
    """
    height, width = size
    reach = marks.reach
    # Room for the stamps of points just outside, whose edges still show.
    pad = 2 * reach
    wide = width + 2 * pad
    canvas = np.zeros((height + 2 * pad) * wide, np.uint32)
    column, row = (np.floor(at[:, axis]).astype(np.intp) for axis in (0, 1))
    inside = (column >= -reach) & (column < width + reach)
    inside &= (row >= -reach) & (row < height + reach)
    centre = (row[inside] + pad) * wide + column[inside] + pad
    table = premultiplied(colours, marks.coverage)
    shown = codes[inside]
    for index in range(len(marks.rows)):
        values = table[shown, index]
        drawn = values != 0
        offset = marks.rows[index] * wide + marks.columns[index]
        canvas[centre[drawn] + offset] = values[drawn]
    return canvas.reshape(-1, wide)[pad : pad + height, pad : pad + width]


def densest(at: NDArray[np.float64], cells: int = 32) -> tuple[float, float] | None:
    """The point nearest the middle of the fullest 3 x 3 cells of a grid over `at` (n, 2)."""
    if not len(at):
        return None
    low, high = at.min(axis=0), at.max(axis=0)
    place = ((at - low) / np.maximum(high - low, 1e-12) * (cells - 1)).astype(np.intp)
    counts = np.zeros((cells + 2, cells + 2), np.intp)
    np.add.at(counts, (place[:, 0] + 1, place[:, 1] + 1), 1)
    around = sum(
        counts[1 + i : cells + 1 + i, 1 + j : cells + 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1)
    )
    fullest = np.array(np.unravel_index(int(np.argmax(around)), (cells, cells)))
    near = at[(np.abs(place - fullest) <= 1).all(axis=1)]
    middle = near.mean(axis=0)
    best = near[np.argmin(((near - middle) ** 2).sum(axis=1))]
    return float(best[0]), float(best[1])


def inside_polygon(at: NDArray[np.float64], polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of `at` (n, 2) lie in the closed polygon (m, 2), by the even-odd rule."""
    result = np.zeros(len(at), bool)
    if len(polygon) < 3:
        return result
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero(((at >= low) & (at <= high)).all(axis=1))
    x, y = at[near, 0], at[near, 1]
    odd = np.zeros(len(near), bool)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if ay != by:
            crosses = (ay > y) != (by > y)
            odd ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    result[near] = odd
    return result
