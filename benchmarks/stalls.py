"""How long the window's event loop is kept waiting while a network trains in a job.

A timer of 1 ms notes when it is heard; the gaps between are what a person feels. The base is the
same window with the same project, idle. The first reports of the training are its warm-up.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer

from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.grid import application
from benchmarks.made_projects import make, pictures
from spurview.core.arrays import Array
from spurview.jobs import Failure
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL
from spurview.ui.main_window import MainWindow
from spurview.ui.preferences import Preferences

SIZES: dict[Scale, int] = {"quick": 8000, "normal": 40_000, "full": 100_000}
_SHAPE, _WARM_UP, _IDLE_MS = (28, 28, 1), 2, 3000


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """Two figures: the middle gap and the 99th of 100, by the clock."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    say(f"stalls: training on {SIZES[scale]:,} images")
    figures = figures_of(SIZES[scale])
    return measured("stalls", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(n_images: int, *, idle_ms: int = _IDLE_MS) -> list[Figure]:
    """Gaps while the classifier trains on so many images, one thread, beside an idle window."""
    application()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "b.spurview"
        make(path, pictures(n_images, _SHAPE), _roles(n_images))
        kept = Preferences(Path(name) / "preferences")
        kept.remember(device="cpu", threads=1)
        window = MainWindow(kept)
        window.show()
        try:
            window.open_path(path)
            _until(lambda: window.document is not None)
            idle = _gaps_for(idle_ms)
            busy = _gaps_while_training(window)
        finally:
            window.close()
            window.runner.close()
    return [
        Figure(
            name=f"gap while training, {what} | {n_images:,} images",
            value=float(np.percentile(busy, percent)),
            unit="ms",
            base=float(np.percentile(idle, percent)),
            base_name="ms idle",
            goal="<= 16 ms" if percent == 99 else "",
            note=f"{len(busy):,} gaps, the longest {max(busy):.0f} ms, idle {max(idle):.0f} ms",
        )
        for what, percent in (("p50", 50), ("p99", 99))
    ]


def _roles(n_images: int) -> dict[str, Array]:
    """Ten classes; of ten images eight to train on, one to test, one of the pool."""
    turn = np.arange(n_images) % 10
    label = np.where(turn < 9, np.arange(n_images) // 10 % 10, -1)
    role = np.select([turn < 8, turn == 8], [INTEREST_TRAIN, INTEREST_TEST], POOL)
    return {"/images/role": role.astype(np.uint8), "/images/label": label.astype(np.int32)}


class _Gaps(QObject):
    """Milliseconds between the turns of a timer, from when it is made until it is stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._heard)
        self._timer.start(1)

    def stop(self) -> list[float]:
        """No more; the gaps so far, the one that is open included."""
        self._heard()
        self._timer.stop()
        return self.ms

    def _heard(self) -> None:
        now = time.perf_counter()
        self.ms.append(1000 * (now - self._last))
        self._last = now


def _gaps_for(ms: int) -> list[float]:
    gaps = _Gaps()
    end = time.perf_counter() + ms / 1000
    _until(lambda: time.perf_counter() >= end)
    return gaps.stop()


def _gaps_while_training(window: MainWindow) -> list[float]:
    """From after the warm-up to the end of the job; RuntimeError where it fails."""
    assert window.workspace is not None
    run = window.workspace.run
    reports: list[str] = []
    failures: list[Failure] = []
    ended: list[bool] = []
    run.changed.connect(lambda: reports.extend([run.step] if "epoch" in run.step else []))
    run.failed.connect(failures.append)
    run.ended.connect(lambda: ended.append(True))
    run.start(until="classifier")
    _until(lambda: len(reports) > _WARM_UP or bool(ended))
    gaps = _Gaps()
    _until(lambda: bool(ended))
    if failures:
        raise RuntimeError(failures[0].details)
    return gaps.stop()


def _until(is_so: Callable[[], bool]) -> None:
    """Let the window's events go on until then; a look every turn, no sleep."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if is_so() else None)
    timer.start(20)
    loop.exec()
