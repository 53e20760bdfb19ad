"""The ring of a running stage: moves only with real progress."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from spurview.ui import theme

_SIDE_PX = 13.0


def paint_ring(painter: QPainter, rect: QRectF, fraction: float | None) -> None:
    """A ring in the middle of `rect`, filled clockwise from the top; a quarter when unknown."""
    shown = theme.current()
    box = QRectF(0, 0, _SIDE_PX, _SIDE_PX)
    box.moveCenter(rect.center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(shown.field, 2))
    painter.drawEllipse(box)
    painter.setPen(QPen(shown.accent, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    share = 0.25 if fraction is None else fraction
    painter.drawArc(box, 90 * 16, -round(share * 360 * 16))
    painter.restore()
