"""Many points: what one mouse move may cost, told by counting instead of by clocks."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from spurview.ui import theme
from spurview.ui.latent import drawing, picture
from spurview.ui.latent.colouring import Colouring, Group
from spurview.ui.latent.latent_view import LatentView
from spurview.ui.latent.layout import Layout
from spurview.ui.latent.raster import mixed_order
from spurview.ui.latent.shown import Shown
from spurview.ui.selection import Focus, Selection
from tests.ui.view_bench import drag, move, show, wheel

MANY = 60_000


class Watched(np.ndarray):
    """An array that tells of every numpy operation on all of it."""

    met: ClassVar[Counter[str]] = Counter()

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        Watched.met["ufunc"] += max(getattr(i, "size", 1) for i in inputs) >= MANY
        plain = [i.view(np.ndarray) if isinstance(i, Watched) else i for i in inputs]
        return getattr(ufunc, method)(*plain, **kwargs)

    def __getitem__(self, index):
        Watched.met["index"] += getattr(index, "size", 1) >= MANY
        return self.view(np.ndarray)[index]


def shown_of(n: int, *, watched: bool = False) -> Shown:
    rng = np.random.default_rng(0)
    at = rng.normal(size=(n, 2)).astype(np.float32)
    codes = (np.arange(n) % 3).astype(np.uint8)
    groups = tuple(Group(name, i) for i, name in enumerate("abc"))
    colouring = Colouring("Predicted", groups, np.arange(n), codes)
    made = Shown.of(Layout(at, ""), colouring, frozenset())
    if watched:
        for name in ("x", "y", "is_visible"):
            object.__setattr__(made, name, getattr(made, name).view(Watched))
    return made


@pytest.fixture
def parts(qapp):
    return Selection(), Focus()


@pytest.fixture
def view(qtbot, parts) -> LatentView:
    made = show(qtbot, LatentView("Content", *parts), 500, 400)
    yield made
    made.finish()


def shows(qtbot, view: LatentView, shown: Shown) -> None:
    view.show_points(shown)
    view.viewport().update()
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)


def calls_of(do) -> int:
    """Python calls made while doing something."""
    counted = 0

    def count(frame, event, _):
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        do()
    finally:
        sys.setprofile(None)
    return counted


def moves(view: LatentView) -> None:
    for step in range(6):
        move(view.viewport(), QPointF(200 + step, 180 + step))
    drag(view.viewport(), [QPointF(200, 200), QPointF(204, 203), QPointF(208, 206)])


def test_many_points_are_drawn_off_the_windows_thread(qtbot, view, monkeypatch):
    threads = []

    def watched(*args):
        threads.append(threading.current_thread().name)
        return picture.drawn(*args)

    monkeypatch.setattr(drawing, "drawn", watched)
    shows(qtbot, view, shown_of(MANY))
    assert set(threads) == {"spurview-plot"}


def test_no_thread_is_left_once_a_picture_is_there(qtbot, view):
    shows(qtbot, view, shown_of(MANY))
    qtbot.waitUntil(lambda: all(t.name != "spurview-plot" for t in threading.enumerate()))


def test_hover_and_pan_touch_no_array_of_all_points(qtbot, view):
    shows(qtbot, view, shown_of(MANY, watched=True))
    view.grab()
    Watched.met.clear()
    moves(view)
    view.grab()
    assert view.row_at(QPointF(250, 200)) is not None
    assert sum(Watched.met.values()) == 0
    # A lasso does look at all points: what is counted is seen.
    view.rows_inside([QPointF(100, 100), QPointF(300, 100), QPointF(200, 300)])
    assert sum(Watched.met.values()) > 0


def test_a_mouse_move_makes_as_many_calls_for_many_points_as_for_few(qtbot, view):
    counted = []
    for n in (3_000, MANY):
        shows(qtbot, view, shown_of(n))
        view.grab()
        moves(view)
        counted.append(calls_of(lambda: moves(view)))
    assert counted[1] < 1.3 * counted[0]


def test_panning_within_the_margin_draws_no_new_picture(qtbot, view):
    shows(qtbot, view, shown_of(MANY))
    before = view.drawing.picture
    drag(view.viewport(), [QPointF(200, 200), QPointF(260, 250)])
    view.grab()
    assert view.drawing.picture is before
    assert view.is_settled


def test_zooming_shows_the_old_picture_until_the_next_is_there(qtbot, view):
    shows(qtbot, view, shown_of(MANY))
    before = view.drawing.picture
    wheel(view.viewport(), QPointF(200, 200), 3)
    assert view.drawing.picture is before
    assert not view.is_settled
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    assert view.drawing.picture is not before


def test_another_selection_needs_no_pass_over_all_points(qtbot, view, parts, monkeypatch):
    shows(qtbot, view, shown_of(MANY))
    lengths = []
    top_points = picture.top_points

    def watched(x, y, order, grid):
        lengths.append(len(order))
        return top_points(x, y, order, grid)

    monkeypatch.setattr(picture, "top_points", watched)
    for rows in (np.arange(100), np.arange(50, 7000)):
        parts[0].set_rows(rows)
        view.viewport().update()
        qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    assert lengths == [100, 6950]


def test_the_selected_lie_above_all_others_and_are_hovered_first(qtbot, view, parts):
    shown = shown_of(MANY)
    shows(qtbot, view, shown)
    middle = np.argsort(np.hypot(shown.x, shown.y))[:300]
    buried = next(
        int(i) for i in middle if view.drawing.picture.top[view.drawing.picture.top == i].size == 0
    )
    parts[0].set_rows([buried])
    view.viewport().update()
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    assert (view.drawing.picture.top == buried).sum() == 1


def test_no_class_covers_the_others_though_it_comes_last(qtbot, view):
    rng = np.random.default_rng(1)
    n = MANY
    at = rng.normal(scale=0.3, size=(n, 2)).astype(np.float32)
    codes = np.repeat([0, 1, 2], n // 3).astype(np.uint8)
    groups = tuple(Group(name, i) for i, name in enumerate("abc"))
    colouring = Colouring("Predicted", groups, np.arange(n), codes)
    shows(qtbot, view, Shown.of(Layout(at, ""), colouring, frozenset()))
    top = view.drawing.picture.top
    seen = np.bincount(codes[top[top >= 0]], minlength=3)
    assert seen.min() > 0.9 * seen.max()


def test_nearest_of_the_visible_points_is_hovered(qtbot, view):
    shown = shown_of(MANY)
    shows(qtbot, view, shown)
    rng = np.random.default_rng(2)
    scale = view.scale_now
    for place in rng.uniform((150, 100), (350, 300), (40, 2)):
        at = QPointF(*place)
        distances = scale.distances_px(shown.x, shown.y, at)
        found = view.row_at(at)
        # Of two points on one pixel the upper is taken: at most a pixel's width farther away.
        assert distances[found] <= distances.min() + 1.5


@pytest.mark.parametrize("key", [Qt.Key.Key_Plus, Qt.Key.Key_Minus])
def test_hover_after_a_zoom_uses_the_old_picture_rightly(qtbot, view, key):
    shown = shown_of(MANY)
    shows(qtbot, view, shown)
    qtbot.keyClick(view, key)
    place = QPointF(250, 190)
    found = view.row_at(place)
    distances = view.scale_now.distances_px(shown.x, shown.y, place)
    assert distances[found] <= distances.min() + 3


def test_a_selected_heap_keeps_its_colours(qtbot, view, parts):
    shown = shown_of(MANY)
    shows(qtbot, view, shown)
    heap = np.sort(np.argsort(np.hypot(shown.x, shown.y))[:4000])
    parts[0].set_rows(heap)
    view.viewport().update()
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    image = view.grab().toImage()
    place = view.scale_now.to_px(0.0, 0.0).toPoint()
    near = [
        image.pixelColor(place.x() + dx, place.y() + dy).name()
        for dx in range(-6, 7)
        for dy in range(-6, 7)
    ]
    colours = {QColor(*c).name() for c in shown.style(theme.current()).colours.tolist()}
    assert np.mean([name in colours for name in near]) > 0.8


@pytest.mark.parametrize("n_points", [0, 1, 2, 3, 10, 4096, 60_000])
def test_the_mixed_order_has_every_point_once_and_begins_everywhere(n_points):
    order = mixed_order(n_points)
    assert np.array_equal(np.sort(order), np.arange(n_points))
    tenths = np.histogram(order[: n_points // 4], 10, (0, max(n_points, 1)))[0]
    assert n_points < 1000 or tenths.min() > 0.9 * tenths.max()
