"""How long the latent plots take at up to five million points, beside pyqtgraph's ScatterPlotItem.

Both draw the same points in a window of the same size, offscreen where there is no display. The
peer is at its best: sizes in pixels, one brush, no outline. What it has no answer to (a lasso) is
measured against the plain way in numpy.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.scatter_peer import Peer, plain_inside
from spurview.ui import theme
from spurview.ui.latent.colouring import Colouring, Group
from spurview.ui.latent.latent_view import LatentView
from spurview.ui.latent.layout import Layout
from spurview.ui.latent.raster import mixed_order
from spurview.ui.latent.shown import Shown
from spurview.ui.selection import Focus, Selection

SIZES: dict[Scale, tuple[int, ...]] = {
    "quick": (10_000, 100_000),
    "normal": (10_000, 100_000, 1_000_000, 5_000_000),
    "full": (10_000, 100_000, 1_000_000, 5_000_000),
}
# Milliseconds, set for a million points; panning also for five.
_GOALS = {"first paint": 100, "pan": 16, "zoom": 16, "hover": 1, "lasso": 50, "brush of 20,000": 50}
_GOAL_SIZE = 1_000_000
_WIDTH_PX, _HEIGHT_PX = 560, 400
_CLASSES = 10
_BRUSHED = 20_000


@dataclass(frozen=True)
class Times:
    """Milliseconds of each thing at one size; peer: the same, missing where not measured."""

    n_points: int
    ours: dict[str, float]
    peer: dict[str, float]


class _Plots:
    """Two linked views of the same points, as the window has them."""

    def __init__(self, n_points: int) -> None:
        self.at, codes = clouds(n_points)
        groups = tuple(Group(str(index), index) for index in range(_CLASSES))
        self._layout = Layout(self.at, "")
        self._colouring = Colouring("Predicted", groups, np.arange(n_points), codes)
        self.selection, focus = Selection(), Focus()
        self.views = [LatentView(name, self.selection, focus) for name in ("first", "second")]
        for view in self.views:
            view.resize(_WIDTH_PX, _HEIGHT_PX)
            view.show()
        QApplication.processEvents()

    def show_points(self, view: LatentView) -> None:
        """Until a view has painted points it has not seen before."""
        # Colours and order are worked out anew, as after opening a project.
        mixed_order.cache_clear()
        view.show_points(Shown.of(self._layout, self._colouring, frozenset()), self._layout)
        self.settle()

    def settle(self) -> None:
        """Until all views have painted all that was asked for."""
        for view in self.views:
            view.viewport().repaint()
        while not all(view.is_settled for view in self.views):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        for view in self.views:
            view.viewport().repaint()

    def brush(self, first: int) -> None:
        """Select 20,000 other images and see them in both views."""
        n_points = len(self.at)
        rows = (np.arange(_BRUSHED) + first) if n_points > _BRUSHED else np.arange(first, n_points)
        self.selection.set_rows(rows % n_points)
        self.settle()

    def close(self) -> None:
        """Leave no thread and no window."""
        for view in self.views:
            view.finish()
            view.close()
            view.deleteLater()
        QApplication.processEvents()


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """All sizes of a scale; `say` gets a line for every size before it is measured."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    _application()
    figures: list[Figure] = []
    for n_points in SIZES[scale]:
        say(f"scatter: {n_points:,} points")
        figures += figures_of(times_of(n_points))
    cores = os.cpu_count() or 1
    return measured("scatter", scale, figures, cores=cores, threads=2, load=load)


def times_of(n_points: int) -> Times:
    """Both measured at one size."""
    _application()
    plots = _Plots(n_points)
    try:
        ours = _ours(plots)
    finally:
        plots.close()
    return Times(n_points, ours, _peers(plots.at))


