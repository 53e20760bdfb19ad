"""What the mouse does in a plot, and how a drawn area combines with the selection."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt

from spurview.ui.selection import Mode

Tool = Literal["hand", "lasso", "rectangle"]

KEYS: dict[Qt.Key, Tool] = {
    Qt.Key.Key_H: "hand",
    Qt.Key.Key_L: "lasso",
    Qt.Key.Key_R: "rectangle",
}

WORDS: dict[Mode, str] = {
    "replace": "Select",
    "add": "Add",
    "remove": "Take away",
    "intersect": "Keep common",
}


def mode_of(modifiers: Qt.KeyboardModifier) -> Mode:
    """Plain replaces, Shift adds, Ctrl takes away, Ctrl+Shift intersects."""
    shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    ctrl = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    if shift and ctrl:
        return "intersect"
    if shift:
        return "add"
    return "remove" if ctrl else "replace"
