"""A seeded monkey at the window: random mouse, keys and commands leave no exception and no thread.

5,000 deeds in the suite, about a minute; a quarter of an hour in the slow test, which also watches
memory. File dialogs are replaced; everything else is real. A failure names its seed and its last
deeds.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox, QWidget
from shiboken6 import isValid

from spurview.ui import main_window, menus, start_page

KEYS = [
    *(Qt.Key(code) for code in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1)),
    *(Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_F6),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Delete),
    *(Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Backspace),
]
MODIFIERS = [
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
]
# The monkey stays in the project, and computes nothing that takes minutes.
LEFT_OUT = {
    "quit",
    "open_sample",
    "close_project",
    "run",
    "chance",
    "new_candidate",
    "compute_by_hand",
}
# About a minute on an idle core.
DEEDS = 5000
LEFT_OUT_KEYS = {Qt.Key.Key_Q, Qt.Key.Key_W, Qt.Key.Key_R, Qt.Key.Key_G, Qt.Key.Key_O, Qt.Key.Key_N}


class Monkey:
    """Does one random thing after the other, the same ones for the same seed."""

    def __init__(self, window: QWidget, seed: int) -> None:
        self.window, self.seed = window, seed
        self.rng = np.random.default_rng(seed)
        self.deeds: list[str] = []
        self._seen: list[QWidget] = []

    def act(self) -> None:
        """One deed, and what Qt has to do after it."""
        deed = self.rng.choice(["click", "drag", "key", "key", "command", "wheel", "size"])
        getattr(self, f"_{deed}")()
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if len(self.deeds) % 10 == 0:
            self._tidy()

    def _tell(self, *words: object) -> None:
        self.deeds.append(" ".join(str(word) for word in words))

    def _top(self) -> QWidget:
        return QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window

    def _widget(self) -> QWidget:
        top = self._top()
        # Kept until the deed is done: with Python's last word of a part the part itself may go, and
        # what lies in it. Those of the deed before go here, so what is left is asked afterwards.
        self._seen = [top, *top.findChildren(QWidget)]
        inside = [w for w in self._seen[1:] if isValid(w) and w.isVisible() and w.isEnabled()]
        if inside:
            return inside[int(self.rng.integers(len(inside)))]
        return top if isValid(top) else self.window

    def _place(self, widget: QWidget) -> QPoint:
        width, height = max(widget.width(), 1), max(widget.height(), 1)
        return QPoint(int(self.rng.integers(width)), int(self.rng.integers(height)))

    def _modifier(self) -> Qt.KeyboardModifier:
        return MODIFIERS[int(self.rng.integers(len(MODIFIERS)))]

    def _click(self) -> None:
        widget = self._widget()
        place, twice = self._place(widget), self.rng.random() < 0.2
        self._tell("click", type(widget).__name__, widget.accessibleName(), place.toTuple())
        button = Qt.MouseButton.LeftButton
        if twice:
            QTest.mouseDClick(widget, button, self._modifier(), place)
        else:
            QTest.mouseClick(widget, button, self._modifier(), place)

    def _drag(self) -> None:
        if self._top() is not self.window or self.window.workspace is None:
            return
        views = self.window.workspace.plots.views
        port = views[int(self.rng.integers(len(views)))].viewport()
        keys, left = self._modifier(), Qt.MouseButton.LeftButton
        self._tell("drag", keys)
        QTest.mousePress(port, left, keys, self._place(port))
        for _ in range(4):
            QTest.mouseMove(port, self._place(port))
        QTest.mouseRelease(port, left, keys, self._place(port))

    def _key(self) -> None:
        key, keys = KEYS[int(self.rng.integers(len(KEYS)))], self._modifier()
        if keys & Qt.KeyboardModifier.ControlModifier and key in LEFT_OUT_KEYS:
            return
        target = QApplication.focusWidget() or self._top()
        self._tell("key", key, keys, type(target).__name__)
        QTest.keyClick(target, key, keys)

    def _command(self) -> None:
        if self._top() is not self.window:
            return
        commands = self.window.menus.commands()
        command = commands[int(self.rng.integers(len(commands)))]
        if command.action.objectName() in LEFT_OUT or "recent" in command.where:
            return
        self._tell("command", command.where, command.name)
        command.action.trigger()

    def _wheel(self) -> None:
        widget = self._widget()
        self._tell("move", type(widget).__name__)
        QTest.mouseMove(widget, self._place(widget))

    def _size(self) -> None:
        width, height = int(self.rng.integers(1024, 1700)), int(self.rng.integers(680, 1000))
        if self.rng.random() < 0.2:
            self._tell("size", width, height)
            self.window.resize(width, height)

    def _tidy(self) -> None:
        """Close pop-overs, menus and questions, so that the window is played with most."""
        while (top := self._top()) is not self.window:
            self._tell("close", type(top).__name__)
            if isinstance(top, QMessageBox):
                top.reject()
            elif not top.close():
                break
            QApplication.processEvents()


@pytest.fixture
def no_samples(monkeypatch):
    """The samples of the source are not the monkey's to change."""
    for module in (main_window, menus, start_page):
        monkeypatch.setattr(module, "sample_projects", list)


