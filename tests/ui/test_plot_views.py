"""Views added, exchanged and closed; layouts that jobs make; samples; what a view saves."""

from __future__ import annotations

import csv
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog

from spurview.core.errors import SaveError
from spurview.jobs import JobRunner
from spurview.pipeline import tsne
from spurview.ui import theme
from spurview.ui.latent import layout_work, plots_pane
from spurview.ui.latent.plot_export import save_plot
from spurview.ui.latent.plots_pane import MOST_VIEWS, PlotsPane
from spurview.ui.latent.view_kinds import KINDS
from spurview.ui.latent.view_menu import sheet_of
from spurview.ui.selection import Rows
from tests.constructed import CARRIERS, N_INTEREST, N_POOL
from tests.ui.view_bench import Bench, drag, show

POOL = np.arange(N_INTEREST, N_INTEREST + N_POOL)
# In place of t-SNE: takes two columns as they are.
COPIES = "import sys, numpy as np; np.save(sys.argv[2], np.load(sys.argv[1])[:, :2])"
SLEEPS = "import time; print('[t-SNE] Iteration 75: error', flush=True); time.sleep(600)"


@pytest.fixture
def runner(qapp):
    made = JobRunner()
    yield made
    made.close()


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def pane(qtbot, bench, runner) -> PlotsPane:
    return show(qtbot, PlotsPane(*bench.parts, runner), 560, 900)


@pytest.fixture
def child(monkeypatch):
    """Have another program run in place of t-SNE; gives the processes started."""
    started = []
    make = subprocess.Popen

    def popen(*args, **kwargs):
        started.append(make(*args, **kwargs))
        return started[-1]

    def use(code):
        monkeypatch.setattr(
            tsne, "command", lambda *args: [sys.executable, "-c", code, *map(str, args)]
        )
        return started

    monkeypatch.setattr(subprocess, "Popen", popen)
    return use


def choose(button, title) -> None:
    """Take an entry of a button's menu."""
    next(action for action in button.menu().actions() if action.text() == title).trigger()


def test_a_view_is_added_changed_and_closed(qtbot, pane):
    told = []
    pane.kinds_changed.connect(told.append)
    choose(pane.tool_row.view_button, "Content")
    choose(pane.frames[2].title, "Unusual for its content")
    qtbot.mouseClick(pane.frames[0].close_button, Qt.MouseButton.LeftButton)
    assert told == [
        ["content", "residual", "content"],
        ["content", "residual", "residual"],
        ["residual", "residual"],
    ]
    assert len(pane.views) == 2


def test_the_last_view_cannot_be_closed_and_there_are_at_most_four(pane):
    for _ in range(5):
        pane.add_view("content")
    assert len(pane.views) == MOST_VIEWS
    assert not pane.tool_row.view_button.isEnabled()
    for frame in list(pane.frames):
        pane.close_view(frame)
    assert len(pane.views) == 1
    assert pane.frames[0].close_button.isHidden()


def test_an_added_view_is_linked_and_has_the_tool(pane, bench):
    pane.set_tool("rectangle")
    pane.add_view("residual")
    view = pane.views[2]
    pane.grab()
    places = [view.place_of(int(row)) for row in CARRIERS]
    x, y = [p.x() for p in places], [p.y() for p in places]
    drag(view.viewport(), [QPointF(min(x) - 4, min(y) - 4), QPointF(max(x) + 4, max(y) + 4)])
    assert bench.selection.rows.tolist() == CARRIERS.tolist()
    assert pane.views[0].drawing.chosen.tolist() == (CARRIERS - N_INTEREST).tolist()


def test_a_closed_view_no_longer_follows_the_selection(pane, bench):
    closed = pane.views[0]
    pane.close_view(pane.frames[0])
    bench.selection.set_rows(CARRIERS)
    assert closed.drawing.chosen is None


def test_the_window_remembers_its_views(qtbot, window):
    window.workspace.plots.add_view("tsne")
    assert window.preferences.remembered.plot_views == ["content", "residual", "tsne"]
    again = type(window.preferences)(window.preferences.folder)
    assert again.remembered.plot_views == ["content", "residual", "tsne"]


