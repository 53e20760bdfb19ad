"""The latent plots, driven by a real mouse: tools, modes, hover, legend, what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QWidget

from spurview.ui import theme
from spurview.ui.latent.lasso import inside_polygon
from spurview.ui.latent.overlay import Label, badges
from spurview.ui.latent.plots_pane import PlotsPane
from spurview.ui.latent.raster import Grid, stamped, stamps, top_points
from spurview.ui.latent.tool_row import ToolRow
from spurview.ui.latent.view_kinds import EMPTY
from tests.constructed import CARRIERS, N_INTEREST, N_POOL
from tests.ui.view_bench import STRONG, Bench, drag, move, show, wheel

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
POOL = np.arange(N_INTEREST, N_INTEREST + N_POOL)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def pane(qtbot, bench) -> PlotsPane:
    return show(qtbot, PlotsPane(*bench.parts), 536, 756)


def around(view, rows, room=4.0) -> tuple[QPointF, QPointF]:
    """Two corners of a rectangle around rows, in the view."""
    places = [view.place_of(int(row)) for row in rows]
    x, y = [p.x() for p in places], [p.y() for p in places]
    return QPointF(min(x) - room, min(y) - room), QPointF(max(x) + room, max(y) + room)


def box(first: QPointF, last: QPointF) -> list[QPointF]:
    """A lasso's path around a rectangle."""
    return [first, QPointF(last.x(), first.y()), last, QPointF(first.x(), last.y())]


def test_rectangle_selects_the_points_inside(bench, pane):
    view = pane.views[1]
    pane.set_tool("rectangle")
    drag(view.viewport(), around(view, CARRIERS))
    assert bench.selection.rows.tolist() == CARRIERS.tolist()
    assert pane.count_text == "30 of 240"


def test_lasso_selects_the_points_inside(bench, pane):
    view = pane.views[1]
    pane.set_tool("lasso")
    drag(view.viewport(), box(*around(view, CARRIERS)))
    assert bench.selection.rows.tolist() == CARRIERS.tolist()


def test_shift_drag_lassoes_with_the_hand(bench, pane):
    view = pane.views[1]
    bench.selection.set_rows([POOL[-1]])
    drag(view.viewport(), box(*around(view, CARRIERS)), SHIFT)
    assert bench.selection.rows.tolist() == CARRIERS.tolist()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (Qt.KeyboardModifier.NoModifier, CARRIERS),
        (SHIFT, np.r_[CARRIERS, POOL[-1]]),
        (CTRL, POOL[-1:]),
        (SHIFT | CTRL, CARRIERS[:2]),
    ],
)
def test_keys_combine_with_what_is_selected(bench, pane, keys, expected):
    view = pane.views[1]
    pane.set_tool("rectangle")
    bench.selection.set_rows(np.r_[CARRIERS[:2], POOL[-1]])
    drag(view.viewport(), around(view, CARRIERS), keys)
    assert bench.selection.rows.tolist() == expected.tolist()


def test_hidden_points_cannot_be_selected(qtbot, bench, pane):
    view = pane.views[1]
    corners = around(view, CARRIERS)
    qtbot.mouseClick(pane.legend.entries[1], Qt.MouseButton.LeftButton)
    pane.set_tool("rectangle")
    drag(view.viewport(), corners)
    assert not len(bench.selection.rows)


def test_hidden_points_are_not_hovered(qtbot, bench, pane):
    view = pane.views[1]
    place = view.place_of(int(CARRIERS[0]))
    qtbot.mouseClick(pane.legend.entries[1], Qt.MouseButton.LeftButton)
    move(view.viewport(), place)
    assert bench.focus.hovered_row not in CARRIERS


def test_double_click_on_the_legend_isolates_a_class(qtbot, bench, pane):
    entry = pane.legend.entries[1]
    qtbot.mouseDClick(entry, Qt.MouseButton.LeftButton)
    assert pane.legend.hidden_groups == {0, 2}
    qtbot.mouseClick(pane.legend.entries[0], Qt.MouseButton.LeftButton)
    assert pane.legend.hidden_groups == {2}


def test_hidden_classes_stay_hidden_after_another_run(qtbot, bench, pane):
    qtbot.mouseClick(pane.legend.entries[1], Qt.MouseButton.LeftButton)
    pane.reload()
    assert pane.legend.hidden_groups == {1}
    assert not pane.legend.entries[1].isChecked()
    assert pane.views[0].place_of(int(CARRIERS[0])) is None
    pane.colour_box.setCurrentText("Role")
    assert pane.legend.hidden_groups == frozenset()


