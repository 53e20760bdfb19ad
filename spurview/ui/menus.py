"""The menu bar: the table of commands, recent projects, docks, stages, theme, the finder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from spurview.ui import theme
from spurview.ui.actions import Actions
from spurview.ui.clusters.entries import COLUMNS, HEADERS, Column
from spurview.ui.command_finder import Command, commands_of
from spurview.ui.command_table import CANDIDATE_MENU, MENUS
from spurview.ui.docks import Docks
from spurview.ui.preferences import Preferences
from spurview.ui.samples import sample_projects
from spurview.ui.stages.facts import SHOWN, TITLES
from spurview.ui.widgets.flat_button import FlatButton

if TYPE_CHECKING:
    from spurview.ui.workspace import Workspace


class Menus(QObject):
    """Fills the window's menu bar."""

    # The person chose a recent project; carries its Path.
    path_requested = Signal(object)

    def __init__(self, window: QMainWindow, actions: Actions, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._actions, self._preferences = window, actions, preferences
        self._menus: dict[str, QMenu] = {}
        self._of_project: list[QMenu] = []
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

    def commands(self) -> list[Command]:
        """Every entry of the menus that would do something now."""
        return commands_of(self._window.menuBar())

    def show_docks(self, docks: Docks) -> None:
        """Put the docks on top of the View menu."""
        menu = self._menus["View"]
        first = menu.actions()[0]
        for dock in docks.all:
            toggle = dock.toggleViewAction()
            toggle.setToolTip(f"Show or hide {dock.windowTitle()}")
            menu.insertAction(first, toggle)
        menu.insertSeparator(first)

    def show_stages(self, show: Callable[[str], None]) -> None:
        """Let Tools open the pop-over of each stage."""
        menu = QMenu("&Stages", self._window)
        for place, stage in enumerate(SHOWN, start=1):
            action = menu.addAction(f"&{TITLES[stage]}…")
            action.setShortcut(QKeySequence(f"Ctrl+{place}"))
            action.setToolTip(f"Last run, curves and settings of {TITLES[stage]}")
            action.triggered.connect(lambda _=False, name=stage: show(name))
            # Keys of a menu that was never opened count only once the window has the action.
            self._window.addAction(action)
        menu.setToolTipsVisible(True)
        tools = self._menus["Tools"]
        tools.insertMenu(tools.actions()[0], menu)
        self._of_project.append(menu)

    def show_sorting(self, sort: Callable[[Column], None]) -> None:
        """Let View sort the list: its header is for the mouse alone."""
        menu = self._menus["View"].addMenu("S&ort candidates by")
        menu.setToolTipsVisible(True)
        for column in COLUMNS:
            action = menu.addAction(f"&{HEADERS[column]}")
            action.setToolTip(f"Sort by {HEADERS[column].lower()}; once more turns the order round")
            action.triggered.connect(lambda _=False, name=column: sort(name))
        self._of_project.append(menu)

    def show_looks(self, workspace: Workspace) -> None:
        """Let View choose what the rows above plots and images do."""
        # Here, since the views load pyqtgraph, which the start page does without.
        from spurview.ui.look_menus import add_look_menus

        self._of_project += add_look_menus(self._menus["View"], workspace)

    def show_candidate_menu(self, place: QPoint) -> None:
        """What can be done with the focused candidate, beside it."""
        menu = QMenu(self._window)
        menu.setToolTipsVisible(True)
        for action_id in CANDIDATE_MENU:
            if action_id:
                menu.addAction(self._actions[action_id])
            else:
                menu.addSeparator()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def enable_menus(self, has_project: bool) -> None:
        """What belongs to a project, while one is open."""
        for menu in self._of_project:
            menu.setEnabled(has_project)
            for action in menu.actions():
                action.setEnabled(has_project)

    def _add_recent_menu(self, before: QAction) -> None:
        self._recent = QMenu("Open &recent", self._window)
        self._recent.setToolTipsVisible(True)
        self._recent.aboutToShow.connect(self._fill_recent)
        self._menus["File"].insertMenu(before, self._recent)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for recent in self._preferences.remembered.recent:
            path = Path(recent.path)
            there = "" if path.exists() else "  (no longer there)"
            action = self._recent.addAction(f"{path.name}  –  {path.parent}{there}")
            action.setToolTip(recent.path)
            action.triggered.connect(lambda _=False, p=path: self.path_requested.emit(p))
        if self._recent.isEmpty():
            self._recent.addAction("No project yet").setEnabled(False)
            return
        self._recent.addSeparator()
        clear = self._recent.addAction("&Clear the list")
        clear.setToolTip("The projects themselves stay where they are")
        clear.triggered.connect(self._preferences.forget_all_projects)

    def _add_theme_menu(self) -> None:
        menu = self._menus["View"].addMenu("&Theme")
        menu.setToolTipsVisible(True)
        group = QActionGroup(self)
        choices: tuple[tuple[theme.ThemeName | None, str], ...] = (
            (None, "As the &system"),
            ("dark", "&Dark"),
            ("light", "&Light"),
        )
        for name, text in choices:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setToolTip(f"Theme: {text.replace('&', '').lower()}")
            action.triggered.connect(lambda _=False, n=name: self._choose_theme(n))
            group.addAction(action)
        # The preferences choose a theme as well.
        menu.aboutToShow.connect(lambda: _check(menu, [name for name, _ in choices]))

    def _choose_theme(self, name: theme.ThemeName | None) -> None:
        theme.keeper().choose(name)
        self._preferences.remember(theme=name)


def _check(menu: QMenu, names: list[theme.ThemeName | None]) -> None:
    """Mark the theme in use."""
    menu.actions()[names.index(theme.keeper().chosen)].setChecked(True)