def test_unknown_kinds_of_a_newer_version_are_passed_over(pane):
    pane.set_kinds(["confidence", "hologram"])
    assert pane.kinds == ["confidence"]
    pane.set_kinds(["hologram"])
    assert pane.kinds == ["content", "residual"]


def test_confidence_against_typicality_is_computed_when_shown(qtbot, pane, bench):
    pane.set_kinds(["confidence"])
    view = pane.views[0]
    qtbot.waitUntil(lambda: view.shown is not None)
    axes = view.axes_px()
    assert (axes.across, axes.up) == ("confidence", "typicality")
    nines = [words for _, words in axes.ticks]
    assert nines[:3] == [".5", ".9", ".99"]
    logits = bench.document.reader.read("/predictions/logits").astype(float)
    row = POOL[np.argmax((np.sort(logits)[:, -1] - np.sort(logits)[:, -2])[POOL])]
    others = [view.place_of(int(r)).x() for r in POOL if r != row]
    assert view.place_of(int(row)).x() > np.percentile(others, 90)


def test_tsne_waits_to_be_asked_for(pane):
    pane.set_kinds(["tsne"])
    frame = pane.frames[0]
    assert not frame.compute_button.isHidden()
    assert frame.view.shown is None
    assert "when you ask for it" in frame.view.empty_text


def test_a_sample_says_so_and_only_its_points_can_be_selected(
    qtbot, pane, bench, child, monkeypatch
):
    child(COPIES)
    monkeypatch.setattr(layout_work, "SAMPLE", 90)
    pane.set_kinds(["tsne"])
    frame = pane.frames[0]
    qtbot.mouseClick(frame.compute_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.view.shown is not None, timeout=20_000)
    assert frame.subtitle.startswith("sample: 90 of 240, drawn by class")
    predicted = bench.document.reader.read("/predictions/class")
    sampled = frame.view.shown.colouring.rows
    assert np.bincount(predicted[sampled]).tolist() == [30, 30, 30]
    size = frame.view.viewport().rect()
    everything: Rows = frame.view.rows_inside(
        [
            QPointF(p)
            for p in (size.topLeft(), size.topRight(), size.bottomRight(), size.bottomLeft())
        ]
    )
    assert everything.tolist() == sampled.tolist()


def test_a_computed_layout_is_kept_and_shown_at_once_the_next_time(qtbot, pane, child):
    started = child(COPIES)
    pane.set_kinds(["tsne"])
    pane.layouts.start(KINDS["tsne"])
    qtbot.waitUntil(lambda: pane.views[0].shown is not None, timeout=20_000)
    pane.set_kinds(["content"])
    pane.set_kinds(["tsne"])
    assert pane.views[0].shown is not None
    assert len(started) == 1


def test_cancelling_a_layout_ends_its_process(qtbot, pane, child):
    started = child(SLEEPS)
    pane.set_kinds(["tsne"])
    frame = pane.frames[0]
    qtbot.mouseClick(frame.compute_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.view.empty_text == "Laying out, 10 %", timeout=20_000)
    qtbot.mouseClick(frame.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not frame.compute_button.isHidden())
    assert started[0].returncode is not None
    assert frame.cancel_button.isHidden()


def test_a_layout_that_fails_says_why_in_the_view(qtbot, pane, child):
    child("raise SystemExit(3)")
    pane.set_kinds(["tsne"])
    pane.layouts.start(KINDS["tsne"])
    qtbot.waitUntil(
        lambda: pane.views[0].empty_text.startswith("t-SNE ended early"), timeout=20_000
    )


def test_a_real_tsne_keeps_neighbours_together(tmp_path):
    rng = np.random.default_rng(0)
    groups = np.repeat(np.eye(3, 5, dtype=np.float32) * 20, 20, axis=0)
    points, result = tmp_path / "points.npy", tmp_path / "result.npy"
    np.save(points, groups + rng.normal(size=(60, 5)).astype(np.float32))
    command = tsne.command(points, result, 0)
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    at = np.load(result).reshape(3, 20, 2)
    within = np.linalg.norm(at - at.mean(1, keepdims=True), axis=2).max()
    between = np.linalg.norm(at.mean(1)[[0, 0, 1]] - at.mean(1)[[1, 2, 2]], axis=1).min()
    assert between > 2 * within
    assert tsne.progress_of(said) == (tsne.ITERATIONS, tsne.ITERATIONS, "laying out")
    assert tsne.progress_of("")[0] == 0


