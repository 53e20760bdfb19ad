"""Judging by keys: verdicts, the next undecided one, undo, notes; keys dead while typing."""

from __future__ import annotations

from PySide6.QtCore import Qt

from spurview.ui.candidate_dialogs import NoteDialog
from spurview.ui.key_list import KeyList
from tests.ui.conftest import ALARM, WEAK
from tests.ui.using_window import shown


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
    qtbot.waitUntil(dialog.isActiveWindow)
    qtbot.keyClicks(dialog.editor, "bottom left, S G U")
    qtbot.keyClick(dialog.editor, Qt.Key.Key_Return)
    qtbot.keyClicks(dialog.editor, "ward 3?")
    qtbot.keyClick(dialog.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.document.finding(ALARM).note == "bottom left, S G U\nward 3?"
    assert window.document.finding(ALARM).verdict is None
