"""Images folds to its header while nothing was found, and comes back with the first selection."""

from __future__ import annotations

import pytest

from spurview.ui import folding
from spurview.ui.images.images_pane import EMPTY


@pytest.fixture
def silent(qtbot, window, monkeypatch):
    """The window whose project found nothing, with no candidate chosen."""
    monkeypatch.setattr(folding, "is_silent", lambda _: True)
    window.resize(1280, 800)
    window.workspace.focus.clear()
    window.workspace.selection.clear()
    window.workspace.folding.follow()
    docks = window.workspace.docks
    qtbot.waitUntil(lambda: docks.images.height() == 40)
    return window


def test_silence_stands_first_and_the_images_are_their_header_below(silent):
    docks, images = silent.workspace.docks, silent.workspace.images
    assert docks.evidence.y() < docks.images.y()
    assert docks.evidence.height() > 500
    assert images._words.text == EMPTY
    assert not images.size_slider.isVisible()


def test_a_selection_brings_the_images_back_and_clearing_folds_them(qtbot, silent):
    workspace = silent.workspace
    workspace.selection.set_rows(range(20))
    qtbot.waitUntil(lambda: workspace.docks.images.height() > 250)
    assert workspace.images.grid.isVisible()
    assert workspace.images._words.text == "20 selected"
    assert workspace.docks.evidence.y() < workspace.docks.images.y()
    workspace.selection.clear()
    qtbot.waitUntil(lambda: workspace.docks.images.height() == 40)


def test_a_candidate_brings_the_images_back(qtbot, silent):
    workspace = silent.workspace
    workspace.guide.show_candidate(workspace.clusters.model.candidate_ids()[0])
    qtbot.waitUntil(lambda: workspace.docks.images.height() > 250)


def test_tabs_unfold_and_stacking_folds_again(qtbot, silent):
    docks = silent.workspace.docks
    silent.resize(1100, 800)
    qtbot.waitUntil(lambda: docks.images in silent.tabifiedDockWidgets(docks.evidence))
    assert not docks.is_folded
    silent.resize(1280, 800)
    qtbot.waitUntil(lambda: docks.images.height() == 40)


def test_a_project_with_findings_after_a_silent_one_has_its_images_first(
    qtbot, silent, monkeypatch, case_path
):
    silent.close_project()
    monkeypatch.undo()
    silent.open_path(case_path)
    docks, images = silent.workspace.docks, silent.workspace.images
    qtbot.waitUntil(images.size_slider.isVisible)
    qtbot.waitUntil(lambda: docks.images.height() > 250)
    assert docks.images.y() < docks.evidence.y()


def test_a_silent_project_leaves_panes_that_a_person_hid(qtbot, silent):
    docks = silent.workspace.docks
    docks.evidence.hide()
    silent.workspace.folding.follow()
    assert not docks.is_folded
    assert docks.evidence.isHidden()


def test_widths_come_back_when_the_window_shrinks(qtbot, window):
    docks = window.workspace.docks
    for size, left in (((2560, 1440), 352), ((1280, 800), 352), ((2560, 1440), 352)):
        window.resize(*size)
        qtbot.waitUntil(lambda left=left: abs(docks.classes.width() - left) <= 1)
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: abs(docks.images.width() - 550) <= 1)
