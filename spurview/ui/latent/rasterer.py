"""Draws a view's pictures off the window's thread; the last thing asked for wins.

A thread lives only while there is something to draw, so that none is left behind by a closed view.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from spurview.ui.latent.picture import Picture
from spurview.ui.short_turns import take_short_turns


class Rasterer(QObject):
    """One at a time; a request that has not begun when the next comes is dropped."""

    # A picture is there; carries it. Emitted on the thread that made this object.
    drawn = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._next: Callable[[], Picture] | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a picture is still to come."""
        return self._thread is not None

    def ask(self, draw: Callable[[], Picture]) -> None:
        """Have a picture drawn; `draw` touches no widget."""
        take_short_turns()
        with self._lock:
            self._next = draw
            if self._thread is None:
                self._thread = threading.Thread(target=self._work_off, name="spurview-plot")
                self._thread.start()

    def finish(self) -> None:
        """Drop what has not begun and wait for the rest."""
        with self._lock:
            self._next = None
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work_off(self) -> None:
        while True:
            with self._lock:
                draw, self._next = self._next, None
                if draw is None:
                    self._thread = None
                    return
            picture = draw()
            # The view may have gone meanwhile.
            with contextlib.suppress(RuntimeError):
                self.drawn.emit(picture)
