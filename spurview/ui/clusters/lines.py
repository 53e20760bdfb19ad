"""One-line messages of the list: the banner above it and the summary below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
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
        self.updateGeometry()
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
        self.paint_text(painter, QRectF(left, 0, room, self.height()))
        painter.end()

    def paint_text(self, painter: QPainter, area: QRectF) -> None:
        """The text on one line."""
        cut = painter.fontMetrics().elidedText(
            self._text, Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, cut)

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
    """Takes a second line where it must: a person has to see why all below it is old."""

    icon_name = "circle-dashed"

    def __init__(self) -> None:
        super().__init__()
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, width - self.inset_px - 32, 1000)
        needed = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self._text)
        return max(self.sizeHint().height(), needed.height() + 12)

    def paint_text(self, painter: QPainter, area: QRectF) -> None:
        """The text, wrapped."""
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, self._text)

    def sizeHint(self) -> QSize:
        return QSize(200, max(32, self.fontMetrics().height() + 12))

    def paint_ground(self, painter: QPainter, shown: theme.Theme) -> None:
        painter.fillRect(self.rect(), shown.raised)

    def colour(self, shown: theme.Theme) -> QColor:
        return shown.text
