"""Our latent plots as the window has them, driven by events of the mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from benchmarks.clocked import Step
from spurview.ui.latent.colouring import Colouring, Group
from spurview.ui.latent.latent_view import LatentView
from spurview.ui.latent.layout import Layout
from spurview.ui.latent.raster import mixed_order
from spurview.ui.latent.shown import Shown
from spurview.ui.selection import Focus, Selection

_LEFT, _NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
_KEYS = Qt.KeyboardModifier.NoModifier


class Plots:
    """Two linked views of the same points; each `…s` gives the steps that are clocked."""

    def __init__(
        self, at: NDArray[np.float32], codes: NDArray[np.uint8], width_px: int, height_px: int
    ) -> None:
        self._size = (width_px, height_px)
        self._layout = Layout(at, "")
        groups = tuple(Group(str(index), index) for index in range(int(codes.max()) + 1))
        self._colouring = Colouring("Predicted", groups, np.arange(len(at)), codes)
        self._selection, focus = Selection(), Focus()
        self._views = [LatentView(name, self._selection, focus) for name in ("first", "second")]
        for view in self._views:
            view.resize(width_px, height_px)
            view.show()
        QApplication.processEvents()
        self._port = self._views[0].viewport()

    def shows(self, n_times: int) -> Iterator[Step]:
        """Points never seen before, until they are painted."""
        for _ in range(n_times):
            self._views[0].show_points(None)
            self.settle()
            yield partial(self._show, self._views[0])
        self._show(self._views[1])

    def hovers(self, places: list[QPointF]) -> Iterator[Step]:
        """A move of the mouse, until its point is found and told."""
        for place in places:
            yield partial(self._mouse, QEvent.Type.MouseMove, place, _NONE, _NONE)
            QApplication.processEvents()

    def pans(self, n_times: int) -> Iterator[Step]:
        """Steps of a drag by 4 pixels, each until it is painted; beyond the picture's margin."""
        start = QPointF(40, 200)
        self._mouse(QEvent.Type.MouseButtonPress, start, _LEFT, _LEFT)
        for step in range(1, n_times + 1):
            place = start + QPointF(4 * step, step % 3)
            move = partial(self._mouse, QEvent.Type.MouseMove, place, _NONE, _LEFT)
            yield partial(self._painted, move)
        self._mouse(QEvent.Type.MouseButtonRelease, start, _LEFT, _NONE)
        self.settle()

    def zooms(self, n_times: int) -> Iterator[Step]:
        """Turns of the wheel, ten in and ten out, each until it is painted."""
        for step in range(n_times):
            yield partial(self._painted, partial(self._turn, 1 if step % 20 < 10 else -1))
        self._views[0].fit()
        self.settle()

    def lassos(self, outline: list[QPointF], n_times: int) -> Iterator[Step]:
        """The points inside an outline."""
        for _ in range(n_times):
            yield partial(self._views[0].rows_inside, outline)

    def brushes(self, choices: list[NDArray[np.intp]]) -> Iterator[Step]:
        """A selection, until both views have painted it; the first one is not counted."""
        self._brush(choices[0])
        for rows in choices[1:]:
            yield partial(self._brush, rows)

    def settle(self) -> None:
        """Until all views have painted all that was asked for."""
        for view in self._views:
            view.viewport().repaint()
        while not all(view.is_settled for view in self._views):
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        for view in self._views:
            view.viewport().repaint()

    def close(self) -> None:
        """Leave no thread and no window."""
        for view in self._views:
            view.finish()
            view.close()
            view.deleteLater()
        QApplication.processEvents()

    def _show(self, view: LatentView) -> None:
        # Groups, order and bounds are worked out anew, as after opening a project.
        mixed_order.cache_clear()
        view.show_points(Shown.of(self._layout, self._colouring, frozenset()), self._layout)
        self.settle()

    def _brush(self, rows: NDArray[np.intp]) -> None:
        self._selection.set_rows(rows)
        self.settle()

    def _painted(self, do: Callable[[], None]) -> None:
        do()
        self._port.repaint()
        QApplication.processEvents()

    def _mouse(
        self, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton, buttons: Qt.MouseButton
    ) -> None:
        event = QMouseEvent(kind, place, self._port.mapToGlobal(place), button, buttons, _KEYS)
        QApplication.sendEvent(self._port, event)

    def _turn(self, steps: int) -> None:
        place = QPointF(self._size[0] / 2, self._size[1] / 2)
        everywhere, turned = self._port.mapToGlobal(place), QPoint(0, 120 * steps)
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(place, everywhere, QPoint(), turned, _NONE, _KEYS, phase, False)
        QApplication.sendEvent(self._port, event)
