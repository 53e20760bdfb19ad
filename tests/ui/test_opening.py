"""Opening: what the window shows first, refuses, opens read-only, and takes from a drop."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from spurview.project.store import Project
from spurview.ui import main_window
from spurview.ui.main_window import MainWindow
from spurview.ui.messages import FailureDialog
from tests.ui.conftest import ALARM, _leave_freely
from tests.ui.using_window import drop, idle, shown


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
    drop(empty_window, case_path)
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
