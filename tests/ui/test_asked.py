"""What people asked for elsewhere and no other test here tells; README.md has the whole table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from spurview.core.settings import with_setting
from spurview.ui.commands import set_settings
from spurview.ui.latent.plots_pane import PlotsPane
from tests.ui.view_bench import Bench, move, show


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def pane(qtbot, bench):
    pane = show(qtbot, PlotsPane(*bench.parts), 600, 800)
    qtbot.waitUntil(lambda: all(view.is_settled for view in pane.views))
    return pane


def test_after_filtering_each_point_still_is_its_own_image(qtbot, bench, pane):
    """Elsewhere points were counted anew after filtering, and thumbnails were of the others."""
    view, predicted = pane.views[0], bench.document.reader.read("/predictions/class")
    qtbot.mouseClick(pane.legend.entries[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.is_settled)
    left = view.shown.colouring.rows[view.shown.is_visible].tolist()
    assert left
    assert not (predicted[left] == 0).any()
    seen = 0
    for row in left:
        place = view.place_of(row)
        if view.row_at(place) != row:
            # Another point lies above it.
            continue
        move(view.viewport(), place)
        assert bench.focus.hovered_row == row
        assert bench.document.keys[row] in pane.hover_card.accessibleName()
        seen += 1
    assert seen > 20


def test_old_coordinates_say_that_they_are_old(qtbot, bench, pane):
    document = bench.document
    changed = with_setting(document.info.settings, "embedding.epochs", "77")
    set_settings(document, changed, "change epochs")
    assert document.states["layout"] != "fresh"
    assert all(view.layout_shown.is_stale for view in pane.views)


def test_plots_are_painted_without_opengl(qtbot, pane):
    """A blank canvas is what people met where a graphics driver did not play along."""
    view = pane.views[0]
    assert type(view.viewport()) is QWidget
    picture = view.viewport().grab().toImage()
    place = view.place_of(int(view.shown.colouring.rows[0])).toPoint()
    ground = picture.pixelColor(1, picture.height() - 2)
    around = [picture.pixelColor(place.x() + d, place.y()) for d in range(-2, 3)]
    assert any(colour != ground for colour in around)
