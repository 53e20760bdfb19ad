"""A combo box that paints itself by the theme, with our chevron."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox

from spurview.ui import icons, theme
from spurview.ui.widgets.flat_button import HEIGHT_PX, RADIUS_PX

_PAD = 10


class ChoiceBox(QComboBox):
    """Fusion bevels the drop-down part of a styled combo box, which a flat window shows."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max(
            (metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0
        )
        height = max(HEIGHT_PX, metrics.height() + 8)
        return QSize(widest + icons.ICON_PX + 3 * _PAD, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self.hasFocus() else 1
        painter.setPen(QPen(shown.accent if self.hasFocus() else shown.line, width))
        painter.setBrush(shown.hover if self.underMouse() else shown.raised)
        inset = width / 2
        area = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)
        painter.setPen(shown.text if self.isEnabled() else shown.off)
        words = area.adjusted(_PAD, 0, -icons.ICON_PX - _PAD, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.currentText())
        arrow = QRectF(area.right() - icons.ICON_PX - 6, 0, icons.ICON_PX, self.height())
        icons.paint(painter, "chevron-down", arrow, shown.text2)
        painter.end()
