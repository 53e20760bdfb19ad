"""Preferences: work at once, kept between sessions, and reach what they are about."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from spurview import log
from spurview.core.errors import StageError
from spurview.jobs import Failure
from spurview.pipeline import run as pipeline_run
from spurview.ui import messages, theme
from spurview.ui.preferences import Preferences
from spurview.ui.preferences_dialog import PreferencesDialog
from tests.ui.conftest import ALARM
from tests.ui.using_window import answer, shown


@pytest.fixture
def dialog(qtbot, preferences):
    made = PreferencesDialog(preferences)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture(autouse=True)
def _system_text(qapp):
    yield
    theme.keeper().scale_text(100)


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def test_choices_are_kept_between_sessions(dialog, preferences):
    choose(dialog.theme, "light")
    choose(dialog.text_size, 150)
    choose(dialog.device, "cpu")
    dialog.threads.setValue(2)
    choose(dialog.undo_steps, 20)
    dialog.goes_on.click()
    dialog.asks_before_stop.click()
    kept = Preferences(preferences.folder).remembered
    assert (kept.theme, kept.text_percent, kept.device) == ("light", 150, "cpu")
    assert (kept.threads, kept.undo_steps) == (2, 20)
    assert not kept.goes_on
    assert not kept.asks_before_stop


def test_a_dialog_shows_what_was_chosen_before(qtbot, preferences):
    preferences.remember(theme="dark", text_percent=125, device="cuda", threads=3, goes_on=False)
    dialog = PreferencesDialog(preferences)
    qtbot.addWidget(dialog)
    assert dialog.theme.currentData() == "dark"
    assert dialog.text_size.currentData() == 125
    assert dialog.device.currentData() == "cuda"
    assert dialog.threads.value() == 3
    assert not dialog.goes_on.isChecked()


def test_a_size_from_elsewhere_is_shown_and_kept(qtbot, preferences):
    preferences.remember(text_percent=133)
    dialog = PreferencesDialog(preferences)
    qtbot.addWidget(dialog)
    assert dialog.text_size.currentText() == "133"
    assert preferences.remembered.text_percent == 133


def test_theme_and_text_size_change_the_window_at_once(qapp, dialog):
    points = qapp.font().pointSizeF()
    choose(dialog.theme, "light")
    choose(dialog.text_size, 150)
    assert theme.current() is theme.LIGHT
    assert qapp.font().pointSizeF() == pytest.approx(points * 1.5)


def test_the_menu_marks_the_theme_chosen_in_the_preferences(window):
    dialog = PreferencesDialog(window.preferences, window)
    choose(dialog.theme, "light")
    commands = {c.name: c.action for c in window.menus.commands() if "Theme" in c.where}
    assert commands["Light"].isChecked()
    assert not commands["Dark"].isChecked()
    dialog.deleteLater()


def test_the_keyboard_opens_the_preferences(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown(PreferencesDialog) is not None)
    shown(PreferencesDialog).close()


def test_a_verdict_stays_where_it_is_when_asked_to(qtbot, window):
    window.preferences.remember(goes_on=False)
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.document.finding(ALARM).verdict == "spurious"
    assert window.workspace.focus.candidate_id == ALARM


def test_undo_keeps_as_many_steps_as_asked(qtbot, empty_window, case_path):
    empty_window.preferences.remember(undo_steps=20)
    empty_window.open_path(case_path)
    qtbot.waitUntil(lambda: empty_window.document is not None)
    assert empty_window.document.undo_stack.undoLimit() == 20


@pytest.fixture
def slow_run(monkeypatch, window):
    """A run that goes on until it is told to stop; gives what it was asked for."""
    asked, go_on = {}, threading.Event()

    def compute(reader, info, *, report, **options):
        asked.update(options)
        while not go_on.wait(0.005):
            report(1, 10, "chance: repeat 1 of 10")
        return iter(())

    monkeypatch.setattr(pipeline_run, "compute", compute)
    yield asked
    go_on.set()


def test_a_run_computes_on_the_chosen_device(qtbot, window, slow_run):
    window.preferences.remember(device="cpu")
    window.workspace.run.start(until="chance")
    qtbot.waitUntil(lambda: "device" in slow_run)
    assert slow_run["device"] == "cpu"
    with qtbot.waitSignal(window.workspace.run.ended):
        window.workspace.run.cancel()


@pytest.mark.parametrize("asks", [True, False])
def test_leaving_during_a_run_asks_unless_told_not_to(qtbot, window, slow_run, asks):
    window.preferences.remember(asks_before_stop=asks)
    window.workspace.run.start(until="chance")
    qtbot.waitUntil(lambda: bool(slow_run))
    window.close_project()
    if asks:
        assert window.document is not None
        answer(qtbot, "Stop the run")
    qtbot.waitUntil(lambda: window.document is None)
    assert not window.workspace.run.is_running


def test_the_log_has_what_went_wrong(qtbot, empty_window, monkeypatch):
    recorded = []
    monkeypatch.setattr(log, "record_error", recorded.append)
    failure = Failure.of(StageError("The disk is full: free 3 MB."))
    messages.show_failure(empty_window, "Not saved", failure).accept()
    (text,) = recorded
    assert text.startswith("Not saved: The disk is full")
    assert "StageError" in text


def test_the_place_of_the_log_is_shown_and_copied(qtbot, dialog):
    assert dialog.log_path.text() == str(log.folder())
    qtbot.mouseClick(dialog.copy_log, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == str(log.folder())
