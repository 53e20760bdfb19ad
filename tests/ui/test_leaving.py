"""Leaving with unsaved work or during a run, and what a run leaves free."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from spurview.pipeline import run as pipeline_run
from tests.ui.conftest import ALARM
from tests.ui.test_stages import FakeRun
from tests.ui.using_window import answer, shown, verdicts_on_disk


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
