"""What the rows above plots and images offer, as menus: for the keyboard and the finder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from spurview.core.shared_pixels import MODES
from spurview.ui.images.look_controls import HIGHLIGHT_WORDS, WHAT_TIPS, set_mode, set_what
from spurview.ui.images.tiles import WHATS
from spurview.ui.latent.colouring import WAYS
from spurview.ui.latent.plots_pane import PlotsPane
from spurview.ui.latent.tool_row import TOOLS
from spurview.ui.latent.view_kinds import KINDS
from spurview.ui.workspace import Workspace

# What each thing is called and what it does, by key.
_Entries = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class _Choice:
    """Things of which one holds: what each is called and says, which it is, how it is set."""

    title: str
    entries: _Entries
    value: Callable[[], str]
    choose: Callable[[str], object]


def add_look_menus(view: QMenu, workspace: Workspace) -> list[QMenu]:
    """Put what can be chosen of plots and images at the end of a menu; gives the new menus."""
    view.addSeparator()
    made = [_menu(view, choice) for choice in _choices(workspace)]
    plots = made[0]
    plots.addSeparator()
    fit = plots.addAction("Show &all points")
    fit.setToolTip("Fit all points into every view (F in a plot)")
    fit.triggered.connect(workspace.plots.fit)
    return [*made, _views_menu(view, workspace)]


def _choices(workspace: Workspace) -> list[_Choice]:
    plots, look = workspace.plots, workspace.images.look
    tools: _Entries = {tool: (word, tip) for tool, _, word, tip in TOOLS}
    ways: _Entries = {way: (way, f"Colour points by {way.lower()}") for way in WAYS}
    whats: _Entries = {what: (what.capitalize(), WHAT_TIPS[what]) for what in WHATS}
    words = {mode: HIGHLIGHT_WORDS[mode] for mode in MODES}
    modes: _Entries = {mode: (word, tip) for mode, (word, _, tip) in words.items()}
    return [
        _Choice("&Plot tool", tools, lambda: plots.tool, lambda key: _set_tool(plots, key)),
        _Choice(
            "&Colour points by",
            ways,
            plots.colour_box.currentText,
            plots.colour_box.setCurrentText,
        ),
        _Choice("&Images show", whats, lambda: look.what, lambda key: set_what(look, key)),
        _Choice(
            "&Highlight of shared pixels",
            modes,
            lambda: look.highlight.mode,
            lambda key: set_mode(look, key),
        ),
    ]


def _set_tool(plots: PlotsPane, key: str) -> None:
    plots.set_tool(next(tool for tool, *_ in TOOLS if tool == key))


def _menu(view: QMenu, choice: _Choice) -> QMenu:
    menu = view.addMenu(choice.title)
    menu.setToolTipsVisible(True)
    group = QActionGroup(menu)
    actions: dict[str, QAction] = {}
    for key, (text, tip) in choice.entries.items():
        action = actions[key] = menu.addAction(text)
        action.setCheckable(True)
        action.setToolTip(tip)
        action.triggered.connect(lambda _=False, key=key: choice.choose(key))
        group.addAction(action)
    # The rows above plots and images choose as well.
    menu.aboutToShow.connect(lambda: actions[choice.value()].setChecked(True))
    return menu


def _views_menu(view: QMenu, workspace: Workspace) -> QMenu:
    menu = view.addMenu("&Add a plot")
    menu.setToolTipsVisible(True)
    for kind in KINDS.values():
        action = menu.addAction(kind.title)
        action.setToolTip(f"Add a plot of the same images: {kind.title.lower()}")
        action.triggered.connect(lambda _=False, key=kind.key: workspace.plots.add_view(key))
    return menu