def figures_of(times: Times) -> list[Figure]:
    """One figure for each thing measured."""
    return [
        Figure(
            name=f"{what} | {times.n_points:,} points",
            value=value,
            unit="ms",
            base=times.peer.get(what),
            base_name="ms plain numpy" if what == "lasso" else "ms ScatterPlotItem",
            goal=_goal(what, times.n_points),
        )
        for what, value in times.ours.items()
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


def _ours(plots: _Plots) -> dict[str, float]:
    view, outline = plots.views[0], outline_px()
    port = view.viewport()

    def painted(do: Callable[[], object]) -> Callable[[], None]:
        def step() -> None:
            do()
            port.repaint()
            QApplication.processEvents()

        return step

    shows = [_ms(lambda: plots.show_points(view)) for _ in _shown_anew(plots, view)]
    plots.show_points(plots.views[1])
    hovers = [_ms(lambda at=at: _move(port, at)) for at in _places(120)]  # type: ignore[misc]
    pans = _dragged(view, painted)
    plots.settle()
    zooms = [_ms(painted(lambda s=step: _turn(port, s))) for step in _turns()]  # type: ignore[misc]
    view.fit()
    plots.settle()
    lassos = [_ms(lambda: view.rows_inside(outline)) for _ in range(5)]
    plots.brush(0)
    brushes = [_ms(lambda i=i: plots.brush(500 * i)) for i in range(1, 8)]  # type: ignore[misc]
    return {
        "first paint": float(np.median(shows)),
        "pan": _p95(pans),
        "zoom": _p95(zooms),
        "hover": _p95(hovers),
        "lasso": float(np.median(lassos)),
        "brush of 20,000": float(np.median(brushes)),
    }


def _peers(at: NDArray[np.float32]) -> dict[str, float]:
    few = len(at) <= 100_000
    steps = 20 if few else 3
    peer = Peer(at, _WIDTH_PX, _HEIGHT_PX)
    try:
        shows = [_ms(peer.show_points) for _ in range(3 if few else 1)]
        hovers = [_ms(lambda p=p: peer.hover(p)) for p in _places(steps)]  # type: ignore[misc]
        pans = [_ms(lambda: peer.pan(4, 2)) for _ in range(steps)]
        zooms = [_ms(lambda s=s: peer.zoom(0.98 if s % 2 else 1.02)) for s in range(steps)]  # type: ignore[misc]
        brushes = [
            _ms(lambda i=i: peer.brush(np.arange(500 * i, 500 * i + _BRUSHED) % len(at)))  # type: ignore[misc]
            for i in range(3)
        ]
        corners = peer.in_layout(outline_px())
        lasso = _ms(lambda: plain_inside(at, corners))
    finally:
        peer.close()
    return {
        "first paint": float(np.median(shows)),
        "pan": _p95(pans),
        "zoom": _p95(zooms),
        "hover": _p95(hovers),
        "lasso": lasso,
        "brush of 20,000": float(np.median(brushes)),
    }


def _shown_anew(plots: _Plots, view: LatentView) -> Iterator[int]:
    for turn in range(5):
        view.show_points(None)
        plots.settle()
        yield turn


def _dragged(
    view: LatentView, painted: Callable[[Callable[[], object]], Callable[[], None]]
) -> list[float]:
    """A drag across 480 pixels, farther than the margin of the picture reaches."""
    port = view.viewport()
    start = QPointF(40, 200)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    _mouse(port, QEvent.Type.MouseButtonPress, start, left, left)
    times = []
    for step in range(1, 121):
        place = start + QPointF(4 * step, step % 3)
        times.append(
            _ms(painted(lambda p=place: _mouse(port, QEvent.Type.MouseMove, p, none, left)))  # type: ignore[misc]
        )
    _mouse(port, QEvent.Type.MouseButtonRelease, start + QPointF(480, 0), left, none)
    return times


def _places(n_places: int) -> list[QPointF]:
    rng = np.random.default_rng(1)
    places = rng.uniform((60, 60), (_WIDTH_PX - 60, _HEIGHT_PX - 60), (n_places, 2))
    return [QPointF(*place) for place in places.tolist()]


def _turns() -> list[int]:
    return [1 if step % 20 < 10 else -1 for step in range(60)]


def _move(widget: QWidget, place: QPointF) -> None:
    none = Qt.MouseButton.NoButton
    _mouse(widget, QEvent.Type.MouseMove, place, none, none)


def _mouse(
    widget: QWidget,
    kind: QEvent.Type,
    place: QPointF,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
) -> None:
    keys = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, place, widget.mapToGlobal(place), button, buttons, keys)
    QApplication.sendEvent(widget, event)


def _turn(widget: QWidget, steps: int) -> None:
    place = QPointF(_WIDTH_PX / 2, _HEIGHT_PX / 2)
    event = QWheelEvent(
        place,
        widget.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def _goal(what: str, n_points: int) -> str:
    if n_points == _GOAL_SIZE or (what == "pan" and n_points > _GOAL_SIZE):
        return f"<= {_GOALS[what]} ms"
    return ""


def _ms(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - start)


def _p95(times: list[float]) -> float:
    return float(np.percentile(times, 95))


def _application() -> None:
    if QApplication.instance() is None:
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        # Kept by Qt's own instance pointer.
        _KEPT.append(QApplication([]))
        theme.keeper().install(_KEPT[0], "dark")


_KEPT: list[QApplication] = []
