"""The window's place and the arrangement of its docks, from one session to the next."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from spurview.ui.preferences import Preferences


def remember(window: QMainWindow, preferences: Preferences, *, with_layout: bool) -> None:
    """Write down place and size, and the docks where a project shows them."""
    preferences.remember(geometry=_text(window.saveGeometry()))
    if with_layout:
        preferences.remember(layout=_text(window.saveState()))


def restore(window: QMainWindow, preferences: Preferences) -> None:
    """Put the window where it was."""
    if preferences.remembered.geometry:
        window.restoreGeometry(_bytes(preferences.remembered.geometry))


def restore_layout(window: QMainWindow, preferences: Preferences) -> bool:
    """Put the docks where they were; False where nothing usable is remembered."""
    remembered = preferences.remembered.layout
    return bool(remembered) and window.restoreState(_bytes(remembered))


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")


def _bytes(text: str) -> QByteArray:
    return QByteArray.fromBase64(QByteArray(text.encode("ascii", "ignore")))
