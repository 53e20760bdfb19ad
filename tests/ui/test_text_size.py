"""Text at 150 per cent: nothing is cut off that could be shown, and names come before figures."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QLabel

from spurview.ui import theme
from spurview.ui.clusters.delegate import _fitting, _fitting_marks, fitting_message
from spurview.ui.clusters.entries import COLUMNS
from spurview.ui.images.tool_row import ToolRow
from spurview.ui.preferences_dialog import PreferencesDialog


@pytest.fixture
def large(qapp):
    theme.keeper().scale_text(150)
    yield
    theme.keeper().scale_text(100)


def cut_off(widget):
    """Texts of visible labels and buttons that are wider or higher than their widgets."""
    found = []
    for part in widget.findChildren(QLabel) + widget.findChildren(QAbstractButton):
        if not part.isVisible() or not part.text() or part.width() == 0:
            continue
        metrics = QFontMetrics(part.font())
        wraps = isinstance(part, QLabel) and part.wordWrap()
        too_wide = not wraps and metrics.horizontalAdvance(part.text()) > part.width() + 2
        if too_wide or metrics.height() > part.height() + 2:
            found.append(part.text())
    return found


def test_labels_follow_the_size_at_once(qtbot, window):
    title = window.start_page.findChildren(QLabel)[1]
    points = title.font().pointSizeF()
    theme.keeper().scale_text(150)
    assert title.font().pointSizeF() == pytest.approx(points * 1.5)
    theme.keeper().scale_text(100)
    assert title.font().pointSizeF() == pytest.approx(points)


def test_the_start_page_cuts_no_text(large, empty_window):
    empty_window.resize(1280, 800)
    assert cut_off(empty_window.start_page) == []


def test_the_preferences_cut_no_text(qtbot, large, preferences):
    dialog = PreferencesDialog(preferences)
    qtbot.addWidget(dialog)
    dialog.show()
    assert cut_off(dialog) == []


def test_pop_overs_and_names_of_stages_are_not_cut(qtbot, large, window):
    window.resize(1280, 800)
    popover = window.workspace.popover
    for stage, button in window.workspace.strip.buttons.items():
        for settings in (False, True):
            popover.show_stage(stage, button, settings=settings)
            assert cut_off(popover) == [], stage
        name = QFontMetrics(theme.font(500)).horizontalAdvance(button.text())
        assert button.width() >= name + 50
    popover.close()


def test_the_list_drops_figures_before_names(qtbot, large, window):
    window.resize(1100, 700)
    header = window.workspace.clusters.tree.header()
    qtbot.waitUntil(lambda: header.isSectionHidden(COLUMNS.index("lift")))
    assert not header.isSectionHidden(COLUMNS.index("insertion"))
    assert header.sectionSize(0) >= 92
    theme.keeper().scale_text(100)
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: not header.isSectionHidden(COLUMNS.index("lift")))


def test_marks_go_before_a_name_is_cut_and_the_alarm_stays(window):
    """A name was cut to "3 …" beside the marks of how it was made and of staleness."""
    entry = window.workspace.clusters.model.entries[0].candidates[0]
    finding = msgspec.structs.replace(entry.finding, alarm=True, origin="merge")
    entry = replace(entry, finding=finding, is_stale=True)
    metrics = QFontMetrics(theme.font(500))
    name = metrics.horizontalAdvance(entry.name) + 3
    for room, n_marks in ((name + 60, 3), (name + 40, 2), (name + 20, 1), (10, 1)):
        marks, _ = _fitting_marks(metrics, entry, room)
        assert len(marks) == n_marks
        assert marks[0] == "triangle-alert"


def test_a_message_without_room_says_how_many_images_are_needed(window):
    metrics = QFontMetrics(theme.font())
    message = "Cannot tell: only 4 pool images got this class, about 28 are needed"
    room = metrics.horizontalAdvance(message) + 2
    assert fitting_message(metrics, message, room) == message
    assert fitting_message(metrics, message, room - 12) == "Cannot tell: about 28 are needed"


def test_a_heading_drops_its_bar_before_its_name(qtbot, window):
    entry = window.workspace.clusters.model.entries[0]
    metrics = QFontMetrics(theme.font())
    ways = [_fitting(metrics, entry, room) for room in (400, 130, 90, 20)]
    assert ways[0] == (f"{entry.pool} of pool", True)
    assert ways[-1] == ("", False)
    assert [has_bar for _, has_bar in ways] == sorted([b for _, b in ways], reverse=True)


def test_large_text_turns_images_and_evidence_to_tabs(qtbot, large, window):
    docks = window.workspace.docks
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: docks.evidence in window.tabifiedDockWidgets(docks.images))
    theme.keeper().scale_text(100)
    qtbot.waitUntil(lambda: docks.evidence not in window.tabifiedDockWidgets(docks.images))


def test_what_is_shown_of_images_is_not_cut(qtbot, large, window):
    """Original, residual and reference lost their ends at 1280; they take a line of their own."""
    window.resize(1280, 800)
    images = window.workspace.images
    window.workspace.docks.images.raise_()
    row = images.findChild(ToolRow)
    qtbot.waitUntil(lambda: row.is_in_two_lines)
    for button in row.findChildren(QAbstractButton):
        assert button.width() >= button.sizeHint().width(), button.text()
        assert row.rect().contains(button.geometry().translated(button.parent().pos()))
    theme.keeper().scale_text(100)
    window.resize(1600, 900)
    qtbot.waitUntil(lambda: not row.is_in_two_lines)
