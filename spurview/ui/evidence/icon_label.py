"""One icon in the line of a text."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from spurview.ui import icons, theme


class IconLabel(QWidget):
    """Painted by the theme; `words` say what it stands for."""

    def __init__(self, icon_name: str, words: str, *, is_alarm: bool = False) -> None:
        super().__init__()
        self._icon_name, self._is_alarm = icon_name, is_alarm
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(icons.ICON_PX, max(icons.ICON_PX, self.fontMetrics().height()))

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        colour = shown.alarm if self._is_alarm else shown.text2
        icons.paint(painter, self._icon_name, QRectF(self.rect()), colour)
        painter.end()
