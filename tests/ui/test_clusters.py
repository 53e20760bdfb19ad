"""The list of classes and clusters."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args, get_type_hints

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from spurview.project.model import HandMade
from spurview.ui import commands, icons
from spurview.ui.clusters.delegate import HAND_ICONS, _marks
from spurview.ui.clusters.entries import MADE_BY_HAND, CandidateEntry, ClassEntry, class_entries
from spurview.ui.clusters.model import ENTRY_ROLE, CandidateModel
from spurview.ui.clusters.pane import ClustersPane
from spurview.ui.document import Document
from tests import constructed
from tests.ui.conftest import ALARM, WEAK, fresh_info


@pytest.fixture
def pane(qtbot, document, focus, guide):
    made = ClustersPane(document, focus)
    qtbot.addWidget(made)
    made.candidate_requested.connect(guide.show_candidate)
    made.class_requested.connect(guide.show_class)
    made.resize(352, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def rows(model):
    """Everything shown from top to bottom, as class name or candidate name or message."""
    shown = []
    for place in range(model.rowCount()):
        heading = model.index(place, 0)
        shown.append(heading.data())
        shown += [model.index(r, 0, heading).data() for r in range(model.rowCount(heading))]
    return shown


def click(qtbot, pane, index, x=80):
    place = QPoint(x, pane.tree.visualRect(index).center().y())
    qtbot.mouseClick(pane.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_model_keeps_qts_rules(document, qtmodeltester):
    qtmodeltester.check(CandidateModel(document))


def test_most_suspicious_first_and_silence_is_said(document):
    assert rows(CandidateModel(document)) == [
        "Class b",
        "b · A",
        "Class a",
        "a · A",
        "Class c",
        "Cannot tell: only 11 pool images got this class, about 40 are needed",
    ]


def test_a_click_on_a_candidate_selects_its_images(qtbot, pane, focus, selection):
    click(qtbot, pane, pane.model.index_of(WEAK))
    assert focus.candidate_id == WEAK
    assert len(selection.rows) == 12


def test_a_click_on_a_class_selects_the_class(qtbot, pane, focus, selection):
    click(qtbot, pane, pane.model.index_of_class(2))
    assert (focus.candidate_id, focus.class_index) == (None, 2)


def test_a_second_click_brings_the_members_back(qtbot, pane, selection):
    click(qtbot, pane, pane.model.index_of(ALARM))
    selection.set_rows([0])
    click(qtbot, pane, pane.model.index_of(ALARM))
    assert len(selection.rows) == 30


def test_focus_from_elsewhere_is_shown_without_an_echo(qtbot, pane, guide):
    with qtbot.assertNotEmitted(pane.candidate_requested):
        guide.show_candidate(WEAK)
    assert pane.tree.currentIndex().data(ENTRY_ROLE).id == WEAK


def test_arrow_keys_walk_the_list(qtbot, pane, guide, focus):
    guide.show_candidate(ALARM)
    pane.tree.setFocus()
    qtbot.keyClick(pane.tree, Qt.Key.Key_Down)
    assert (focus.candidate_id, focus.class_index) == (None, 0)
    qtbot.keyClick(pane.tree, Qt.Key.Key_Down)
    assert focus.candidate_id == WEAK


def test_filter_keeps_classes_with_a_match(qtbot, pane):
    qtbot.keyClicks(pane.filter_box, "alarm")
    assert rows(pane.model) == ["Class b", "b · A"]
    pane.filter_box.clear()
    assert len(rows(pane.model)) == 6


def test_filter_finds_notes(qtbot, document, pane):
    commands.set_note(document, WEAK, "Looks like a watermark")
    qtbot.keyClicks(pane.filter_box, "WATER")
    assert rows(pane.model) == ["Class a", "a · A"]


@pytest.mark.parametrize("section", range(5))
def test_every_column_sorts_both_ways(pane, section):
    header = pane.tree.header()
    header.setSortIndicator(section, Qt.SortOrder.AscendingOrder)
    ascending = rows(pane.model)
    header.setSortIndicator(section, Qt.SortOrder.DescendingOrder)
    assert set(rows(pane.model)) == set(ascending)
    assert ascending[-2:] == rows(pane.model)[-2:] == rows(pane.model)[4:]


def test_sorting_by_size_descends_to_the_smaller(pane):
    pane.tree.header().setSortIndicator(1, Qt.SortOrder.AscendingOrder)
    assert pane.model.candidate_ids() == [WEAK, ALARM]


def test_a_chevron_folds_without_choosing(qtbot, pane, focus):
    heading = pane.model.index_of_class(1)
    click(qtbot, pane, heading, x=20)
    assert not pane.tree.isExpanded(heading)
    assert focus.class_index is None


def test_a_folded_class_stays_folded_after_a_verdict(qtbot, document, pane):
    click(qtbot, pane, pane.model.index_of_class(1), x=20)
    commands.set_verdict(document, WEAK, "unsure")
    assert not pane.tree.isExpanded(pane.model.index_of_class(1))


def test_rows_are_named_for_screen_readers(document):
    model = CandidateModel(document)
    spoken = model.index_of(ALARM).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == (
        "b A, alarm, 30 images, lift 2.9, insertion 62 per cent, "
        "strongest control 2 per cent, undecided"
    )


def test_entries_know_their_kind(document):
    model = CandidateModel(document)
    heading = model.index(0, 0, QModelIndex())
    assert isinstance(model.entry(heading), ClassEntry)
    assert isinstance(model.entry(model.index(0, 0, heading)), CandidateEntry)


def test_the_summary_counts_candidates(pane):
    assert pane.summary.accessibleName() == "2 candidates found, 1 alarm"


def test_the_summary_tells_what_chance_gives(qtbot, focus):
    document = Document.in_memory(constructed.with_chance(), fresh_info())
    pane = ClustersPane(document, focus)
    qtbot.addWidget(pane)
    said = "2 candidates found, 1 alarm; expected by chance 0.4, found 1"
    assert pane.summary.accessibleName() == said


def test_before_verification_the_pane_says_what_will_come(qtbot, focus):
    info = fresh_info(without=("candidates", "verification"))
    document = Document.in_memory(constructed.arrays(), info)
    pane = ClustersPane(document, focus)
    qtbot.addWidget(pane)
    pane.show()
    assert pane.run_button.isVisible()
    with qtbot.waitSignal(pane.run_requested):
        qtbot.mouseClick(pane.run_button, Qt.MouseButton.LeftButton)


def test_stale_findings_say_so(qtbot, focus):
    document = Document.in_memory(constructed.arrays(), constructed.info())
    pane = ClustersPane(document, focus)
    qtbot.addWidget(pane)
    assert pane.banner.accessibleName() == "Stale: from before the classifier was changed."


def test_painting_shows_alarm_colour_only_for_alarms(qtbot, pane):
    from spurview.ui import theme

    image = pane.tree.viewport().grab().toImage()
    alarm = theme.current().alarm

    def has_alarm(candidate_id):
        area = pane.tree.visualRect(pane.model.index_of(candidate_id))
        return any(
            image.pixelColor(x, y) == alarm
            for x in range(120, image.width())
            for y in range(area.top(), area.bottom())
        )

    assert has_alarm(ALARM)
    assert not has_alarm(WEAK)


def test_a_right_click_chooses_the_row_and_asks_for_its_menu(qtbot, pane, focus):
    index = pane.model.index_of(WEAK)
    place = pane.tree.visualRect(index).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, pane.tree.viewport().mapToGlobal(place)
    )
    with qtbot.waitSignal(pane.menu_requested):
        QApplication.sendEvent(pane.tree.viewport(), event)
    assert focus.candidate_id == WEAK


def test_a_heading_has_no_menu(qtbot, pane):
    index = pane.model.index_of_class(1)
    place = pane.tree.visualRect(index).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, pane.tree.viewport().mapToGlobal(place)
    )
    with qtbot.assertNotEmitted(pane.menu_requested):
        QApplication.sendEvent(pane.tree.viewport(), event)


@pytest.mark.parametrize("origin", ["selection", "merge", "split"])
def test_candidates_made_by_hand_are_marked_and_said(document, origin):
    entry = next(c for e in class_entries(document) for c in e.candidates if c.id == WEAK)
    own = replace(entry, finding=msgspec.structs.replace(entry.finding, origin=origin))
    assert _marks(own) == [HAND_ICONS[origin]]
    assert "by hand" in own.spoken
    assert "by hand" not in entry.spoken
    assert _marks(entry) == []


def test_every_way_to_make_a_candidate_has_an_icon_and_words():
    ways = set(get_args(get_type_hints(HandMade)["origin"]))
    assert ways == set(HAND_ICONS)
    assert ways == set(MADE_BY_HAND)
    assert set(HAND_ICONS.values()) <= set(icons.names())
