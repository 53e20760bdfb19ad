"""The image grid and the large view, through real widgets."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from spurview.ui.images.images_pane import ImagesPane
from spurview.ui.images.tiles import Look, Tiles, nearest_elsewhere, references, whole_factors
from tests.constructed import CARRIERS, N_INTEREST
from tests.ui.view_bench import STRONG, WEAK, Bench, move, show

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def pane(qtbot, bench) -> ImagesPane:
    return show(qtbot, ImagesPane(*bench.parts), 550, 404)


def click(qtbot, grid, index, keys=Qt.KeyboardModifier.NoModifier):
    place = grid.cell_rect(index).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, keys, place)


def test_nothing_selected_shows_no_images(pane):
    assert pane.grid.rows == []
    assert not pane.grid.isVisible()


def test_a_focused_candidate_shows_its_members_most_typical_first(bench, pane):
    bench.focus.candidate_id = STRONG
    assert pane.grid.rows == bench.document.rows[STRONG].members.tolist()
    assert pane.caption == "30 in b · A, most typical first"


def test_another_selection_is_ordered_by_the_candidates_score(bench, pane):
    bench.focus.candidate_id = STRONG
    bench.selection.set_rows([200, CARRIERS[4], 201, CARRIERS[9]])
    assert set(pane.grid.rows[:2]) == {CARRIERS[4], CARRIERS[9]}
    assert pane.caption == "4 selected, closest to b · A first"


def test_a_selection_without_a_candidate_keeps_the_order_of_rows(bench, pane):
    bench.selection.set_rows([90, 70, 80])
    assert pane.grid.rows == [70, 80, 90]
    assert pane.caption == "3 selected"


def test_rows_shown_on_request_keep_their_order_and_caption(bench, pane):
    pane.show_rows([90, 70, 80], "3 carriers, b · A")
    assert pane.grid.rows == [90, 70, 80]
    assert pane.caption == "3 carriers, b · A"
    bench.selection.set_rows([70])
    assert pane.caption == "1 selected"


def test_only_visible_cells_are_painted_and_read(qtbot, bench, pane, monkeypatch):
    read = []
    reader = bench.document.reader
    original = type(reader).read_rows
    monkeypatch.setattr(
        type(reader),
        "read_rows",
        lambda self, name, rows: read.append((name, len(list(rows)))) or original(self, name, rows),
    )
    bench.selection.set_rows(np.arange(N_INTEREST, N_INTEREST + 240))
    pane.grab()
    assert len(pane.grid.rows) == 240
    assert 0 < pane.grid.painted_cells <= 36
    assert sum(n for name, n in read if name == "/images/pixels") <= 36


def test_scrolling_paints_other_cells(bench, pane):
    bench.selection.set_rows(np.arange(N_INTEREST, N_INTEREST + 240))
    bar = pane.grid.verticalScrollBar()
    bar.setValue(bar.maximum())
    pane.grab()
    assert pane.grid.viewport().rect().contains(pane.grid.cell_rect(239))
    assert pane.grid.painted_cells <= 36


def test_click_makes_an_image_active(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    click(qtbot, pane.grid, 4)
    assert bench.focus.row == pane.grid.rows[4]


def test_hover_is_told(bench, pane):
    bench.focus.candidate_id = STRONG
    move(pane.grid.viewport(), pane.grid.cell_rect(2).center())
    assert bench.focus.hovered_row == pane.grid.rows[2]


def test_a_row_hovered_elsewhere_is_ringed(bench, pane):
    bench.focus.candidate_id = STRONG
    before = pane.grid.grab().toImage()
    bench.focus.hovered_row = pane.grid.rows[2]
    assert pane.grid.grab().toImage() != before


def test_arrows_walk_the_grid(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    qtbot.keyClick(pane.grid, Qt.Key.Key_Right)
    qtbot.keyClick(pane.grid, Qt.Key.Key_Down)
    columns = sum(pane.grid.cell_rect(i).top() == pane.grid.cell_rect(0).top() for i in range(30))
    assert bench.focus.row == pane.grid.rows[1 + columns]


def test_end_brings_the_last_image_into_sight(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    qtbot.keyClick(pane.grid, Qt.Key.Key_End)
    assert pane.grid.viewport().rect().contains(pane.grid.cell_rect(29))


def test_shift_extends_a_range_into_the_selection(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    click(qtbot, pane.grid, 1)
    click(qtbot, pane.grid, 3, SHIFT)
    assert bench.selection.rows.tolist() == sorted(pane.grid.rows[1:4])
    assert len(pane.grid.rows) == 30


def test_ctrl_c_copies_the_active_picture(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(pane.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() == pane.grid.cell_rect(0).width()


def test_size_slider_snaps_to_whole_factors(bench, pane):
    bench.focus.candidate_id = STRONG
    assert pane.grid.cell_rect(0).width() == 80
    pane.size_slider.setValue(pane.size_slider.maximum())
    assert pane.grid.cell_rect(0).width() == 256
    assert whole_factors(28, 28) == [2, 3, 4, 5, 6, 7, 8, 9]


def test_tiles_of_one_candidate_are_not_shown_for_another(bench):
    tiles = Tiles(bench.document)
    row = int(CARRIERS[0])
    strong, weak = (tiles.pictures([row], Look(candidate_id=c))[0] for c in (STRONG, WEAK))
    assert strong != weak


def test_the_cache_is_bounded(bench, monkeypatch):
    monkeypatch.setattr("spurview.ui.images.tiles.CACHE_BYTES", 20_000)
    tiles = Tiles(bench.document)
    tiles.pictures(range(60, 120), Look())
    assert len(tiles) <= 3


def test_reference_is_the_mean_of_the_neighbours(bench):
    near = bench.document.reader.read_rows("/embedding/neighbours", [70])[0]
    pixels = bench.document.reader.read_rows("/images/pixels", near)
    assert references(bench.document.reader, [70])[0] == pytest.approx(pixels.mean(axis=0))


def test_reference_leaves_out_carriers_while_two_others_remain(bench):
    reader = bench.document.reader
    near = reader.read_rows("/embedding/neighbours", [70])[0]
    carriers = np.zeros(300, bool)
    carriers[near[2:]] = True
    expected = reader.read_rows("/images/pixels", near[~carriers[near]]).mean(axis=0)
    assert references(reader, [70], carriers)[0] == pytest.approx(expected)
    everywhere = references(reader, [70], np.ones(300, bool))
    assert everywhere == pytest.approx(references(reader, [70]))


def test_neighbours_in_the_large_view_are_of_other_classes(bench):
    reader = bench.document.reader
    classes, latents = reader.read("/predictions/class"), reader.read("/latents")
    near = nearest_elsewhere(reader, 70)
    away = np.linalg.norm(latents - latents[70], axis=1)
    assert (classes[near] != classes[70]).all()
    assert (np.diff(away[near]) >= 0).all()
    assert (near >= N_INTEREST).all()


def test_images_are_shown_before_the_embedding_has_run(qtbot):
    bench = Bench(without=("/embedding", "/latents", "/layout", "/candidates", "/verification"))
    pane = show(qtbot, ImagesPane(*bench.parts), 550, 404)
    bench.selection.set_rows([70, 71])
    pane.look.what = "residual"
    pane.grab()
    assert pane.grid.painted_cells == 2


def test_enter_opens_the_large_view_and_arrows_step(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    qtbot.keyClick(pane.grid, Qt.Key.Key_Return)
    large = pane.large_view
    qtbot.addWidget(large)
    assert large.row == pane.grid.rows[0]
    qtbot.keyClick(large, Qt.Key.Key_Right)
    assert large.row == bench.focus.row == pane.grid.rows[1]
    qtbot.keyClick(large, Qt.Key.Key_Left)
    qtbot.keyClick(large, Qt.Key.Key_Left)
    assert large.row == pane.grid.rows[0]


def test_large_view_keys_change_how_both_views_look(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    pane.open_large(pane.grid.rows[2])
    large = pane.large_view
    qtbot.addWidget(large)
    qtbot.keyClick(large, Qt.Key.Key_2)
    qtbot.keyClick(large, Qt.Key.Key_V)
    assert pane.grid.look.highlight.mode == "outline"
    assert pane.grid.look.what == "residual"
    large.grab()


def test_large_picture_stands_at_a_whole_factor(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    pane.open_large(pane.grid.rows[2])
    qtbot.addWidget(pane.large_view)
    assert pane.large_view.picture.picture().width() % 16 == 0


def test_escape_closes_the_large_view(qtbot, bench, pane):
    bench.focus.candidate_id = STRONG
    pane.open_large(pane.grid.rows[2])
    qtbot.addWidget(pane.large_view)
    qtbot.keyClick(pane.large_view, Qt.Key.Key_Escape)
    assert not pane.large_view.isVisible()
