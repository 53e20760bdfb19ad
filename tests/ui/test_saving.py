"""Saving: verdicts in the file and back from it, elsewhere, where it fails; exports beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from spurview.core.errors import SaveError
from spurview.project.store import Project
from spurview.ui import exporting, saving
from spurview.ui.messages import FailureDialog
from tests.ui.conftest import ALARM, WEAK
from tests.ui.using_window import idle, shown, verdicts_on_disk


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
