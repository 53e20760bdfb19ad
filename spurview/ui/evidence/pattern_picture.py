"""The shared pattern as a picture: alone on a grey check, with its place enlarged."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from spurview.core.shared_pixels import SMOOTH_FROM_PX, Pictures, enlarge, pattern_box
from spurview.ui.widgets.pictures import to_qimage

# A pattern wider than this share of the image is large enough as it is.
_INSET_BELOW = 0.45
_INSET_SHARE = 0.56
_APART = 6


class PatternPicture(QWidget):
    """Square, at the largest whole factor within `side_px`; the inset lies across the pattern."""

    def __init__(
        self,
        picture: Pictures,
        mask: np.ndarray | None,
        name: str,
        *,
        side_px: int = 112,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._picture, self._side_px = picture, side_px
        self._box = None if mask is None else _with_room(pattern_box(mask), picture.shape)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        height, width = self._picture.shape[:2]
        zoom = self._zoom()
        return QSize(round(width * zoom), round(height * zoom))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        zoom = self._zoom()
        painter.drawImage(QRectF(self.rect()), self._enlarged(zoom * self.devicePixelRatioF()))
        if self._box is not None:
            self._paint_inset(painter, self._box, zoom)
        painter.end()

    def _zoom(self) -> float:
        side = max(self._picture.shape[:2])
        return max(1, self._side_px // side) if side < SMOOTH_FROM_PX else self._side_px / side

    def _enlarged(self, zoom: float) -> QImage:
        return to_qimage(enlarge(self._picture[None], zoom)[0])

    def _paint_inset(self, painter: QPainter, box: tuple[int, int, int, int], zoom: float) -> None:
        top, left, bottom, right = box
        place = QRectF(left * zoom, top * zoom, (right - left) * zoom, (bottom - top) * zoom)
        part = self._picture[top:bottom, left:right]
        factor = max(1, int(_INSET_SHARE * min(self.width(), self.height()) / max(part.shape[:2])))
        inset = QRectF(0, 0, part.shape[1] * factor, part.shape[0] * factor)
        inset.moveTopLeft(self._corner(place, inset))
        painter.setPen(QPen(QColor(Qt.GlobalColor.white), 1))
        for near, far in _lines(place, inset):
            painter.drawLine(near, far)
        sharp = factor * self.devicePixelRatioF()
        grown = to_qimage(enlarge(part[None], sharp)[0]) if part.size else QImage()
        painter.drawImage(inset, grown)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for frame in (place, inset):
            painter.drawRect(frame.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _corner(self, place: QRectF, inset: QRectF) -> QPointF:
        """Top left of the inset in the corner farthest from the pattern."""
        right = place.center().x() < self.width() / 2
        low = place.center().y() < self.height() / 2
        x = self.width() - inset.width() - _APART if right else _APART
        y = self.height() - inset.height() - _APART if low else _APART
        return QPointF(x, y)


def _with_room(
    box: tuple[int, int, int, int] | None, shape: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    """The box with a pixel around it; None when the pattern is large or there is none."""
    if box is None:
        return None
    top, left, bottom, right = box
    height, width = shape[:2]
    if bottom - top > _INSET_BELOW * height or right - left > _INSET_BELOW * width:
        return None
    return max(0, top - 1), max(0, left - 1), min(height, bottom + 1), min(width, right + 1)


def _lines(place: QRectF, inset: QRectF) -> list[tuple[QPointF, QPointF]]:
    """The two lines that lead from the pattern's place to the inset without crossing either."""
    falling = (place.center().x() < inset.center().x()) == (place.center().y() < inset.center().y())
    if falling:
        return [(place.topRight(), inset.topRight()), (place.bottomLeft(), inset.bottomLeft())]
    return [(place.topLeft(), inset.topLeft()), (place.bottomRight(), inset.bottomRight())]
