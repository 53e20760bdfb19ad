"""Starts the window. Nothing slow is imported here: torch and scikit-learn load in jobs."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from spurview import log
from spurview.ui import theme as looks
from spurview.ui.main_window import MainWindow
from spurview.ui.preferences import Preferences

# So often Python gets a chance to see Ctrl+C while Qt waits.
_WAKE_MS = 200
_PAINTED_BY_MS = 1000


def run(path: str | os.PathLike[str] | None = None, theme: looks.ThemeName | None = None) -> int:
    """Show the window, with the project at `path` when given; the exit code when it closes."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("spurview")
    app.setApplicationDisplayName("spurview")
    app.setDesktopFileName("spurview")
    sys.excepthook = _log_and_print
    preferences = Preferences()
    known = preferences.remembered
    looks.keeper().install(app, theme or known.theme, known.text_percent)
    window = MainWindow(preferences)
    window.show()
    if path is not None:
        opener = _AfterFirstPaint(window, lambda: window.open_path(Path(path)))
        window.installEventFilter(opener)
    waker = _let_python_see_ctrl_c(window)
    code = app.exec()
    waker.stop()
    return code


def _log_and_print(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What no part of the window caught is in the log as well as in the terminal."""
    log.record_error("".join(traceback.format_exception(kind, error, trace)))
    sys.__excepthook__(kind, error, trace)


class _AfterFirstPaint(QObject):
    """Calls once the window has been painted: it is there before the project is."""

    def __init__(self, window: QObject, call: Callable[[], None]) -> None:
        super().__init__(window)
        self._call: Callable[[], None] | None = call
        # A window that starts minimised is not painted.
        QTimer.singleShot(_PAINTED_BY_MS, self, self._fire)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._call is not None:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._fire)
        return False

    def _fire(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()


def _let_python_see_ctrl_c(window: MainWindow) -> QTimer:
    """Ctrl+C in the terminal asks the window to close, as its button does."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    waker = QTimer()
    waker.timeout.connect(lambda: None)
    waker.start(_WAKE_MS)
    return waker
