"""The window as a person uses it: open, judge, undo, save, run, leave."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMessageBox, QWidget

from spurview.core.errors import SaveError
from spurview.pipeline import run as pipeline_run
from spurview.project.store import Project
from spurview.ui import exporting, main_window, saving, theme
from spurview.ui.command_finder import CommandFinder
from spurview.ui.judging import NoteDialog
from spurview.ui.key_list import KeyList
from spurview.ui.main_window import MainWindow
from spurview.ui.messages import FailureDialog
from tests.ui.conftest import ALARM, WEAK, _leave_freely
from tests.ui.test_stages import FakeRun


def shown(kind: type[QWidget]) -> QWidget | None:
    """The visible top-level widget of a kind."""
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return found[-1] if found else None


def answer(qtbot, text):
    """Press a button of the question that is or will be shown."""
    qtbot.waitUntil(lambda: shown(QMessageBox) is not None)
    box = shown(QMessageBox)
    button = next(b for b in box.buttons() if b.text().replace("&", "") == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def idle(qtbot, window):
    qtbot.waitUntil(lambda: not window.runner.jobs)


def verdicts_on_disk(path):
    with Project.open(path, lock=False) as project:
        return {i: v.verdict for i, v in project.verdicts.items()}


# Opening.


def test_opening_focuses_the_first_undecided_alarm(window):
    assert window.workspace.focus.candidate_id == ALARM
    assert len(window.workspace.selection.rows) == 30
    assert window.windowTitle() == "case.spurview[*] – spurview"


def test_the_window_is_there_before_the_project(qtbot, empty_window, case_path):
    empty_window.open_path(case_path)
    assert empty_window.document is None
    qtbot.waitUntil(lambda: empty_window.document is not None)
    assert empty_window.pages.currentWidget() is empty_window.workspace.plots


def test_a_text_file_is_refused_in_one_sentence(qtbot, empty_window, tmp_path):
    path = tmp_path / "notes.spurview"
    path.write_text("no project")
    empty_window.open_path(path)
    qtbot.waitUntil(lambda: shown(FailureDialog) is not None)
    dialog = shown(FailureDialog)
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    qtbot.mouseClick(dialog.details_button, Qt.MouseButton.LeftButton)
    assert "NotAProjectError" in copied
    assert dialog.details.isVisible()
    assert empty_window.document is None
    dialog.accept()


def test_a_refused_file_leaves_the_open_project_alone(qtbot, window, tmp_path):
    path = tmp_path / "notes.spurview"
    path.write_text("no project")
    window.open_path(path)
    qtbot.waitUntil(lambda: shown(FailureDialog) is not None)
    shown(FailureDialog).accept()
    assert window.document.title == "case.spurview"
    assert not window.document.read_only


def test_a_second_window_opens_read_only_and_says_so(qtbot, window, case_path, tmp_path):
    other = MainWindow(main_window.Preferences(tmp_path / "other"))
    qtbot.addWidget(other, before_close_func=_leave_freely)
    other.open_path(case_path)
    qtbot.waitUntil(lambda: other.document is not None)
    assert other.document.read_only
    assert "(read-only)" in other.windowTitle()
    assert other.document.project.locked_by in other.status.state.text()
    assert not other.actions_["spurious"].isEnabled()
    assert not other.workspace.strip.run_button.isEnabled()


def test_a_dropped_project_opens(qtbot, empty_window, case_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(case_path))])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    empty_window.dropEvent(event)
    qtbot.waitUntil(lambda: empty_window.document is not None)


def test_another_project_takes_the_place_of_the_first(qtbot, window, tmp_path, case_path):
    other = tmp_path / "other.spurview"
    other.write_bytes(case_path.read_bytes())
    qtbot.keyClick(window, Qt.Key.Key_U)
    window.workspace.document.undo_stack.undo()
    window.open_path(other)
    qtbot.waitUntil(lambda: window.document.title == "other.spurview")
    idle(qtbot, window)
    with Project.open(case_path) as first:
        assert not first.read_only
    assert window.workspace.focus.candidate_id == ALARM


# Judging.


def test_a_verdict_key_judges_and_advances(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.document.finding(ALARM).verdict == "spurious"
    assert window.workspace.focus.candidate_id == WEAK
    assert window.isWindowModified()


def test_space_goes_round_the_undecided(qtbot, window):
    window.workspace.focus.candidate_id = WEAK
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.workspace.focus.candidate_id == ALARM
    qtbot.keyClick(window, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert window.workspace.focus.candidate_id == WEAK


def test_when_all_are_judged_the_window_says_so(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_S)
    qtbot.keyClick(window, Qt.Key.Key_G)
    assert window.status.message.text() == "Every candidate has a verdict."


def test_letters_are_dead_while_typing(qtbot, window):
    box = window.workspace.clusters.filter_box
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClicks(box, "sung ?")
    assert box.text() == "sung ?"
    assert window.document.verdicts == {}
    assert shown(KeyList) is None


def test_space_presses_the_button_that_has_the_keyboard(qtbot, window):
    window.workspace.focus.candidate_id = WEAK
    button = window.workspace.evidence.verdict_button("genuine")
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert window.document.finding(WEAK).verdict == "genuine"
    assert window.workspace.focus.candidate_id == WEAK


def test_pressing_a_verdict_again_takes_it_back(qtbot, window):
    button = window.workspace.evidence.verdict_button("spurious")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.document.finding(ALARM).verdict == "spurious"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.document.verdicts == {}


def test_undo_and_redo_by_keys(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_S)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_Z, control)
    assert window.document.verdicts == {}
    assert not window.isWindowModified()
    qtbot.keyClick(window, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert window.document.finding(ALARM).verdict == "spurious"


def test_a_note_is_written_in_a_dialog(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: shown(NoteDialog) is not None)
    dialog = shown(NoteDialog)
    qtbot.keyClicks(dialog.editor, "bottom left, S G U")
    dialog.accept()
    assert window.document.finding(ALARM).note == "bottom left, S G U"
    assert window.document.finding(ALARM).verdict is None


# Saving and exporting.


def test_saved_verdicts_are_in_the_file(qtbot, window, case_path):
    qtbot.keyClick(window, Qt.Key.Key_S)
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.document.is_modified)
    assert verdicts_on_disk(case_path) == {ALARM: "spurious"}
    assert not window.isWindowModified()


def test_reopened_verdicts_are_shown(qtbot, window, case_path):
    qtbot.keyClick(window, Qt.Key.Key_S)
    window.saving.save()
    idle(qtbot, window)
    window.close_project()
    assert window.document is None
    assert window.start_page.isVisible()
    window.open_path(case_path)
    qtbot.waitUntil(lambda: window.document is not None)
    assert window.document.finding(ALARM).verdict == "spurious"
    assert not window.document.is_modified


def test_a_failed_save_keeps_the_work_and_says_why(qtbot, window, monkeypatch):
    def refuse(*_, **__):
        raise SaveError("The disk is full: free 3 MB or save elsewhere.")

    monkeypatch.setattr(Project, "save", refuse)
    qtbot.keyClick(window, Qt.Key.Key_S)
    window.saving.save()
    qtbot.waitUntil(lambda: shown(FailureDialog) is not None)
    shown(FailureDialog).accept()
    assert window.document.is_modified
    assert window.document.finding(ALARM).verdict == "spurious"


def test_save_as_moves_the_project(qtbot, window, tmp_path, monkeypatch):
    target = tmp_path / "moved.spurview"
    monkeypatch.setattr(saving, "choose_target", lambda *_: target)
    qtbot.keyClick(window, Qt.Key.Key_S)
    window.actions_["save_as"].trigger()
    qtbot.waitUntil(lambda: window.windowTitle().startswith("moved.spurview"))
    assert verdicts_on_disk(target) == {ALARM: "spurious"}


def test_export_writes_the_clusters_highlighted_images(qtbot, window, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    monkeypatch.setattr(exporting, "choose_folder", lambda *_: folder)
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "files are in" in window.status.message.text())
    sheets = [path.name for path in folder.iterdir() if path.suffix == ".png"]
    assert any(ALARM in name for name in sheets)
    assert not any(WEAK in name for name in sheets)


# Leaving.


def test_closing_with_unsaved_work_asks_and_cancel_stays(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_S)
    window.close()
    answer(qtbot, "Cancel")
    assert window.isVisible()
    assert window.document.finding(ALARM).verdict == "spurious"


def test_closing_may_save_first(qtbot, window, case_path):
    qtbot.keyClick(window, Qt.Key.Key_S)
    window.close()
    answer(qtbot, "Save")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert verdicts_on_disk(case_path) == {ALARM: "spurious"}


def test_closing_may_throw_away(qtbot, window, case_path):
    qtbot.keyClick(window, Qt.Key.Key_S)
    window.close()
    answer(qtbot, "Don't save")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert verdicts_on_disk(case_path) == {}


def test_closing_saved_work_asks_nothing(window):
    assert window.close()
    assert shown(QMessageBox) is None


@pytest.fixture
def running(qtbot, window, monkeypatch):
    """The window while a run is under way."""
    fake = FakeRun(window.document.info)
    monkeypatch.setattr(pipeline_run, "compute", fake)
    window.workspace.run.start()
    qtbot.waitUntil(lambda: window.workspace.run.fraction is not None)
    yield window
    fake.go_on.set()


def test_closing_during_a_run_asks_cancels_and_waits(qtbot, running):
    running.close()
    assert running.isVisible()
    answer(qtbot, "Stop the run")
    qtbot.waitUntil(lambda: not running.isVisible())
    assert not any(t.name == "spurview-jobs" for t in threading.enumerate())


def test_a_run_may_go_on_instead(qtbot, running):
    running.close()
    answer(qtbot, "Keep running")
    assert running.isVisible()
    assert running.workspace.run.is_running


def test_saving_does_not_wait_for_the_run(qtbot, running, case_path):
    qtbot.keyClick(running, Qt.Key.Key_S)
    running.saving.save()
    qtbot.waitUntil(lambda: not running.document.is_modified)
    assert running.workspace.run.is_running
    assert verdicts_on_disk(case_path) == {ALARM: "spurious"}


def test_cancel_in_the_status_bar_stops_the_run(qtbot, running):
    assert running.status.state.text() == "Verification, step 3 of 10"
    with qtbot.waitSignal(running.workspace.run.ended):
        qtbot.mouseClick(running.status.cancel_button, Qt.MouseButton.LeftButton)
    assert not running.status.cancel_button.isVisible()


def test_chance_is_counted_on_demand(qtbot, window, monkeypatch):
    asked, go_on = [], threading.Event()

    def compute(reader, info, *, until, report, **_):
        asked.append(until)
        while not go_on.wait(0.005):
            report(1, 20, "chance: repeat 1 of 20, refining")
        return iter(())

    monkeypatch.setattr(pipeline_run, "compute", compute)
    action = window.actions_["chance"]
    assert action.isEnabled()
    action.trigger()
    said = "Chance, repeat 1 of 20, refining"
    qtbot.waitUntil(lambda: window.status.state.text() == said)
    assert not action.isEnabled()
    with qtbot.waitSignal(window.workspace.run.ended):
        go_on.set()
    assert asked == ["chance"]


# Everything else.


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_keys_are_listed(qtbot, window, key):
    qtbot.keyClick(window, key)
    qtbot.waitUntil(lambda: shown(KeyList) is not None)
    shown(KeyList).close()


def test_a_command_is_found_by_name(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown(CommandFinder) is not None)
    finder = shown(CommandFinder)
    qtbot.keyClicks(finder.box, "genui")
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    assert window.document.finding(ALARM).verdict == "genuine"


def test_the_finder_stands_in_the_menu_bar(qtbot, window):
    corner = window.menuBar().cornerWidget()
    assert corner is not None
    assert corner.isVisible()
    qtbot.mouseClick(corner, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown(CommandFinder) is not None)
    shown(CommandFinder).close()


def test_the_start_page_tells_nothing_of_the_last_project(window):
    window.close_project()
    assert window.status.state.text() == ""
    assert window.status.message.text() == ""


def test_f6_walks_the_parts_of_the_window(qtbot, window):
    window.workspace.clusters.tree.setFocus()
    visited = []
    for _ in range(5):
        window.workspace.go_to_next_part(1)
        focused = QApplication.focusWidget()
        parts = ("strip", "clusters", "plots", "images", "evidence")
        visited.append(next(p for p in parts if getattr(window.workspace, p).isAncestorOf(focused)))
    assert visited == ["plots", "images", "evidence", "strip", "clusters"]


def test_every_control_has_a_name(window):
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not isinstance(widget.parent(), QAbstractScrollArea)
        and not (widget.accessibleName() or getattr(widget, "text", lambda: "")())
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_no_two_commands_share_a_key(window):
    keys = [s.toString() for a in window.findChildren(QAction) for s in a.shortcuts()]
    assert len(keys) == len(set(keys))


def test_recent_projects_are_remembered_with_a_picture(qtbot, window, preferences, case_path):
    recent = main_window.Preferences(preferences.folder).remembered.recent
    assert [Path(r.path) for r in recent] == [case_path]
    assert recent[0].summary == "1 alarm in 2 candidates"
    assert (preferences.folder / recent[0].picture).exists()


def test_a_broken_preferences_file_counts_as_empty(tmp_path):
    (tmp_path / "window.json").write_bytes(b"{\xff")
    assert main_window.Preferences(tmp_path).remembered.recent == []


def test_docks_come_back_where_they_were_left(qtbot, window, preferences, case_path):
    window.workspace.docks.evidence.hide()
    window.close()
    again = MainWindow(main_window.Preferences(preferences.folder))
    qtbot.addWidget(again, before_close_func=_leave_freely)
    again.show()
    again.open_path(case_path)
    qtbot.waitUntil(lambda: again.document is not None)
    assert again.workspace.docks.evidence.isHidden()
    assert again.workspace.docks.images.isVisible()


def test_a_narrow_window_turns_the_right_side_to_tabs(qtbot, window):
    docks = window.workspace.docks
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: docks.evidence in window.tabifiedDockWidgets(docks.images))
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: docks.evidence not in window.tabifiedDockWidgets(docks.images))


def test_changing_the_theme_repaints_the_window(window):
    theme.keeper().choose("light")
    image = window.grab().toImage()
    assert image.pixelColor(200, image.height() - 60) == theme.LIGHT.window


def test_neither_torch_nor_scikit_learn_before_the_first_paint(tmp_path):
    script = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "import spurview.ui.app as app\n"
        "qt = QApplication([])\n"
        "QTimer.singleShot(0, lambda: QTimer.singleShot(0, qt.closeAllWindows))\n"
        "code = app.run()\n"
        "slow = {'torch', 'torchvision', 'sklearn', 'scipy', 'h5py', 'matplotlib', 'pyqtgraph'}\n"
        "loaded = slow & {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(code or (f'loaded: {loaded}' if loaded else 0))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nothing_flashes_up_while_a_project_opens(window):
    assert window.isActiveWindow()
