"""The row above the images: what is shown of them and how shared pixels are marked."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from spurview.ui.images.look_controls import SliderPopover, mode_row, what_row
from spurview.ui.images.look_state import LookState
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import label

_INSET_PX, _GAP_PX = 16, 8


class ToolRow(QWidget):
    """One line; two where the text is too large for the width, so that no word is cut."""

    def __init__(self, look: LookState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(_INSET_PX, 4, _INSET_PX, 8)
        self._line.setSpacing(_GAP_PX)
        self._what = _part(what_row(look))
        self._word = label("Highlight", "quiet")
        sliders = FlatButton("", "sliders-horizontal", name="Strength and threshold")
        sliders.setToolTip("Strength and threshold")
        self._popover = SliderPopover(look, self)
        sliders.clicked.connect(lambda: self._popover.open_below(sliders))
        self._mode = _part(self._word, mode_row(look, words=False), sliders)
        self._line.addWidget(self._what)
        self._line.addStretch(1)
        self._line.addWidget(self._mode)

    @property
    def is_in_two_lines(self) -> bool:
        return self._line.direction() == QBoxLayout.Direction.TopToBottom

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drop the word first, then take a second line."""
        super().resizeEvent(event)
        room = event.size().width() - 2 * _INSET_PX - 2 * _GAP_PX
        word = self._word.sizeHint().width() + _GAP_PX
        needed = self._what.sizeHint().width() + self._mode.sizeHint().width()
        if self._word.isHidden():
            needed += word
        is_wide, is_narrow = needed <= room, needed - word > room
        self._word.setVisible(is_wide or is_narrow)
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)


def _part(*widgets: QWidget) -> QWidget:
    part = QWidget()
    line = QHBoxLayout(part)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(_GAP_PX)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return part
