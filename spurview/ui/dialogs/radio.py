"""A choice of several with a word on each behind it, painted by the theme."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QRadioButton

from spurview.ui import theme

_RING_PX = 16
_GAP_PX = 8


class Radio(QRadioButton):
    """Ring, text, and `more` in the second colour."""

    def __init__(self, text: str, more: str = "") -> None:
        super().__init__(text)
        self._more = more
        self.setAccessibleDescription(more)

    @property
    def more(self) -> str:
        return self._more

    @more.setter
    def more(self, more: str) -> None:
        self._more = more
        self.setAccessibleDescription(more)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self.text()) + metrics.horizontalAdvance(self._more)
        return QSize(_RING_PX + 3 * _GAP_PX + words + 12, max(24, metrics.height() + 6))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(1, (self.height() - _RING_PX) / 2, _RING_PX, _RING_PX)
        marked = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(shown.accent if marked else shown.field, 2 if marked else 1.5))
        painter.setBrush(shown.canvas)
        painter.drawEllipse(ring.adjusted(1, 1, -1, -1))
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.accent)
            painter.drawEllipse(ring.adjusted(4.5, 4.5, -4.5, -4.5))
        left = ring.right() + _GAP_PX
        font = theme.font(500 if self.isChecked() else 400)
        painter.setFont(font)
        painter.setPen(shown.text if self.isEnabled() else shown.off)
        middle = Qt.AlignmentFlag.AlignVCenter
        area = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(area, middle, self.text())
        left += painter.fontMetrics().horizontalAdvance(self.text()) + _GAP_PX
        painter.setFont(theme.font())
        painter.setPen(shown.text2 if self.isEnabled() else shown.off)
        area = QRectF(left, 0, max(0, self.width() - left), self.height())
        more = painter.fontMetrics().elidedText(
            self._more, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, middle, more)
        painter.end()
