"""What one would otherwise use for many points: pyqtgraph's ScatterPlotItem, and plain numpy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication


class Peer:
    """A plot with one item for all points and one above it for those that are chosen."""

    def __init__(self, at: NDArray[np.float32], width_px: int, height_px: int) -> None:
        self._at = at
        self._plot = pg.PlotWidget(background="k")
        self._plot.resize(width_px, height_px)
        self._plot.hideAxis("left")
        self._plot.hideAxis("bottom")
        self._box = self._plot.getPlotItem().getViewBox()
        self._box.disableAutoRange()
        self._all = pg.ScatterPlotItem(pxMode=True, size=3, pen=None, brush=pg.mkBrush("w"))
        self._chosen = pg.ScatterPlotItem(pxMode=True, size=4, pen=None, brush=pg.mkBrush("r"))
        self._plot.addItem(self._all)
        self._plot.addItem(self._chosen)
        (left, low), (right, high) = at.min(axis=0).tolist(), at.max(axis=0).tolist()
        self._box.setRange(xRange=(left, right), yRange=(low, high), padding=0.05)
        self._plot.show()
        QApplication.processEvents()

    def show_points(self) -> None:
        """Until all points are painted."""
        self._all.setData(self._at[:, 0], self._at[:, 1])
        self._paint()

    def pan(self, across_px: float, down_px: float) -> None:
        """Until the points are painted elsewhere."""
        across, down = self._box.viewPixelSize()
        self._box.translateBy(x=-across_px * across, y=down_px * down)
        self._paint()

    def zoom(self, factor: float) -> None:
        """Until the points are painted at another scale."""
        self._box.scaleBy((factor, factor))
        self._paint()

    def hover(self, place: QPointF) -> None:
        """Find the points at a place in the view."""
        self._all.pointsAt(self._box.mapSceneToView(place))

    def brush(self, rows: NDArray[np.intp]) -> None:
        """Until these points are painted in another colour."""
        self._chosen.setData(self._at[rows, 0], self._at[rows, 1])
        self._paint()

    def in_layout(self, places: Sequence[QPointF]) -> NDArray[np.float64]:
        """Places of the view as (n, 2) in the units of the points."""
        mapped = [self._box.mapSceneToView(place) for place in places]
        return np.array([(point.x(), point.y()) for point in mapped], np.float64)

    def close(self) -> None:
        """Leave no window."""
        self._plot.close()
        self._plot.deleteLater()
        QApplication.processEvents()

    def _paint(self) -> None:
        self._plot.viewport().repaint()
        QApplication.processEvents()


def plain_inside(at: NDArray[np.float32], corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie in the polygon: every edge against every point."""
    x, y = at[:, 0], at[:, 1]
    odd = np.zeros(len(at), bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if ay != by:
            crosses = (ay > y) != (by > y)
            odd ^= crosses & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return odd
