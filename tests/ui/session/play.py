"""A session played with a real mouse and keyboard: run by test_session.py under Xvfb.

The window runs as `spurview` runs it. Each step asks xdotool, which tells the X server, which tells
Qt; where to press is read off the widgets. Prints `done` at the end; a step that never comes true
prints its number and ends the process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from spurview.ui import app
from spurview.ui.main_window import MainWindow

_LOOK_MS = 50
# So many looks before a step counts as failed: a minute, on a busy machine.
_MOST_LOOKS = 1200

IsSo = Callable[[], object]


def session(window: MainWindow, project: Path, out: Path) -> Iterator[IsSo]:
    """Opens, lassoes, judges, undoes, exports, quits; yields what each step waits for."""
    yield window.isVisible
    key(window, "ctrl+o")
    yield lambda: dialog(QFileDialog)
    write(dialog(QFileDialog), str(project))
    yield lambda: window.document is not None and not window.runner.jobs
    workspace = window.workspace
    view = workspace.plots.views[0]
    yield lambda: view.is_settled and view.isVisible()
    members = len(workspace.selection.rows)
    press(workspace.plots.tool_row._tools["lasso"])
    yield lambda: workspace.plots.tool == "lasso"
    width, height = view.viewport().width(), view.viewport().height()
    corners = [(0.3, 0.2), (0.7, 0.2), (0.7, 0.8), (0.3, 0.8), (0.3, 0.25)]
    yield from drag(
        view.viewport(), [QPoint(round(x * width), round(y * height)) for x, y in corners]
    )
    yield lambda: len(workspace.selection.rows) not in (0, members)
    press(workspace.clusters.tree)
    key(window, "s")
    yield lambda: len(window.document.verdicts) == 1
    key(window, "ctrl+z")
    yield lambda: window.document.verdicts == {}
    key(window, "ctrl+shift+z")
    yield lambda: len(window.document.verdicts) == 1
    key(window, "ctrl+shift+e")
    yield lambda: dialog(QFileDialog)
    write(dialog(QFileDialog), str(out))
    yield lambda: list(out.glob("*.csv")) and not window.runner.jobs
    key(window, "ctrl+q")
    yield lambda: dialog(QMessageBox)
    box = dialog(QMessageBox)
    press(next(b for b in box.buttons() if b.text() == "Save"))
    yield lambda: not window.isVisible()


def dialog(kind: type[QWidget]) -> QWidget | None:
    """The dialog of a kind that is open."""
    found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return found[0] if found else None


def key(window: QWidget, name: str) -> None:
    """Press and release a key."""
    focus(window)
    xdotool("key", "--clearmodifiers", name)


def write(shown: QWidget, text: str) -> None:
    """Type into the dialog's line and press Enter."""
    focus(shown)
    xdotool("key", "ctrl+a")
    xdotool("type", "--delay", "5", text)
    xdotool("key", "Return")


def press(widget: QWidget) -> None:
    """Click in the middle of a widget."""
    point(widget.mapToGlobal(widget.rect().center()))
    xdotool("click", "1")


def drag(widget: QWidget, path: list[QPoint]) -> Iterator[IsSo]:
    """Press at the first place, release at the last.

    Between two moves the window takes its events, or Qt would make one move of them all.
    """
    point(widget.mapToGlobal(path[0]))
    xdotool("mousedown", "1")
    for place in path[1:]:
        point(widget.mapToGlobal(place))
        yield lambda: True
    xdotool("mouseup", "1")


def point(place: QPoint) -> None:
    """Move the mouse to a place on the screen."""
    xdotool("mousemove", "--sync", str(place.x()), str(place.y()))


def focus(widget: QWidget) -> None:
    """Give a window the keyboard, as a window manager would."""
    xdotool("windowfocus", str(int(widget.window().winId())))


def xdotool(*words: str) -> None:
    """Have the X server think that a person did it."""
    subprocess.run(["xdotool", *words], check=True, timeout=20)


class Player:
    """Looks now and then whether what a step waits for has come, then does the next."""

    def __init__(self, project: Path, out: Path) -> None:
        self._project, self._out = project, out
        self._steps: Iterator[IsSo] | None = None
        self._is_so: IsSo = lambda: True
        self._looks = self._step = 0
        self._timer = QTimer()
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)

    def _look(self) -> None:
        if self._steps is None:
            windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
            self._steps = session(windows[0], self._project, self._out) if windows else None
            return
        if not self._is_so():
            self._looks += 1
            if self._looks > _MOST_LOOKS:
                print(f"step {self._step} did not come true", flush=True)
                os._exit(1)
            return
        self._looks, self._step = 0, self._step + 1
        following = next(self._steps, None)
        if following is None:
            self._timer.stop()
        else:
            self._is_so = following


def main() -> int:
    """Play over the project, export into the folder; the exit code of the window."""
    project, out = (Path(word) for word in sys.argv[1:])
    QApplication(sys.argv[:1])
    player = Player(project, out)
    code = app.run()
    print("done", player._step, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
