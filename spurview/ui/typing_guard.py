"""Keeps one-key commands quiet where a key has a meaning of its own.

Letters are dead while a text field has the keyboard; Space and Backspace belong to the button or
list that has it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_TEXT = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_OWN_SPACE = (QAbstractButton, QComboBox, QListView)
_PLAIN = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


class TypingGuard(QObject):
    """An event filter for windows: what their widgets leave of ShortcutOverride reaches them.

    Not for the application: that would call into Python for every event there is.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        widget = QApplication.focusWidget()
        if event.modifiers() in _PLAIN and _belongs_to(widget, event):
            event.accept()
            return True
        return False


def _belongs_to(widget: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the widget with the keyboard wants this unmodified key for itself."""
    if isinstance(widget, _TEXT) or (isinstance(widget, QComboBox) and widget.isEditable()):
        return bool(event.text()) and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12
    return isinstance(widget, _OWN_SPACE) and event.key() == Qt.Key.Key_Space
