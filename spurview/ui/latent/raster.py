"""Which point stands at each pixel, and the points as one picture: numpy alone, knows no Qt.

The costly pass over all points is `top_points`: it finds at most one point for each pixel, and all
that follows (colours, markers, hover) works on those. It goes in blocks, so that its temporary
arrays stay small and a thread that shares the interpreter gets its turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Ids = NDArray[np.int32]
Packed = NDArray[np.uint32]

BLOCK = 200_000


@dataclass(frozen=True)
class Grid:
    """Device pixels over a stretch of the layout; y points up in the layout, rows go down.

    column = (x - left) * across, row = (top - y) * down.
    """

    left: float
    top: float
    across: float
    down: float
    width: int
    height: int


@dataclass(frozen=True)
class Stamps:
    """One marker per group: offsets (s,) from the centre and coverage (groups, s) 0..255."""

    rows: Ints
    columns: Ints
    coverage: NDArray[np.uint8]
    reach: int


@lru_cache(maxsize=4)
def mixed_order(n_points: int) -> Ids:
    """0..n-1 in a fixed mixed order, int32, read-only: no class lies above the others for good.

    Steps of about the golden section of n, which spread any first m evenly over all; a random
    permutation takes five times as long to draw.
    """
    step = max(1, round(n_points * 0.6180339887))
    while math.gcd(step, n_points) > 1:
        step += 1
    order = (np.arange(n_points, dtype=np.int64) * step % max(n_points, 1)).astype(np.int32)
    order.flags.writeable = False
    return order


def top_points(
    x: NDArray[np.float32], y: NDArray[np.float32], order: NDArray[Any], grid: Grid
) -> Ids:
    """The point at each pixel, (height, width) int32, -1 where there is none.

    x, y: (n,) in layout units; order: indices of the points that are shown, later ones above
    earlier ones. Points that are not finite are nowhere.
    """
    ids = np.full(grid.height * grid.width, -1, np.int32)
    for start in range(0, len(order), BLOCK):
        indices = order[start : start + BLOCK]
        column = (x[indices] - np.float32(grid.left)) * np.float32(grid.across)
        row = (np.float32(grid.top) - y[indices]) * np.float32(grid.down)
        inside = (column >= 0) & (column < grid.width) & (row >= 0) & (row < grid.height)
        flat = row[inside].astype(np.int32) * np.int32(grid.width) + column[inside].astype(np.int32)
        ids[flat] = indices[inside]
    return ids.reshape(grid.height, grid.width)


def stamps(alphas: list[NDArray[np.uint8]]) -> Stamps:
    """Stamps from equally large, odd-sided pictures of coverage, one per group."""
    stacked = np.stack(alphas)
    reach = stacked.shape[1] // 2
    # Faint edges first and solid pixels last: smooth edges then need no blending with neighbours.
    order = np.argsort(stacked.mean(axis=0), axis=None, kind="stable")
    order = order[stacked.max(axis=0).ravel()[order] > 0]
    rows, columns = np.unravel_index(order, stacked.shape[1:])
    flat = stacked.reshape(len(stacked), -1)[:, order]
    return Stamps(rows - reach, columns - reach, flat, reach)


def premultiplied(colours: NDArray[np.uint8], coverage: NDArray[np.uint8]) -> Packed:
    """0xAARRGGBB of every group's colour (g, 3) at its coverage (g, s)."""
    alpha = coverage.astype(np.uint32)
    red, green, blue = (
        (colours[:, c, None].astype(np.uint32) * alpha + 127) // 255 for c in range(3)
    )
    return np.asarray((alpha << 24) | (red << 16) | (green << 8) | blue, np.uint32)


def stamped(
    ids: Ids,
    codes: NDArray[Any],
    colours: NDArray[np.uint8],
    marks: Stamps,
    ground: Packed | None = None,
) -> Packed:
    """The points of `top_points`, (h, w) premultiplied 0xAARRGGBB.

    ids: (h, w); codes: (n,) group of each point; colours: (groups, 3) uint8; ground: a picture
    (h, w) that they are put on, left as it is; transparency without.
    """
    height, width = ids.shape
    # Room for the stamps of points at the border.
    pad = marks.reach
    wide = width + 2 * pad
    canvas = np.zeros((height + 2 * pad, wide), np.uint32)
    if ground is not None:
        canvas[pad : pad + height, pad : pad + width] = ground
    at = np.flatnonzero(ids.ravel() >= 0)
    centre = (at // width + pad) * wide + at % width + pad
    groups = codes[ids.ravel()[at]]
    table = premultiplied(colours, marks.coverage)
    flat = canvas.reshape(-1)
    for index in range(len(marks.rows)):
        _put(
            flat,
            centre + (marks.rows[index] * wide + marks.columns[index]),
            table[:, index],
            groups,
        )
    return canvas[pad : pad + height, pad : pad + width]


def _put(flat: Packed, places: Ints, shades: Packed, groups: NDArray[Any]) -> None:
    """Write each group's shade, but where its marker does not reach."""
    if shades.all():
        flat[places] = shades[groups]
    else:
        values = shades[groups]
        drawn = values != 0
        flat[places[drawn]] = values[drawn]


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