@pytest.fixture
def monkey(window, monkeypatch, tmp_path):
    """A monkey, and file dialogs that answer at once."""
    out = tmp_path / "out"
    out.mkdir()
    answers = {
        "getOpenFileName": ("", ""),
        "getSaveFileName": (str(out / "saved"), ""),
        "getExistingDirectory": str(out),
        "exec": 0,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer, **__: answer)
    # No other program is there to show a folder or a page.
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: True)
    # A button's menu has an event loop of its own, which nobody else would end.
    closer = QTimer()
    closer.timeout.connect(_close_menu)
    closer.start(100)
    yield lambda seed: Monkey(window, seed)
    closer.stop()


def _close_menu() -> None:
    popup = QApplication.activePopupWidget()
    if isinstance(popup, QMenu):
        popup.close()


@pytest.fixture
def threads_before():
    return {thread.name for thread in threading.enumerate()}


def play(qtbot, monkey, goes_on):
    """Act while it goes on; the exceptions that Qt's side swallowed, and what led there."""
    with qtbot.captureExceptions() as exceptions, _no_collector():
        while goes_on() and not exceptions:
            monkey.act()
            if len(monkey.deeds) % 100 == 0:
                gc.collect()
        monkey._tidy()
    assert not exceptions, (monkey.seed, monkey.deeds[-12:], exceptions)


@contextmanager
def _no_collector():
    """Python's collector only where it is called: elsewhere it may take, between a look and a
    click, a part that was just replaced."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def play_for(qtbot, monkey, seconds):
    end = time.monotonic() + seconds
    play(qtbot, monkey, lambda: time.monotonic() < end)


def none_left_behind(qtbot, threads_before):
    def new():
        # Python's notes of Qt's threads in which a failure was logged; it does not see them end.
        noted = {t for t in threading.enumerate() if isinstance(t, threading._DummyThread)}
        return {t.name for t in threading.enumerate() if t not in noted} - threads_before

    with suppress(qtbot.TimeoutError):
        qtbot.waitUntil(lambda: not new(), timeout=30_000)
    assert new() == set()


def close(qtbot, window):
    """Close for good; nothing may be left at work."""
    qtbot.waitUntil(lambda: not window.runner.jobs, timeout=30_000)
    window._may_close = True
    window.close()


@pytest.mark.timeout(1200)
def test_a_minute_of_a_monkey_leaves_no_exception_and_no_thread(
    qtbot, threads_before, no_samples, window, monkey
):
    player = monkey(seed=5)
    play(qtbot, player, lambda: len(player.deeds) < DEEDS)
    close(qtbot, window)
    none_left_behind(qtbot, threads_before)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads memory from /proc")
def test_a_quarter_of_an_hour_of_a_monkey_lets_no_memory_grow(
    qtbot, threads_before, no_samples, window, monkey
):
    """After five minutes of warming up, ten more take at most a tenth more."""
    minutes = float(os.environ.get("SPURVIEW_MONKEY_MINUTES", 15))
    play_for(qtbot, monkey(seed=1), minutes * 20)
    warm = resident_bytes()
    for seed in (2, 3, 4, 5):
        play_for(qtbot, monkey(seed), minutes * 10)
    grown = resident_bytes() - warm
    assert grown < max(0.1 * warm, 40e6), f"{grown / 1e6:.0f} MB more than {warm / 1e6:.0f} MB"
    close(qtbot, window)
    none_left_behind(qtbot, threads_before)


def resident_bytes() -> int:
    """Memory of this process that is in use."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
