"""One-line messages of the list: the banner above it and the summary below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from spurview.ui import icons, theme


class _Line(QWidget):
    """An icon and one elided line."""

    icon_name = "info"
    inset_px = 16

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def say(self, text: str) -> None:
        """Show the text; empty hides the line."""
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        self.paint_ground(painter, shown)
        box = QRectF(self.inset_px, 0, 16, self.height())
        icons.paint(painter, self.icon_name, box, shown.text2)
        painter.setPen(self.colour(shown))
        left = self.inset_px + 24
        room = self.width() - left - 8
        cut = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, cut)
        painter.end()

    def paint_ground(self, painter: QPainter, shown: theme.Theme) -> None:
        """Nothing behind the line."""

    def colour(self, shown: theme.Theme) -> QColor:
        return shown.text2

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)


class Summary(_Line):
    def sizeHint(self) -> QSize:
        return QSize(200, max(48, self.fontMetrics().height() + 24))


class Banner(_Line):
    icon_name = "circle-dashed"

    def sizeHint(self) -> QSize:
        return QSize(200, max(32, self.fontMetrics().height() + 12))

    def paint_ground(self, painter: QPainter, shown: theme.Theme) -> None:
        painter.fillRect(self.rect(), shown.raised)

    def colour(self, shown: theme.Theme) -> QColor:
        return shown.text