@pytest.mark.parametrize(
    ("way", "names"),
    [
        ("Predicted class", ["a", "b", "c"]),
        ("Role", ["training", "test", "pool"]),
        ("True label", ["not known"]),
        ("Verdict", ["spurious", "genuine", "unsure", "undecided", "no candidate"]),
    ],
)
def test_each_colouring_counts_every_shown_image_once(pane, way, names):
    pane.colour_box.setCurrentText(way)
    entries = [entry.accessibleName().rsplit(", ", 1) for entry in pane.legend.entries]
    assert [name for name, _ in entries] == names
    shown = N_INTEREST + N_POOL if way == "Role" else N_POOL
    assert sum(int(total) for _, total in entries) == shown


def test_confidence_colours_brighter_where_it_is_higher(bench, pane):
    pane.colour_box.setCurrentText("Confidence")
    colouring = pane.views[0].shown.colouring
    logits = bench.document.reader.read("/predictions/logits").astype(float)[colouring.rows]
    margin = np.sort(logits)[:, -1] - np.sort(logits)[:, -2]
    sure, unsure = np.argmax(margin), np.argmin(margin)
    brightness = colouring.colours(theme.current()).sum(axis=1)[colouring.codes]
    assert brightness[sure] > brightness[unsure]


def test_labels_of_one_place_stand_below_each_other(pane):
    labels = [Label(name, i, QPointF(100, 100)) for i, name in enumerate(["a", "b", "class c"])]
    first, second, third = badges(labels, QRectF(0, 0, 400, 300))
    assert first.center() == QPointF(100, 100)
    assert first.bottom() <= second.top()
    assert second.bottom() <= third.top()


def test_a_label_at_the_edge_is_not_cut(pane):
    area = QRectF(0, 0, 400, 300)
    labels = [Label("a long name", 0, QPointF(x, 100)) for x in (3, 398)]
    assert all(area.contains(badge) for badge in badges(labels, area))


def test_images_of_interest_are_shown_by_role_alone(bench, pane):
    assert pane.views[0].place_of(0) is None
    pane.colour_box.setCurrentText("Role")
    assert pane.views[0].place_of(0) is not None
    assert pane.count_text == "300 shown"


def test_hover_is_told_and_rings_the_point_in_both_views(bench, pane):
    row = int(CARRIERS[3])
    move(pane.views[0].viewport(), pane.views[0].place_of(row))
    hovered = bench.focus.hovered_row
    assert hovered is not None
    shown = pane.views[1].grab().toImage()
    bench.focus.hovered_row = None
    assert pane.views[1].grab().toImage() != shown


def test_hover_card_tells_key_class_and_label(bench, pane):
    view = pane.views[1]
    move(view.viewport(), view.place_of(int(CARRIERS[3])))
    row = bench.focus.hovered_row
    assert pane.hover_card.isVisible()
    assert pane.hover_card.lines[0] == bench.document.keys[row]
    assert pane.hover_card.lines[1].startswith("class b, 0.")
    assert pane.hover_card.lines[2] == "pool, label unknown"


def test_click_on_a_point_makes_it_active(qtbot, bench, pane):
    view = pane.views[0]
    place = view.place_of(int(POOL[7])).toPoint()
    expected = view.row_at(QPointF(place))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.focus.row == expected


def test_escape_clears_the_selection(qtbot, bench, pane):
    bench.selection.set_rows(CARRIERS)
    qtbot.keyClick(pane.views[0], Qt.Key.Key_Escape)
    assert not len(bench.selection.rows)


def test_double_click_clears_the_selection(qtbot, bench, pane):
    bench.selection.set_rows(CARRIERS)
    qtbot.mouseDClick(pane.views[0].viewport(), Qt.MouseButton.LeftButton)
    assert not len(bench.selection.rows)


def test_drag_with_the_hand_pans_and_f_fits_again(qtbot, bench, pane):
    view = pane.views[0]
    before = view.place_of(int(POOL[0]))
    drag(view.viewport(), [QPointF(200, 200), QPointF(220, 210), QPointF(240, 230)])
    moved = view.place_of(int(POOL[0])) - before
    assert (moved.x(), moved.y()) == pytest.approx((40, 30), abs=0.5)
    assert not len(bench.selection.rows)
    qtbot.keyClick(view, Qt.Key.Key_F)
    assert (view.place_of(int(POOL[0])) - before).manhattanLength() < 1


def test_panning_moves_the_picture_without_drawing_the_points_again(qtbot, pane, monkeypatch):
    view = pane.views[0]
    view.grab()
    calls = []
    monkeypatch.setattr("spurview.ui.latent.drawing.drawn", lambda *a: calls.append(a) or 1 / 0)
    drag(view.viewport(), [QPointF(200, 200), QPointF(230, 215)])
    view.grab()
    assert calls == []


