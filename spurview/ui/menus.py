"""The menu bar: the table of commands, recent projects, docks, theme, the command finder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from spurview.ui import theme
from spurview.ui.actions import MENUS, Actions
from spurview.ui.docks import Docks
from spurview.ui.preferences import Preferences
from spurview.ui.samples import sample_projects
from spurview.ui.widgets.flat_button import FlatButton


class Menus(QObject):
    """Fills the window's menu bar."""

    # The person chose a recent project; carries its Path.
    path_requested = Signal(object)

    def __init__(self, window: QMainWindow, actions: Actions, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._preferences = window, preferences
        self._menus: dict[str, QMenu] = {}
        for title in MENUS:
            menu = self._menus[title] = window.menuBar().addMenu(f"&{title}")
            menu.setToolTipsVisible(True)
            actions.fill(menu, title)
        self._add_recent_menu(actions["open_sample"])
        actions["open_sample"].setVisible(bool(sample_projects()))
        self._add_theme_menu()
        # Kept, since the menu bar does not hold on to its corner's Python object.
        self._finder = FlatButton("Find a command", "search", hint="Ctrl K")
        self._finder.clicked.connect(actions["find_command"].trigger)
        window.menuBar().setCornerWidget(self._finder)

    def show_docks(self, docks: Docks) -> None:
        """Put the docks and their reset on top of the View menu."""
        menu = self._menus["View"]
        first = menu.actions()[0]
        for dock in docks.all:
            menu.insertAction(first, dock.toggleViewAction())
        reset = QAction("&Reset the arrangement", self._window)
        reset.triggered.connect(docks.arrange)
        menu.insertAction(first, reset)
        menu.insertSeparator(first)

    def _add_recent_menu(self, before: QAction) -> None:
        self._recent = QMenu("Open &recent", self._window)
        self._recent.aboutToShow.connect(self._fill_recent)
        self._menus["File"].insertMenu(before, self._recent)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for recent in self._preferences.remembered.recent:
            path = Path(recent.path)
            action = self._recent.addAction(f"{path.name}  –  {path.parent}")
            action.setEnabled(path.exists())
            action.triggered.connect(lambda _=False, p=path: self.path_requested.emit(p))
        if self._recent.isEmpty():
            self._recent.addAction("No project yet").setEnabled(False)

    def _add_theme_menu(self) -> None:
        menu = self._menus["View"].addMenu("&Theme")
        group = QActionGroup(self)
        choices: tuple[tuple[theme.ThemeName | None, str], ...] = (
            (None, "As the &system"),
            ("dark", "&Dark"),
            ("light", "&Light"),
        )
        for name, text in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(theme.keeper().chosen == name)
            action.triggered.connect(lambda _=False, n=name: self._choose_theme(n))
            group.addAction(action)

    def _choose_theme(self, name: theme.ThemeName | None) -> None:
        theme.keeper().choose(name)
        self._preferences.remember(theme=name)


def add_part_keys(window: QMainWindow, go: Callable[[int], None]) -> None:
    """F6 and Shift+F6 walk the parts of the window."""
    for key, step in (("F6", 1), ("Shift+F6", -1)):
        action = QAction(window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _=False, s=step: go(s))
        window.addAction(action)
