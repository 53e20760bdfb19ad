"""Starts the window. Nothing slow is imported here: torch and scikit-learn load in jobs."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from spurview.ui import theme as looks
from spurview.ui.main_window import MainWindow
from spurview.ui.preferences import Preferences

# So often Python gets a chance to see Ctrl+C while Qt waits.
_WAKE_MS = 200


def run(path: str | os.PathLike[str] | None = None, theme: looks.ThemeName | None = None) -> int:
    """Show the window, with the project at `path` when given; the exit code when it closes."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("spurview")
    app.setApplicationDisplayName("spurview")
    app.setDesktopFileName("spurview")
    preferences = Preferences()
    looks.keeper().install(app, theme or preferences.remembered.theme)
    window = MainWindow(preferences)
    window.show()
    if path is not None:
        # After the first paint: the window is there before the project is.
        QTimer.singleShot(0, window, lambda: window.open_path(Path(path)))
    waker = _let_python_see_ctrl_c(window)
    code = app.exec()
    waker.stop()
    return code


def _let_python_see_ctrl_c(window: MainWindow) -> QTimer:
    """Ctrl+C in the terminal asks the window to close, as its button does."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    waker = QTimer()
    waker.timeout.connect(lambda: None)
    waker.start(_WAKE_MS)
    return waker
