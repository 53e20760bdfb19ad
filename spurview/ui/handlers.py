"""What each command of the table in `actions` does to the window, by the command's id."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from spurview.ui.exporting import export_cluster
from spurview.ui.key_list import CommandFinder, KeyList

if TYPE_CHECKING:
    from spurview.ui.main_window import MainWindow
    from spurview.ui.workspace import Workspace

Go = Callable[[], None]


def handlers(window: MainWindow) -> dict[str, Go]:
    """A call for every id; those of a project do nothing on the start page."""

    def on(do: Callable[[Workspace], object]) -> Go:
        return lambda: _with_project(window, do)

    return {
        "open": window.choose_and_open,
        "open_sample": window.open_sample,
        "save": window.saving.save,
        "save_as": window.saving.save_as,
        "export": on(lambda w: export_cluster(window, w)),
        "export_plot": on(lambda w: w.plots.export_view()),
        "close_project": window.close_project,
        "quit": lambda: (window.close(), None)[1],
        "undo": on(lambda w: w.document.undo_stack.undo()),
        "redo": on(lambda w: w.document.undo_stack.redo()),
        "select_members": on(lambda w: w.guide.show_candidate(w.focus.candidate_id or "")),
        "clear_selection": on(lambda w: w.selection.clear()),
        "filter": on(lambda w: w.clusters.filter_box.setFocus()),
        "next_undecided": on(lambda w: w.judging.go_to_undecided(1)),
        "previous_undecided": on(lambda w: w.judging.go_to_undecided(-1)),
        "spurious": on(lambda w: w.judging.judge("spurious")),
        "genuine": on(lambda w: w.judging.judge("genuine")),
        "unsure": on(lambda w: w.judging.judge("unsure")),
        "undecided": on(lambda w: w.judging.judge(None)),
        "note": on(lambda w: w.judging.open_note(window)),
        "run": on(lambda w: w.run.start()),
        "chance": on(lambda w: w.run.start(until="chance")),
        "cancel_run": window.cancel_run,
        "find_command": lambda: CommandFinder(window.actions_, window).open(),
        "keys": lambda: KeyList(window).open(),
        "about": window.show_about,
    }


def _with_project(window: MainWindow, do: Callable[[Workspace], object]) -> None:
    if window.workspace is not None and window.document is not None:
        do(window.workspace)
