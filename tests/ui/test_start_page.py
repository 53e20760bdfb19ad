"""The start page: ways in, recent projects that are there or gone, samples, drops."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from spurview.ui import main_window, start_page
from spurview.ui.dialogs.new_project import NewProjectDialog
from spurview.ui.preferences import RecentProject
from spurview.ui.start_page import StartPage
from tests.ui.using_window import answer, drop, shown


@pytest.fixture
def gone(empty_window, tmp_path):
    """A recent project whose file is no longer there, on the start page."""
    path = tmp_path / "gone.spurview"
    recent = RecentProject(path=str(path), summary="1 alarm in 2 candidates", alarms=1)
    empty_window.preferences.remember_project(recent)
    return path


def card_of(window, path):
    return next(card for card in window.start_page.cards if card.path == path)


def test_at_first_the_sample_is_the_one_thing_to_do(empty_window):
    page = empty_window.start_page
    ways = (page.sample_button, page.new_button, page.open_button)
    assert [bool(button.property("accent")) for button in ways] == [True, False, False]
    assert page.sample_button.y() < page.new_button.y() < page.open_button.y()


def test_later_a_new_project_stands_first(empty_window, gone):
    page = empty_window.start_page
    assert page.new_button.property("accent")
    page.layout().activate()
    assert page._ways.indexOf(page.sample_button) == 2


def test_without_samples_nothing_offers_them(qtbot, preferences, monkeypatch):
    monkeypatch.setattr(start_page, "sample_projects", list)
    page = StartPage(preferences)
    qtbot.addWidget(page)
    page.show()
    assert not page.sample_button.isVisible()
    assert page.cards == []


def test_a_missing_project_says_so(empty_window, gone):
    card = card_of(empty_window, gone)
    assert card.is_missing
    assert "No longer there" in card.accessibleName()


def test_a_missing_project_is_taken_off_the_list_on_request(qtbot, empty_window, gone):
    card_of(empty_window, gone).click()
    answer(qtbot, "Take off the list")
    qtbot.waitUntil(lambda: not empty_window.preferences.remembered.recent)
    assert gone not in [card.path for card in empty_window.start_page.cards]


def test_a_missing_project_stays_when_the_person_turns_away(qtbot, empty_window, gone):
    card_of(empty_window, gone).click()
    answer(qtbot, "Cancel")
    assert [r.path for r in empty_window.preferences.remembered.recent] == [str(gone)]


def test_a_located_project_opens_in_place_of_the_missing(
    qtbot, empty_window, gone, case_path, monkeypatch
):
    monkeypatch.setattr(main_window, "choose_project", lambda *_: case_path)
    card_of(empty_window, gone).click()
    answer(qtbot, "Locate…")
    qtbot.waitUntil(lambda: empty_window.document is not None, timeout=20_000)
    assert [Path(r.path) for r in empty_window.preferences.remembered.recent] == [case_path]


def test_delete_takes_a_card_off_the_list(qtbot, empty_window, gone):
    qtbot.keyClick(card_of(empty_window, gone), Qt.Key.Key_Delete)
    assert empty_window.preferences.remembered.recent == []


def test_clear_list_empties_it_and_leaves_the_samples(qtbot, empty_window, gone):
    qtbot.mouseClick(empty_window.start_page.clear_button, Qt.MouseButton.LeftButton)
    assert empty_window.preferences.remembered.recent == []
    assert all(card.path != gone for card in empty_window.start_page.cards)


def test_enter_opens_the_card_that_has_the_keyboard(qtbot, empty_window, case_path):
    empty_window.preferences.remember_project(RecentProject(path=str(case_path)))
    card = card_of(empty_window, case_path)
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: empty_window.document is not None, timeout=20_000)


def test_the_button_and_the_key_ask_for_a_new_project(qtbot, empty_window):
    qtbot.mouseClick(empty_window.start_page.new_button, Qt.MouseButton.LeftButton)
    first = shown(NewProjectDialog)
    first.reject()
    qtbot.waitUntil(lambda: shown(NewProjectDialog) is None)
    qtbot.keyClick(empty_window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert shown(NewProjectDialog) is not None
    shown(NewProjectDialog).reject()


def test_a_dropped_text_file_is_nothing_to_us(empty_window, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no project")
    drop(empty_window, path)
    assert shown(QMessageBox) is None
    assert not empty_window.runner.jobs


def test_enter_opens_the_sample_at_the_first_time(qtbot, empty_window):
    page = empty_window.start_page
    asked = []
    page.path_requested.disconnect()
    page.path_requested.connect(asked.append)
    qtbot.waitUntil(page.sample_button.hasFocus)
    qtbot.keyClick(page.sample_button, Qt.Key.Key_Return)
    assert [path.stem for path in asked] == ["planted-patch"]


def test_four_cards_stand_side_by_side_in_a_small_window(qtbot, preferences):
    page = StartPage(preferences)
    qtbot.addWidget(page)
    page.resize(1280, 712)
    page.show()
    assert len(page.cards) == 4
    assert len({card.y() for card in page.cards}) == 1
    page.resize(2560, 1352)
    assert {card.width() for card in page.cards} == {388}
