"""Square frames around pictures."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen


def paint_frame(
    painter: QPainter, area: QRectF, colour: QColor, width: float, *, apart: float = 0
) -> None:
    """A frame `width` pixels thick around an area, `apart` pixels outside it (negative: inside)."""
    out = apart + width / 2
    pen = QPen(colour, width)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawRect(area.adjusted(-out, -out, out, out))
