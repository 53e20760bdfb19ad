"""Which points lie in a drawn area: bounding box, then a painted mask, then the border exactly.

The mask decides for all cells that no edge of the area touches; only the few points in the others
are compared with the edges. So a million points cost some passes of numpy, and nothing is rounded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPen, QPolygonF

Bools = NDArray[np.bool_]
# Cells along the longer side of the mask.
_CELLS = 512
# Below this many points in the box, comparing all with the edges costs less than a mask.
_FEW = 2_000


def inside_area(
    x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]], corners: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Indices of the points x, y (n,) within the closed polygon (m, 2), by the even-odd rule.

    All in the same units; ascending. Points that are not finite lie nowhere.
    """
    if len(corners) < 3:
        return np.empty(0, np.intp)
    (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= low) & (y <= high))
    if len(near) <= _FEW or right == left or high == low:
        return near[inside_polygon(np.stack([x[near], y[near]], axis=1), corners)]
    scale = (_CELLS - 1) / max(right - left, high - low)
    inner, edge = _masks((corners - (left, low)) * scale)
    cell = ((y[near] - low) * scale).astype(np.int32) * np.int32(inner.shape[1])
    cell += ((x[near] - left) * scale).astype(np.int32)
    result = inner.ravel()[cell]
    unsure = np.flatnonzero(edge.ravel()[cell])
    at = np.stack([x[near[unsure]], y[near[unsure]]], axis=1)
    result[unsure] = inside_polygon(at, corners)
    return near[result]


def inside_polygon(at: NDArray[np.floating[Any]], polygon: NDArray[np.float64]) -> Bools:
    """Which of `at` (n, 2) lie in the closed polygon (m, 2), by the even-odd rule.

    The points are sorted by height once, so that each edge meets only those it passes.
    """
    result = np.zeros(len(at), bool)
    if len(polygon) < 3:
        return result
    order = np.argsort(at[:, 1], kind="stable")
    x, y = at[order, 0].astype(np.float64), at[order, 1].astype(np.float64)
    ends = np.roll(polygon, -1, axis=0)
    first = np.searchsorted(y, np.minimum(polygon[:, 1], ends[:, 1])).tolist()
    last = np.searchsorted(y, np.maximum(polygon[:, 1], ends[:, 1])).tolist()
    odd = np.zeros(len(at), bool)
    for (ax, ay), (bx, by), start, stop in zip(polygon, ends, first, last, strict=True):
        if start < stop:
            crossing = (bx - ax) * (y[start:stop] - ay) / (by - ay) + ax
            odd[start:stop] ^= x[start:stop] < crossing
    result[order] = odd
    return result


def _masks(corners: NDArray[np.float64]) -> tuple[Bools, Bools]:
    """The area and the cells its edges touch, each (rows, columns); corners in cells, from 0."""
    wide, tall = (int(size) + 1 for size in corners.max(axis=0))
    polygon = QPolygonF([QPointF(px, py) for px, py in corners.tolist()])
    nothing, solid = QPen(Qt.PenStyle.NoPen), QBrush(Qt.GlobalColor.white)
    # Three cells wide: more than any cell that an edge passes through can be off its middle.
    inner = _painted(wide, tall, polygon, nothing, solid)
    edge = _painted(wide, tall, polygon, QPen(Qt.GlobalColor.white, 3), QBrush())
    return inner, edge


def _painted(wide: int, tall: int, polygon: QPolygonF, pen: QPen, brush: QBrush) -> Bools:
    image = QImage(wide, tall, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.setPen(pen)
    painter.setBrush(brush)
    painter.drawPolygon(polygon, Qt.FillRule.OddEvenFill)
    painter.end()
    buffer: Any = image.constBits()
    rows = np.frombuffer(buffer, np.uint8).reshape(tall, image.bytesPerLine())
    return np.ascontiguousarray(rows[:, :wide]) > 0
