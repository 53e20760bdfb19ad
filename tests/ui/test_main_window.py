"""The window as a whole: keys, commands, names, docks, themes, and what it loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMessageBox, QWidget

from spurview.ui import main_window, theme
from spurview.ui.candidate_dialogs import NoteDialog
from spurview.ui.command_finder import CommandFinder
from spurview.ui.key_list import KeyList
from spurview.ui.main_window import MainWindow
from tests.ui.conftest import ALARM, _leave_freely
from tests.ui.using_window import shown


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_keys_are_listed(qtbot, window, key):
    qtbot.keyClick(window, key)
    qtbot.waitUntil(lambda: shown(KeyList) is not None)
    shown(KeyList).close()


def test_a_command_is_found_by_name(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown(CommandFinder) is not None)
    finder = shown(CommandFinder)
    qtbot.keyClicks(finder.box, "genui")
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    assert window.document.finding(ALARM).verdict == "genuine"


def test_the_finder_stands_in_the_menu_bar(qtbot, window):
    corner = window.menuBar().cornerWidget()
    assert corner is not None
    assert corner.isVisible()
    qtbot.mouseClick(corner, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown(CommandFinder) is not None)
    shown(CommandFinder).close()


def test_the_start_page_tells_nothing_of_the_last_project(window):
    window.close_project()
    assert window.status.state.text() == ""
    assert window.status.message.text() == ""


def test_f6_walks_the_parts_of_the_window(qtbot, window):
    window.workspace.clusters.tree.setFocus()
    visited = []
    for _ in range(5):
        window.workspace.go_to_next_part(1)
        focused = QApplication.focusWidget()
        parts = ("strip", "clusters", "plots", "images", "evidence")
        visited.append(next(p for p in parts if getattr(window.workspace, p).isAncestorOf(focused)))
    assert visited == ["plots", "images", "evidence", "strip", "clusters"]


def test_every_control_has_a_name(window):
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not isinstance(widget.parent(), QAbstractScrollArea)
        and not (widget.accessibleName() or getattr(widget, "text", lambda: "")())
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_no_two_commands_share_a_key(window):
    keys = [s.toString() for a in window.findChildren(QAction) for s in a.shortcuts()]
    assert len(keys) == len(set(keys))


def test_recent_projects_are_remembered_with_a_picture(qtbot, window, preferences, case_path):
    recent = main_window.Preferences(preferences.folder).remembered.recent
    assert [Path(r.path) for r in recent] == [case_path]
    assert recent[0].summary == "1 alarm in 2 candidates"
    assert (preferences.folder / recent[0].picture).exists()


def test_a_broken_preferences_file_counts_as_empty(tmp_path):
    (tmp_path / "window.json").write_bytes(b"{\xff")
    assert main_window.Preferences(tmp_path).remembered.recent == []


def test_docks_come_back_where_they_were_left(qtbot, window, preferences, case_path):
    window.workspace.docks.evidence.hide()
    window.close()
    again = MainWindow(main_window.Preferences(preferences.folder))
    qtbot.addWidget(again, before_close_func=_leave_freely)
    again.show()
    again.open_path(case_path)
    qtbot.waitUntil(lambda: again.document is not None)
    assert again.workspace.docks.evidence.isHidden()
    assert again.workspace.docks.images.isVisible()


def test_a_narrow_window_turns_the_right_side_to_tabs(qtbot, window):
    docks = window.workspace.docks
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: docks.evidence in window.tabifiedDockWidgets(docks.images))
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: docks.evidence not in window.tabifiedDockWidgets(docks.images))


def test_closed_dialogs_are_deleted(qtbot, window):
    window.show_about()
    (about,) = window.findChildren(QMessageBox)
    about.reject()
    note = window.workspace.judging.open_note(window)
    note.reject()
    qtbot.waitUntil(
        lambda: not [*window.findChildren(QMessageBox), *window.findChildren(NoteDialog)]
    )


def test_changing_the_theme_repaints_the_window(window):
    theme.keeper().choose("light")
    image = window.grab().toImage()
    assert image.pixelColor(200, image.height() - 60) == theme.LIGHT.window


def test_neither_torch_nor_scikit_learn_before_the_first_paint(tmp_path):
    script = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "import spurview.ui.app as app\n"
        "qt = QApplication([])\n"
        "QTimer.singleShot(0, lambda: QTimer.singleShot(0, qt.closeAllWindows))\n"
        "code = app.run()\n"
        "slow = {'torch', 'torchvision', 'sklearn', 'scipy', 'h5py', 'matplotlib', 'pyqtgraph'}\n"
        "loaded = slow & {name.split('.')[0] for name in sys.modules}\n"
        "sys.exit(code or (f'loaded: {loaded}' if loaded else 0))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nothing_flashes_up_while_a_project_opens(window):
    assert window.isActiveWindow()