def test_another_run_of_the_embedding_needs_another_layout(qtbot, pane, bench, child):
    child(COPIES)
    pane.set_kinds(["tsne"])
    pane.layouts.start(KINDS["tsne"])
    qtbot.waitUntil(lambda: pane.views[0].shown is not None, timeout=20_000)
    bench.document.info.stages["embedding"] = type(bench.document.info.stages["embedding"])(
        fingerprint="f" * 32,
        finished="2026-01-02T03:04:05Z",
        seconds=1.0,
        device="cpu",
        spurview="0.1.0",
    )
    pane.reload()
    assert pane.views[0].shown is None
    assert not pane.frames[0].compute_button.isHidden()


def saved(pane, path):
    save_plot(path, sheet_of(pane.frames[1], pane.legend, pane.colouring), {"project": "5f0c"})
    return path


def test_a_plot_is_saved_as_a_picture_in_the_light_colours(pane, tmp_path):
    picture = QImage(str(saved(pane, tmp_path / "plot.png")))
    assert picture.width() == 3 * pane.views[1].viewport().width()
    assert picture.pixelColor(1, 1).name() == "#ffffff"
    assert picture.text("project") == "5f0c"
    place = pane.views[1].place_of(int(CARRIERS[0]))
    colours = {
        picture.pixelColor(int(3 * place.x()) + dx, int(3 * (place.y() + 44)) + dy).name()
        for dx in range(-6, 7)
        for dy in range(-6, 7)
    }
    # The constructed layout is stale, and so is paler than the class's colour.
    assert QColor(*pane.views[1].shown.style(theme.LIGHT).colours[1].tolist()).name() in colours


def test_a_plot_is_saved_as_paths_without_hidden_groups(qtbot, pane, tmp_path):
    qtbot.mouseClick(pane.legend.entries[0], Qt.MouseButton.LeftButton)
    svg = saved(pane, tmp_path / "plot.svg").read_text()
    assert "<image" not in svg
    style = pane.views[1].shown.style(theme.LIGHT)
    hidden, shown, _ = (QColor(*colour).name() for colour in style.colours.tolist())
    assert shown in svg.lower()
    assert hidden not in svg.lower()
    assert "project 5f0c" in svg


def test_a_plot_that_cannot_be_saved_is_told(pane, tmp_path):
    with pytest.raises(SaveError, match="choose another folder"):
        saved(pane, tmp_path / "missing" / "plot.png")


def test_keys_of_the_selection_are_exported(qtbot, pane, bench, tmp_path, monkeypatch):
    target = tmp_path / "keys.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), "Tables (*.csv)"))
    bench.selection.set_rows(CARRIERS[:3])
    with qtbot.waitSignal(pane.menu.said):
        pane.menu.save_keys()
    with target.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows] == ["pool/000.png", "pool/001.png", "pool/002.png"]
    assert {row["class"] for row in rows} == {"b"}


def test_the_menu_offers_only_what_can_be_done(qtbot, pane, bench):
    pane.views[0].menu_requested.emit(pane.mapToGlobal(pane.rect().center()))
    assert [a.isEnabled() for a in pane.menu.menu.actions()] == [True, False, True, False]
    pane.menu.menu.close()
    bench.selection.set_rows(CARRIERS)
    pane.views[0].menu_requested.emit(pane.mapToGlobal(pane.rect().center()))
    assert all(a.isEnabled() for a in pane.menu.menu.actions())
    pane.menu.menu.close()


def test_the_pane_grows_narrow_without_losing_the_button(pane):
    pane.resize(plots_pane.NARROW_PX - 20, 700)
    assert pane.tool_row.view_button.text() == ""
    assert pane.tool_row.view_button.accessibleName() == "Add a view"
