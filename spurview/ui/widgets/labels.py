"""Labels in the window's few voices; colours come from palette roles, so themes can change."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from spurview.ui import theme

Voice = Literal["plain", "quiet", "value", "title", "headline"]

_WEIGHTS: dict[str, Literal[400, 500, 600]] = {"value": 500, "title": 600, "headline": 600}


def label(text: str = "", voice: Voice = "plain", *, wrap: bool = False) -> QLabel:
    """A label: plain, quiet (second colour), value (a little heavier), title or headline."""
    made = _Label(voice)
    made.setText(_held_together(text) if wrap else text)
    made.setWordWrap(wrap)
    if voice == "quiet":
        made.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    if wrap:
        # Qt's own size hint of a wrapping label is a golden rectangle, which tears holes.
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return made


def _held_together(text: str) -> str:
    """No line may end between a number and its sign, or between "class" and its name."""
    for pair in (" %", "class "):
        text = text.replace(pair, pair.replace(" ", "\N{NO-BREAK SPACE}"))
    return text


class _Label(QLabel):
    """Follows the application's font, so that text scales with the system."""

    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self._voice = voice
        # A widget with a font of its own does not hear of the application's.
        theme.keeper().text_scaled.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        weight = _WEIGHTS.get(self._voice, 400)
        self.setFont(theme.font(weight, headline=self._voice == "headline"))


class Elided(QWidget):
    """One line of text in the second colour, cut at the end where it must be.

    whole: a text that does not fit is not shown at all.
    """

    def __init__(
        self, text: str = "", *, whole: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text, self._whole = text, whole
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def text(self) -> str:
        return self._text

    @text.setter
    def text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 1, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().text2)
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        if self._whole and shown != self._text:
            shown = ""
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class EmptyText(QWidget):
    """What will appear in an empty pane, and how to get it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label(text, "quiet", wrap=True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.addWidget(self._label)
        layout.addStretch(1)
        self.setAccessibleName(text)
