"""A check box that paints its box by the theme: Fusion's is all but invisible on our grounds."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from spurview.ui import icons, theme

_BOX_PX = 16
_GAP_PX = 8


class CheckBox(QCheckBox):
    """Box, tick and text; the edge in the accent colour while it has the keyboard."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = _BOX_PX + _GAP_PX + metrics.horizontalAdvance(self.text()) + 2
        return QSize(width, max(24, metrics.height() + 6))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1, (self.height() - _BOX_PX) / 2, _BOX_PX, _BOX_PX)
        ticked, ground = self.isChecked(), shown.canvas
        if ticked:
            ground = shown.accent_fill if self.isEnabled() else shown.track
        edge = shown.accent if self.hasFocus() else shown.field
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        if ticked:
            icons.paint(painter, "check", box, shown.on_accent, 14)
        painter.setPen(shown.text if self.isEnabled() else shown.off)
        words = QRectF(self.rect()).adjusted(box.right() + _GAP_PX, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()
