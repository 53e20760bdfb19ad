"""What keeps the window quick whatever the size of the project, told by counting calls."""

from __future__ import annotations

import sys
import threading
from collections import Counter

import h5py
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication

from spurview.jobs import Job
from spurview.project import hdf5
from spurview.ui.images.image_grid import ImageGrid
from spurview.ui.images.tiles import Tiles
from spurview.ui.selection import Focus


@pytest.fixture
def met(monkeypatch):
    """Threads in which HDF5 was called, with how often."""
    threads: Counter[int] = Counter()
    for owner, name in (
        (hdf5, "load"),
        (h5py.h5f, "create"),
        (h5py.h5f, "open"),
        (h5py.h5f, "flush"),
        (h5py.h5d, "create"),
        (h5py.h5d, "open"),
    ):
        plain = getattr(owner, name)

        def told(*args, _plain=plain, **kwargs):
            threads[threading.get_ident()] += 1
            return _plain(*args, **kwargs)

        monkeypatch.setattr(owner, name, told)
    return threads


def test_hdf5_is_never_called_on_the_windows_thread(qtbot, met, window):
    """Opening, looking at images, judging and saving."""
    window.grab()
    qtbot.keyClick(window, Qt.Key.Key_S)
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.document.is_modified, timeout=30_000)
    # Saving writes through HDF5: had nothing been counted, nothing would be shown here.
    assert sum(met.values()) > 0
    assert met[threading.get_ident()] == 0


def work_of_a_move(qtbot, document, n_rows):
    """Steps of the interpreter while the mouse moves over three cells of a grid of n rows.

    Steps, not calls: a loop or comprehension over all rows need not call anything.
    """
    grid = ImageGrid(document, Tiles(document), Focus())
    qtbot.addWidget(grid)
    grid.resize(400, 300)
    grid.show_rows(np.arange(n_rows) % 60)
    grid.show()
    QApplication.processEvents()

    def moved():
        for step in range(3):
            qtbot.mouseMove(grid.viewport(), QPoint(20 + 40 * step, 30))
            QApplication.processEvents()

    moved()
    return steps_of(moved)


def steps_of(do):
    """Steps of the interpreter, in all functions that Python calls meanwhile."""
    steps = 0

    def count(frame, event, argument):
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        do()
    finally:
        sys.settrace(before)
    return steps


def test_a_loop_without_calls_is_counted():
    few, many = (steps_of(lambda n=n: [row + 1 for row in range(n)]) for n in (10, 1000))
    assert many > few + 2000


def test_a_mouse_move_over_the_grid_costs_the_same_for_many_images(qtbot, document):
    few, many = (work_of_a_move(qtbot, document, n) for n in (200, 200_000))
    assert few > 0
    assert many <= 1.2 * few + 200


def test_as_many_cells_are_painted_of_many_images_as_of_few(qtbot, document):
    painted = []
    for n_rows in (500, 500_000):
        grid = ImageGrid(document, Tiles(document), Focus())
        qtbot.addWidget(grid)
        grid.resize(400, 300)
        grid.show_rows(np.arange(n_rows) % 60)
        grid.show()
        QApplication.processEvents()
        grid.viewport().repaint()
        painted.append(grid.painted_cells)
    assert 0 < painted[0] == painted[1] < 200


class Heard(QObject):
    """Counts the events of the whole application by their type."""

    def __init__(self):
        super().__init__()
        self.types: Counter[QEvent.Type] = Counter()

    def eventFilter(self, watched, event):
        self.types[event.type()] += 1
        return False


def test_a_step_of_a_run_changes_no_action_and_paints_with_the_window(qtbot, window, monkeypatch):
    """Five times a second while a network trains: all of it is time the window does not answer."""
    run, heard = window.workspace.run, Heard()
    monkeypatch.setattr(run, "_job", Job("run", lambda report, deliver: None))
    for step in (1, 2):
        run._on_progress(step, 1000, "classifier: epoch 1 of 6")
        QApplication.processEvents()
    QApplication.instance().installEventFilter(heard)
    try:
        run._on_progress(500, 1000, "classifier: epoch 1 of 6")
        assert heard.types[QEvent.Type.Paint] == 0
        QApplication.processEvents()
    finally:
        QApplication.instance().removeEventFilter(heard)
    assert window.status.progress.value() == window.status.progress.maximum() // 2
    assert heard.types[QEvent.Type.Paint] > 0
    assert heard.types[QEvent.Type.ActionChanged] == 0
