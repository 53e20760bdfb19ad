"""Frames around pictures, and whether a focus is to be framed."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPen


def is_by_keyboard(event: QFocusEvent) -> bool:
    """Whether focus came by Tab or a key: only then is it shown."""
    return event.reason() in (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    )


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
