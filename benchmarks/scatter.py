"""How long the latent plots take at up to five million points, beside pyqtgraph's ScatterPlotItem.

Both draw the same points in a window of the same size, offscreen where there is no display. The
peer is at its best: sizes in pixels, one brush, no outline. What it has no answer to (a lasso) is
measured against the plain way in numpy.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from benchmarks.clocked import Spent, middle, slow, spent
from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.scatter_peer import Peer, plain_inside
from benchmarks.scatter_plots import Plots
from spurview.ui import theme

SIZES: dict[Scale, tuple[int, ...]] = {
    "quick": (10_000, 100_000),
    "normal": (10_000, 100_000, 1_000_000, 5_000_000),
    "full": (10_000, 100_000, 1_000_000, 5_000_000),
}
# Milliseconds, set for a million points; panning also for five.
_GOALS = {"first paint": 100, "pan": 16, "zoom": 16, "hover": 1, "lasso": 50, "brush": 50}
_GOAL_SIZE = 1_000_000
_WIDTH_PX, _HEIGHT_PX = 560, 400
_CLASSES = 10
_BRUSHED = 20_000

_application: list[QApplication] = []


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """All sizes of a scale; `say` gets a line for every size before it is measured."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures: list[Figure] = []
    for n_points in SIZES[scale]:
        say(f"scatter: {n_points:,} points")
        figures += figures_of(n_points)
    cores = os.cpu_count() or 1
    return measured("scatter", scale, figures, cores=cores, threads=2, load=load)


def figures_of(n_points: int) -> list[Figure]:
    """Both measured at one size, one figure for each thing."""
    _start()
    at, codes = clouds(n_points)
    ours, peer = _ours(at, codes), _peers(at)
    return [
        Figure(
            name=f"{what} | {n_points:,} points",
            value=value.wall_ms,
            unit="ms",
            base=peer[what].wall_ms,
            base_name="ms plain numpy" if what == "lasso" else "ms ScatterPlotItem",
            goal=_goal(what, n_points),
            note=f"processor: {value.cpu_ms:.3g} ms, base {peer[what].cpu_ms:.3g} ms",
        )
        for what, value in ours.items()
    ]


def clouds(n_points: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Positions (n, 2) in ten clouds, and the cloud of each."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, _CLASSES, n_points).astype(np.uint8)
    middles = rng.normal(0, 3, (_CLASSES, 2))
    at = middles[codes] + rng.normal(size=(n_points, 2))
    return at.astype(np.float32), codes


def outline_px() -> list[QPointF]:
    """A wavy lasso of 200 corners across the middle of the view."""
    angles = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    x = _WIDTH_PX / 2 + 170 * np.cos(angles) * (1 + 0.2 * np.sin(7 * angles))
    y = _HEIGHT_PX / 2 + 130 * np.sin(angles)
    return [QPointF(*place) for place in np.stack([x, y], axis=1).tolist()]


def _ours(at: NDArray[np.float32], codes: NDArray[np.uint8]) -> dict[str, Spent]:
    """Paints that another thread takes part in are clocked with its processor time."""
    plots = Plots(at, codes, _WIDTH_PX, _HEIGHT_PX)
    try:
        return {
            "first paint": middle(spent(plots.shows(5), time.process_time)),
            "hover": slow(spent(plots.hovers(_places(120)))),
            "pan": slow(spent(plots.pans(120))),
            "zoom": slow(spent(plots.zooms(60))),
            "lasso": middle(spent(plots.lassos(outline_px(), 5))),
            "brush": middle(spent(plots.brushes(_choices(len(at), 8)), time.process_time)),
        }
    finally:
        plots.close()


def _peers(at: NDArray[np.float32]) -> dict[str, Spent]:
    few = len(at) <= 100_000
    n_steps = 20 if few else 3
    peer = Peer(at, _WIDTH_PX, _HEIGHT_PX)
    zooms = [partial(peer.zoom, 0.98 if step % 2 else 1.02) for step in range(n_steps)]
    try:
        return {
            "first paint": middle(spent([peer.show_points] * (3 if few else 1))),
            "hover": slow(spent([partial(peer.hover, place) for place in _places(n_steps)])),
            "pan": slow(spent([partial(peer.pan, 4, 2)] * n_steps)),
            "zoom": slow(spent(zooms)),
            "lasso": middle(spent([partial(plain_inside, at, peer.in_layout(outline_px()))])),
            "brush": middle(spent([partial(peer.brush, rows) for rows in _choices(len(at), 3)])),
        }
    finally:
        peer.close()


def _places(n_places: int) -> list[QPointF]:
    rng = np.random.default_rng(1)
    places = rng.uniform((60, 60), (_WIDTH_PX - 60, _HEIGHT_PX - 60), (n_places, 2))
    return [QPointF(*place) for place in places.tolist()]


def _choices(n_points: int, n_choices: int) -> list[NDArray[np.intp]]:
    """20,000 rows each, or half of them where there are no more."""
    size = min(_BRUSHED, n_points // 2)
    return [np.arange(500 * turn, 500 * turn + size) % n_points for turn in range(n_choices)]


def _goal(what: str, n_points: int) -> str:
    if n_points == _GOAL_SIZE or (what == "pan" and n_points > _GOAL_SIZE):
        return f"<= {_GOALS[what]} ms"
    return ""


def _start() -> None:
    """Qt, once; its application must be kept."""
    if QApplication.instance() is not None:
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    made = QApplication([])
    theme.keeper().install(made, "dark")
    _application.append(made)