def test_tool_keys_change_the_tool_of_both_views(qtbot, pane):
    qtbot.keyClick(pane.views[0], Qt.Key.Key_L)
    assert [view.tool for view in pane.views] == ["lasso", "lasso"]


def test_unselected_points_turn_grey_and_do_not_vanish(bench, pane):
    view = pane.views[1]
    rows = [row for row in POOL if row not in CARRIERS]
    alone = next(r for r in rows if _is_alone(view, r))
    place = view.place_of(int(alone)).toPoint()
    bench.selection.set_rows(CARRIERS)
    image = view.grab().toImage()
    colour, canvas = image.pixelColor(place), image.pixelColor(2, image.height() - 2)
    assert colour != canvas
    assert colour.saturation() < 80


def test_counts_of_the_legend_follow_the_selection(bench, pane):
    assert pane.legend.entries[1].shown_count.words() == "90"
    bench.selection.set_rows(CARRIERS)
    words = [entry.shown_count.words() for entry in pane.legend.entries]
    assert words == ["0", "30 of 90", "0"]


def test_candidates_can_colour_the_points(pane):
    pane.colour_box.setCurrentText("Candidate")
    names = [entry.accessibleName() for entry in pane.legend.entries]
    assert names == ["b · A, 30", "a · A, 12", "none, 198"]


def test_views_say_what_will_appear_before_the_layout_exists(qtbot):
    pane = show(qtbot, PlotsPane(*Bench(without=("/layout",)).parts), 536, 756)
    move(pane.views[0].viewport(), QPointF(100, 100))
    drag(pane.views[0].viewport(), [QPointF(100, 100), QPointF(200, 200)])
    assert pane.views[0].empty_text == EMPTY
    pane.grab()


def test_focusing_a_candidate_selects_its_points(bench, pane):
    bench.focus.candidate_id = STRONG
    assert pane.count_text == "30 of 240"


def test_polygon_is_even_odd():
    at = np.array([[1.0, 1.0], [3.0, 1.0], [0.5, 2.5]])
    triangle = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    assert inside_polygon(at, triangle).tolist() == [True, False, True]


def test_raster_puts_later_points_above_and_cuts_at_the_border():
    dot = np.full((3, 3), 255, np.uint8)
    colours = np.array([[255, 0, 0], [0, 255, 0]], np.uint8)
    x, y = np.array([1.5, 1.5, 0.2, np.nan], np.float32), np.array([3.5, 3.5, 1.5, 1], np.float32)
    grid = Grid(left=0, top=5, across=1, down=1, width=5, height=5)
    ids = top_points(x, y, np.arange(4), grid)
    packed = stamped(ids, np.array([0, 1, 0, 1]), colours, stamps([dot, dot]))
    assert ids[1, 1] == 1
    assert (ids >= 0).sum() == 2
    assert packed[1, 1] == 0xFF00FF00
    assert packed[3, 0] == 0xFFFF0000
    assert packed[4, 4] == 0


def _is_alone(view, row) -> bool:
    place = view.place_of(int(row))
    others = [view.place_of(int(r)) for r in POOL if r != row]
    inside = 60 < place.y() < view.height() - 10
    return inside and min((other - place).manhattanLength() for other in others) > 14


def test_wheel_zooms_at_the_cursor(pane):
    view = pane.views[0]
    row = min(POOL, key=lambda r: abs(view.place_of(int(r)).x() - 200))
    place = view.place_of(int(row))
    other = max(POOL, key=lambda r: (view.place_of(int(r)) - place).manhattanLength())
    before = (view.place_of(int(other)) - place).manhattanLength()
    wheel(view.viewport(), place)
    assert (view.place_of(int(row)) - place).manhattanLength() < 2
    assert (view.place_of(int(other)) - place).manhattanLength() > before * 1.05


def test_a_change_of_theme_changes_the_ground(pane):
    dark = pane.views[0].grab().toImage().pixelColor(3, 3)
    theme.keeper().choose("light")
    assert pane.views[0].grab().toImage().pixelColor(3, 3) == theme.LIGHT.canvas != dark


def test_the_choice_of_colours_stays_whole_beside_a_long_count(qtbot):
    holder = QWidget()
    qtbot.addWidget(holder)
    row = ToolRow(holder)
    row.set_narrow(True)
    holder.show()
    wanted = row.colour_box.sizeHint().width()
    long = "1,320 of 2,000,000"
    told = []
    for width, words in ((360, "9 of 20"), (360, long), (700, long)):
        row.count.show_words(words, words.split()[0])
        row.setGeometry(0, 0, width, 40)
        qtbot.waitUntil(lambda: row.count.geometry().right() < row.width())
        assert row.colour_box.width() >= wanted
        assert row.count.words == row.count.toolTip() == words
        told.append(row.count.text())
    assert told == ["9 of 20", "1,320", long]
