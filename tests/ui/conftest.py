"""What the window's tests share: offscreen Qt with our theme, a project file, a window."""

from __future__ import annotations

import os
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from spurview.pipeline.stages import STAGE_NAMES, fingerprint
from spurview.project.store import Project
from spurview.ui import theme
from spurview.ui.document import Document
from spurview.ui.main_window import MainWindow
from spurview.ui.preferences import Preferences
from spurview.ui.selection import Focus, Selection, SelectionFollowsFocus
from tests import constructed

WAIT_MS = 30_000
ALARM, WEAK = "1-aaaaaaaa", "0-bbbbbbbb"


def fresh_info(without=()):
    """The constructed project's info with true fingerprints; stages in `without` have not run."""
    info = constructed.info()
    for name in STAGE_NAMES:
        record = msgspec.structs.replace(info.stages[name], fingerprint=fingerprint(name, info))
        info = msgspec.structs.replace(info, stages={**info.stages, name: record})
    kept = {name: record for name, record in info.stages.items() if name not in without}
    return msgspec.structs.replace(info, stages=kept)


@pytest.fixture
def qtbot(qtbot):
    """Waits end when what they wait for is so; a busy machine is no failure."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=WAIT_MS)
    qtbot.waitSignal = partial(qtbot.waitSignal, timeout=WAIT_MS)
    return qtbot


@pytest.fixture(scope="session")
def installed_theme(qapp):
    theme.keeper().install(qapp, "dark")


@pytest.fixture(autouse=True)
def themed(installed_theme):
    theme.keeper().choose("dark")


@pytest.fixture
def document(qapp):
    made = Document.in_memory(constructed.arrays(), fresh_info())
    yield made
    made.deleteLater()


@pytest.fixture
def selection(qapp):
    return Selection()


@pytest.fixture
def focus(qapp):
    return Focus()


@pytest.fixture
def guide(document, selection, focus):
    return SelectionFollowsFocus(document, selection, focus)


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory):
    """The bytes of a finished project's file."""
    path = tmp_path_factory.mktemp("project") / "case.spurview"
    Project.create(path, fresh_info(), constructed.arrays()).close()
    return path.read_bytes()


@pytest.fixture
def case_path(tmp_path, finished_project):
    """A finished project in a file."""
    path = tmp_path / "case.spurview"
    path.write_bytes(finished_project)
    return path


@pytest.fixture
def preferences(tmp_path):
    return Preferences(tmp_path / "state")


@pytest.fixture
def empty_window(qtbot, preferences):
    """The window on its start page."""
    window = MainWindow(preferences)
    qtbot.addWidget(window, before_close_func=_leave_freely)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.fixture
def window(qtbot, empty_window, case_path):
    """The window with the constructed project."""
    empty_window.open_path(case_path)
    qtbot.waitUntil(
        lambda: empty_window.document is not None and not empty_window.runner.jobs, timeout=20_000
    )
    return empty_window


def _leave_freely(window):
    """Close without questions, whatever the test left unsaved or running."""
    window._may_close = True


@pytest.fixture(autouse=True)
def no_question_left():
    """What a test leaves unanswered is no question of the next one's."""
    yield
    for widget in QApplication.topLevelWidgets() if QApplication.instance() else ():
        if isinstance(widget, QMessageBox):
            widget.hide()
