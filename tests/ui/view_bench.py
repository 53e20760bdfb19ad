"""What the tests of views share: one document with selection and focus, and a real mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from spurview.core.arrays import Array
from spurview.ui.document import Document
from spurview.ui.selection import Focus, Selection, SelectionFollowsFocus
from tests import constructed

STRONG, WEAK = "1-aaaaaaaa", "0-bbbbbbbb"
NO_KEYS = Qt.KeyboardModifier.NoModifier


@dataclass
class Bench:
    """The constructed project, opened; `without` names prefixes of arrays to leave out."""

    changed: dict[str, Array] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        made = constructed.arrays() | self.changed
        kept = {n: a for n, a in made.items() if not self.without or not n.startswith(self.without)}
        self.document = Document.in_memory(kept, constructed.info())
        self.selection, self.focus = Selection(), Focus()
        SelectionFollowsFocus(self.document, self.selection, self.focus)

    @property
    def parts(self) -> tuple[Document, Selection, Focus]:
        """What every pane is made from."""
        return self.document, self.selection, self.focus


def show(qtbot, widget: QWidget, width: int, height: int) -> QWidget:
    """The widget on screen at a size."""
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def drag(widget: QWidget, path: Sequence[QPointF], keys: Qt.KeyboardModifier = NO_KEYS) -> None:
    """Press at the first place, move along the path, release at the last."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    _send(widget, QEvent.Type.MouseButtonPress, path[0], left, left, keys)
    for place in path[1:]:
        _send(widget, QEvent.Type.MouseMove, place, none, left, keys)
    _send(widget, QEvent.Type.MouseButtonRelease, path[-1], left, none, keys)


def move(widget: QWidget, place: QPointF | QPoint) -> None:
    """Move the mouse without a button."""
    none = Qt.MouseButton.NoButton
    _send(widget, QEvent.Type.MouseMove, QPointF(place), none, none, NO_KEYS)


def wheel(widget: QWidget, place: QPointF, steps: int = 1) -> None:
    """Turn the wheel away from the person."""
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    turned, phase = QPoint(0, 120 * steps), Qt.ScrollPhase.NoScrollPhase
    everywhere = widget.mapToGlobal(place)
    event = QWheelEvent(place, everywhere, QPoint(), turned, none, keys, phase, False)
    QApplication.sendEvent(widget, event)


def _send(
    widget: QWidget,
    kind: QEvent.Type,
    place: QPointF,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
    keys: Qt.KeyboardModifier,
) -> None:
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, buttons, keys)
    QApplication.sendEvent(widget, event)
