"""What each command of `command_table` does to the window, by the command's id."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from spurview.project.model import VerdictName
from spurview.ui import exporting
from spurview.ui.command_finder import CommandFinder
from spurview.ui.key_list import KeyList
from spurview.ui.preferences_dialog import PreferencesDialog

if TYPE_CHECKING:
    from spurview.ui.main_window import MainWindow
    from spurview.ui.workspace import Workspace

Go = Callable[[], None]


def handlers(window: MainWindow) -> dict[str, Go]:
    """A call for every id; those of a project do nothing on the start page."""

    def on(do: Callable[[Workspace], object]) -> Go:
        return lambda: _with_project(window, do)

    def judge(verdict: VerdictName) -> Go:
        return on(lambda w: w.judging.judge(verdict, advance=window.preferences.remembered.goes_on))

    def quit_() -> None:
        window.close()

    return {
        "new": window.request_new_project,
        "open": window.choose_and_open,
        "open_sample": window.open_sample,
        "save": window.saving.save,
        "save_as": window.saving.save_as,
        "export": on(lambda w: exporting.export_cluster(window, w)),
        "export_all": on(lambda w: exporting.export_all(window, w)),
        "export_selection": on(lambda w: exporting.export_selection(window, w)),
        "save_report": on(lambda w: exporting.save_report(window, w)),
        "save_pattern": on(lambda w: exporting.save_pattern(window, w)),
        "export_plot": on(lambda w: w.plots.export_view()),
        "close_project": window.close_project,
        "quit": quit_,
        "undo": on(lambda w: w.candidates.step(back=True)),
        "redo": on(lambda w: w.candidates.step(back=False)),
        "select_members": on(lambda w: w.guide.show_candidate(w.focus.candidate_id or "")),
        "clear_selection": on(lambda w: w.selection.clear()),
        "filter": on(lambda w: w.clusters.filter_box.setFocus()),
        "preferences": lambda: PreferencesDialog(window.preferences, window).open(),
        "reset_layout": on(lambda w: w.docks.arrange()),
        "next_part": on(lambda w: w.go_to_next_part(1)),
        "previous_part": on(lambda w: w.go_to_next_part(-1)),
        "next_undecided": on(lambda w: w.judging.go_to_undecided(1)),
        "previous_undecided": on(lambda w: w.judging.go_to_undecided(-1)),
        "spurious": judge("spurious"),
        "genuine": judge("genuine"),
        "unsure": judge("unsure"),
        "undecided": on(lambda w: w.judging.judge(None)),
        "note": on(lambda w: w.judging.open_note(window)),
        "new_candidate": on(lambda w: w.candidates.new_candidate()),
        "merge": on(lambda w: w.candidates.merge()),
        "split": on(lambda w: w.candidates.split()),
        "take_out": on(lambda w: w.candidates.take_out()),
        "rename": on(lambda w: w.candidates.rename()),
        "tags": on(lambda w: w.candidates.edit_tags()),
        "compute_by_hand": on(lambda w: w.candidates.compute_again()),
        "aside": on(lambda w: w.candidates.show_aside()),
        "run": on(lambda w: w.run.start()),
        "chance": on(lambda w: w.run.start(until="chance")),
        "cancel_run": window.cancel_run,
        "plant": on(lambda w: _dialogs().plant(window, w)),
        "sensitivity": on(lambda w: _dialogs().sensitivity(window, w)),
        "compare": on(lambda w: _dialogs().compare(window, w)),
        "locate": on(lambda w: _dialogs().locate(window, w)),
        "find_command": lambda: CommandFinder(window.menus.commands(), window).open(),
        "keys": lambda: KeyList(window).open(),
        "about": window.show_about,
    }


def _dialogs() -> ModuleType:
    # Late: the start page is there before the dialogs are.
    from spurview.ui.dialogs import opening

    return opening


def _with_project(window: MainWindow, do: Callable[[Workspace], object]) -> None:
    if window.workspace is not None and window.document is not None:
        do(window.workspace)
