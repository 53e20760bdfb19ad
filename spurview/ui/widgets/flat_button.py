"""Flat tool buttons and rows of them of which one is chosen; they paint themselves by the theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from spurview.ui import icons, theme
from spurview.ui.widgets.frames import is_by_keyboard

HEIGHT_PX = 28
RADIUS_PX = 4
_PAD_PX = 8


class FlatButton(QToolButton):
    """Icon, text and a key hint; framed or flat, with the selection's fill when checked."""

    def __init__(
        self,
        text: str = "",
        icon_name: str = "",
        *,
        hint: str = "",
        name: str = "",
        checkable: bool = False,
        framed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(checkable)
        self.setAccessibleName(name or text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._icon_name = icon_name
        self._hint = hint
        self._framed = framed
        self._is_focus_shown = False
        self.in_row = False

    @property
    def hint(self) -> str:
        return self._hint

    @hint.setter
    def hint(self, hint: str) -> None:
        if hint != self._hint:
            self._hint = hint
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        height = max(HEIGHT_PX, metrics.height() + 8)
        parts = [metrics.horizontalAdvance(t) for t in (self.text(), self._hint) if t]
        if self._icon_name:
            parts.insert(0, icons.ICON_PX)
        if len(parts) == 1 and self._icon_name:
            return QSize(height, height)
        return QSize(sum(parts) + _PAD_PX * (len(parts) + 1) + 2, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, shown)
        self._paint_content(painter, shown)
        if self.hasFocus() and self._is_focus_shown:
            self._frame(painter, shown.accent, 2)
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._is_focus_shown = is_by_keyboard(event)
        super().focusInEvent(event)

    def _paint_ground(self, painter: QPainter, shown: theme.Theme) -> None:
        fill = None
        if self._framed and not self.in_row:
            fill = shown.raised
        if self.underMouse() and self.isEnabled():
            fill = shown.hover
        if self.isChecked():
            fill = shown.selection
        if fill is not None and self.isEnabled():
            painter.fillPath(self._shape(0.5 if self._framed else 0), fill)
        if self._framed and not self.in_row:
            self._frame(painter, shown.accent if self.isChecked() else shown.line, 1)

    def _paint_content(self, painter: QPainter, shown: theme.Theme) -> None:
        colour = self._text_colour(shown)
        left = _PAD_PX + 1.0
        if self._icon_name:
            only = not self.text() and not self._hint
            where = QRectF(self.rect()) if only else QRectF(left, 0, icons.ICON_PX, self.height())
            icons.paint(painter, self._icon_name, where, colour)
            left += icons.ICON_PX + _PAD_PX
        for text, shade in ((self.text(), colour), (self._hint, shown.text2)):
            if text:
                width = self.fontMetrics().horizontalAdvance(text)
                painter.setPen(shade if self.isEnabled() else shown.off)
                painter.drawText(
                    QRectF(left, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, text
                )
                left += width + _PAD_PX

    def _text_colour(self, shown: theme.Theme) -> QColor:
        if not self.isEnabled():
            return shown.off
        if self.in_row and not self.isChecked() and not self.underMouse():
            return shown.text2
        return shown.text

    def _shape(self, inset: float) -> QPainterPath:
        path = QPainterPath()
        area = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        path.addRoundedRect(area, RADIUS_PX, RADIUS_PX)
        return path

    def _frame(self, painter: QPainter, colour: QColor, width: float) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, width))
        painter.drawPath(self._shape(width / 2))


@dataclass(frozen=True)
class Choice:
    """One of a row's buttons: what it stands for, its text or icon, its accessible name."""

    key: str
    text: str = ""
    icon_name: str = ""
    name: str = ""
    tip: str = ""


class ChoiceRow(QWidget):
    """Buttons in one frame, of which exactly one is checked; arrow keys walk them."""

    # After the person or `choose` took another; carries its key.
    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[Choice], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._keys = [choice.key for choice in choices]
        self._chosen = self._keys[0]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 0, 1, 0)
        layout.setSpacing(0)
        for index, choice in enumerate(choices):
            layout.addWidget(self._button(index, choice))
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._on_toggled)

    @property
    def value(self) -> str:
        """The key of the checked button."""
        return self._chosen

    def choose(self, key: str) -> None:
        """Check the button of `key`."""
        self._group.button(self._keys.index(key)).setChecked(True)

    def button(self, key: str) -> FlatButton:
        """The button of `key`."""
        button = self._group.button(self._keys.index(key))
        assert isinstance(button, FlatButton)
        return button

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(shown.line, 1))
        painter.setBrush(shown.raised)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, RADIUS_PX, RADIUS_PX)
        painter.end()

    def _button(self, index: int, choice: Choice) -> FlatButton:
        button = FlatButton(
            choice.text, choice.icon_name, name=choice.name or choice.text, checkable=True
        )
        button.in_row = True
        button.setToolTip(choice.tip or choice.name)
        self._group.addButton(button, index)
        return button

    def _on_toggled(self, index: int, checked: bool) -> None:
        if checked and self._keys[index] != self._chosen:
            self._chosen = self._keys[index]
            self.chosen.emit(self._chosen)
