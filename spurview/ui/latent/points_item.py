"""The one item that shows all points of a view: an over-scanned picture, drawn where it belongs.

Panning moves the picture; zooming stretches it until the next one is there.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget


class PointsItem(pg.GraphicsObject):
    """Shows the picture of a frame; knows nothing of what the points are."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._area = QRectF()
        self._bounds = QRectF(0, 0, 1, 1)

    def set_bounds(self, bounds: QRectF) -> None:
        """Where points can lie, in layout units."""
        self.prepareGeometryChange()
        room = max(bounds.width(), bounds.height(), 1e-6)
        self._bounds = bounds.adjusted(-room, -room, room, room)

    def set_picture(self, image: QImage | None, area: QRectF) -> None:
        """Show a picture over a stretch of the layout, or nothing."""
        if image is not self._image or area != self._area:
            self._image, self._area = image, area
            self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, _: QStyleOptionGraphicsItem, __: QWidget | None = None
    ) -> None:
        if self._image is None:
            return
        target = painter.worldTransform().mapRect(self._area)
        painter.save()
        painter.resetTransform()
        size = self._image.deviceIndependentSize()
        if abs(target.width() - size.width()) < 1 and abs(target.height() - size.height()) < 1:
            # The same scale: whole pixels, or the picture would blur.
            corner = QPointF(round(target.left()), round(target.top()))
            painter.drawImage(corner, self._image)
        else:
            painter.drawImage(target, self._image)
        painter.restore()
