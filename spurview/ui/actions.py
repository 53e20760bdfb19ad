"""The commands of `command_table` as actions of a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from spurview.ui import icons, theme
from spurview.ui.command_table import SPECS, Needs, Spec


class Actions(QObject):
    """The QActions of the table, connected to `handlers` by id."""

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[[], None]]) -> None:
        super().__init__(window)
        self._by_id = {spec.id: self._make(window, spec) for spec in SPECS if spec.id}
        for action_id, action in self._by_id.items():
            action.triggered.connect(_call(handlers[action_id]))
        theme.keeper().changed.connect(self._retint)

    def __getitem__(self, action_id: str) -> QAction:
        return self._by_id[action_id]

    def fill(self, menu: QMenu, title: str) -> None:
        """Put a menu's commands into it."""
        for spec in SPECS:
            if spec.menu == title:
                if spec.id:
                    menu.addAction(self._by_id[spec.id])
                else:
                    menu.addSeparator()

    def enable(self, granted: set[Needs]) -> None:
        """Enable what needs no more than `granted`."""
        for spec in SPECS:
            if spec.id:
                self._by_id[spec.id].setEnabled(spec.needs == "nothing" or spec.needs in granted)

    def _make(self, window: QMainWindow, spec: Spec) -> QAction:
        action = QAction(spec.text, window)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        plain = spec.text.replace("&", "").rstrip("…")
        action.setToolTip(spec.tip or plain)
        action.setStatusTip(spec.tip)
        if spec.icon:
            action.setIcon(icons.icon(spec.icon, theme.current().text2))
        action.setMenuRole(QAction.MenuRole.NoRole)
        window.addAction(action)
        return action

    def _retint(self, shown: theme.Theme) -> None:
        for spec in SPECS:
            if spec.id and spec.icon:
                self._by_id[spec.id].setIcon(icons.icon(spec.icon, shown.text2))


def _call(handler: Callable[[], None]) -> Callable[..., None]:
    return lambda *_: handler()
