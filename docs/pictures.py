"""Takes the pictures of every screen from the real window: python3 docs/pictures.py

Into docs/pictures or --out, at 1280x800 and 2560x1440, dark and light. The projects it shows are
the samples and those of picture_projects.py, which it makes in --work where they are not there yet.
No display is needed.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(Path(__file__).parents[1]))

import picture_dialogs
import picture_projects
from PIL import Image
from PySide6.QtCore import QBuffer, QEvent, QPoint
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from spurview.core.progress import Report
from spurview.core.settings import with_setting
from spurview.project.store import Project
from spurview.ui import project_jobs
from spurview.ui import theme as looks
from spurview.ui.commands import set_settings
from spurview.ui.main_window import MainWindow
from spurview.ui.messages import ask_replace
from spurview.ui.preferences import Preferences
from spurview.ui.preferences_dialog import PreferencesDialog

HERE = Path(__file__).parent / "pictures"
SIZES = ((1280, 800), (2560, 1440))
# Few enough for small files; the window is grey but for its marks. A sample's photographs and the
# heat of a large image need more.
COLOURS, COLOURS_OF_PHOTOS = 64, 192
COLOURFUL = ("start", "start-first", "large-view")
# What lies over the window behind a dialog.
SHADE = QColor(0, 0, 0, 96)
_KEPT = (
    "window",
    "canvas",
    "raised",
    "text",
    "text2",
    "accent",
    "accent_fill",
    "selection",
    "alarm",
)

Undo = Callable[[], None]
# Shows something in the window; gives what takes it back where closing is not enough.
Screen = Callable[[MainWindow], Undo | None]


def main() -> None:
    """Take those asked for, or all."""
    asked = _arguments()
    asked.work.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    looks.keeper().install(app, "dark")
    for project, screens in SCREENS.items():
        wanted = [name for name in screens if not asked.screens or name in asked.screens]
        if wanted:
            with _window(project, asked.work) as window:
                for name in wanted:
                    _take(window, name, screens[name], asked.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    every = sorted(name for screens in SCREENS.values() for name in screens)
    parser.add_argument("screens", nargs="*", help=f"all, or some of: {', '.join(every)}")
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(tempfile.gettempdir()) / "spurview-pictures",
        help="where the projects are made, and found again the next time",
    )
    parser.add_argument("--out", type=Path, default=HERE, help="where the pictures go")
    return parser.parse_args()


@contextmanager
def _window(project: str, work: Path) -> Iterator[MainWindow]:
    """A window with the project, as `SCREENS` names it."""
    # The same in all pictures, since dialogs show it.
    home = Path(tempfile.gettempdir(), "ada")
    if home.exists():
        raise SystemExit(f"{home} is in the way: delete it.")
    home.mkdir()
    with ExitStack() as held:
        held.callback(shutil.rmtree, home)
        # Copies, as a person would have them: a window puts its lock and its journal beside them.
        os.environ["HOME"] = str(home)
        state, audits = Path(home, "state"), Path(home, "audits")
        audits.mkdir()
        window = MainWindow(Preferences(state))
        window.show()
        if project == "recent":
            for name in ("moving", "clean", "sample"):
                _open(window, name, work, audits)
            window.close_project()
        elif project == "read-only":
            held.enter_context(Project.open(_copy("sample", work, audits)))
            _open(window, "sample", work, audits)
        elif project:
            _open(window, project, work, audits)
        if project == "sample":
            os.environ[picture_dialogs.SECOND] = str(_copy("second", work, audits))
        yield window
        window._may_close = True
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _copy(project: str, work: Path, audits: Path) -> Path:
    path = picture_projects.project(project, work)
    copy = audits / path.name
    if not copy.exists():
        shutil.copy(path, copy)
    return copy


def _open(window: MainWindow, project: str, work: Path, audits: Path) -> None:
    path = _copy(project, work, audits)
    window.open_path(path)
    _wait(lambda: window.document is not None and window.document.path == path.resolve())
    _settle(window)


def _settle(window: MainWindow) -> None:
    """Let jobs end, layouts arrive and everything be painted."""
    _wait(lambda: not window.runner.jobs)
    _paint()
    views = window.workspace.plots.views if window.workspace is not None else []
    _wait(lambda: all(view.is_settled for view in views if view.isVisible()))


def _paint() -> None:
    for _ in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def _wait(is_so: Callable[[], bool]) -> None:
    while not is_so():
        QApplication.processEvents()


def _take(window: MainWindow, name: str, screen: Screen, out: Path) -> None:
    for width, height in SIZES:
        for theme in ("dark", "light"):
            looks.keeper().choose(theme)
            window.resize(width, height)
            _settle(window)
            undo = screen(window)
            if undo is None:
                _settle(window)
            else:
                _paint()
            colours = COLOURS_OF_PHOTOS if name in COLOURFUL else COLOURS
            _save(_grab(window), out / f"{name}-{theme}-{width}.png", colours)
            _clear(window)
            if undo is not None:
                undo()


def _grab(window: QWidget) -> QPixmap:
    """The window with its pop-overs and dialogs where they lie on it."""
    picture = window.grab()
    painter = QPainter(picture)
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible() and other.parent() is not None:
            place = other.pos() - window.pos()
            if other.isModal():
                middle = window.rect().center() - other.rect().center()
                place = QPoint(middle.x(), middle.y())
                painter.fillRect(picture.rect(), SHADE)
            painter.drawPixmap(place, other.grab())
    painter.end()
    return picture


def _clear(window: QWidget) -> None:
    """Close what the screen opened."""
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible():
            other.close()


def _save(picture: QPixmap, path: Path, colours: int) -> None:
    """As a small PNG with a palette of its own, in which the theme's colours stay as they are."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    image = Image.open(io.BytesIO(buffer.data().data())).convert("RGB")
    kept = _theme_colours()
    found = image.quantize(colours, dither=Image.Dither.NONE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*kept, *found])
    path.parent.mkdir(exist_ok=True)
    image.quantize(palette=palette, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path.name, path.stat().st_size // 1024, "KiB")


def _theme_colours() -> list[int]:
    shown = looks.current()
    greys = [QColor(level, level, level) for level in range(0, 256, 16)]
    named = [getattr(shown, name) for name in _KEPT]
    named += [shown.class_colour(index) for index in range(10)]
    # Behind a dialog each of them lies in its shade.
    colours = [*greys, *named, *(_shaded(colour) for colour in named)]
    return [part for colour in colours for part in (colour.red(), colour.green(), colour.blue())]


def _shaded(colour: QColor) -> QColor:
    left = 1 - SHADE.alphaF()
    return QColor.fromRgbF(*(left * part for part in colour.getRgbF()[:3]))


# The screens. Each begins with the window as opened: on the first undecided alarm.


def _as_it_is(_: MainWindow) -> None:
    pass


def _scrolled(window: MainWindow) -> None:
    window.workspace.docks.evidence.raise_()
    _settle(window)
    bar = window.workspace.evidence.scroll_area.verticalScrollBar()
    bar.setValue(bar.maximum())


def _selection(window: MainWindow) -> None:
    """Half of the alarm's members, as a lasso in the lower plot would take them."""
    workspace = window.workspace
    members = workspace.document.rows[workspace.focus.candidate_id].members
    workspace.selection.set_rows(sorted(members)[::2])


def _large(window: MainWindow) -> None:
    images = window.workspace.images
    images.open_large(int(images.grid.row_array[0]))
    images.large_view.resize(window.size())


def _curves(window: MainWindow) -> None:
    window.workspace.show_stage("embedding")


def _settings(window: MainWindow) -> None:
    workspace = window.workspace
    workspace.popover.show_stage("classifier", workspace.strip.buttons["classifier"], settings=True)


def _preferences(window: MainWindow) -> None:
    PreferencesDialog(window.preferences, window).open()


def _finder(window: MainWindow) -> None:
    window.actions_["find_command"].trigger()


def _keys(window: MainWindow) -> None:
    window.actions_["keys"].trigger()


def _replace(window: MainWindow) -> None:
    ask_replace(window, 12, "audits/march", replace=lambda: None)


def _running(window: MainWindow) -> Undo:
    """A run that has come to the middle of the embedding and waits there, seen with its curves."""
    document, real, go_on = window.document, project_jobs.running, threading.Event()

    def work(report: Report, _deliver: object) -> None:
        while not go_on.wait(0.01):
            report(6, 12, "embedding: epoch 6 of 12")

    def stop() -> None:
        project_jobs.running = real
        go_on.set()
        _wait(lambda: not window.runner.jobs)
        document.undo_stack.undo()

    changed = with_setting(document.info.settings, "embedding.epochs", "12")
    set_settings(document, changed, "change epochs")
    project_jobs.running = lambda *_: work
    window.workspace.run.start()
    _wait(lambda: window.workspace.run.fraction is not None)
    window.workspace.show_stage("embedding")
    return stop


# By the project they show; "" is the start page of a first run, "recent" of a later one.
SCREENS: dict[str, dict[str, Screen]] = {
    "": {"start-first": _as_it_is},
    "recent": {"start": _as_it_is},
    "sample": {
        "window": _as_it_is,
        "evidence": _scrolled,
        "selection": _selection,
        "large-view": _large,
        "stage-curves": _curves,
        "stage-settings": _settings,
        "running": _running,
        "preferences": _preferences,
        "find-command": _finder,
        "keys": _keys,
        "replace": _replace,
        "new-project-interest": picture_dialogs.new_project(0),
        "new-project-pool": picture_dialogs.new_project(1),
        "new-project-classifier": picture_dialogs.new_project(2),
        "new-project-summary": picture_dialogs.new_project(3),
        "plant": picture_dialogs.plant,
        "sensitivity": picture_dialogs.sensitivity,
        "compare": picture_dialogs.compare,
        "note": picture_dialogs.note,
        "name": picture_dialogs.name,
        "tags": picture_dialogs.tags,
        "merge": picture_dialogs.merge,
        "class-choice": picture_dialogs.class_choice,
        "trust": picture_dialogs.trust,
        "failure": picture_dialogs.failure,
    },
    "moving": {"moving-pattern": _as_it_is},
    "moved-away": {"locate": picture_dialogs.locate},
    "clean": {"silence": _as_it_is, "sensitivity-known": picture_dialogs.sensitivity},
    "too-few": {"cannot-tell": _as_it_is},
    "read-only": {"read-only": _as_it_is},
}


if __name__ == "__main__":
    main()
