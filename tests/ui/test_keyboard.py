"""The window by keyboard alone: every part is reached, every command has a place and is found."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog, QWidget

from spurview.jobs import JobRunner
from spurview.ui import theme
from spurview.ui.command_finder import CommandFinder
from spurview.ui.command_table import CANDIDATE_MENU, SPECS, VIEW_KEYS
from spurview.ui.key_list import KeyList
from spurview.ui.preferences_dialog import PreferencesDialog
from spurview.ui.status_bar import StatusBar
from tests.ui.conftest import ALARM, WEAK
from tests.ui.test_theme import contrast
from tests.ui.using_window import shown

CONTROL = Qt.KeyboardModifier.ControlModifier
PARTS = ("strip", "clusters", "plots", "images", "evidence")


def part_of(window, widget):
    return next(
        (name for name in PARTS if getattr(window.workspace, name).isAncestorOf(widget)), None
    )


def nameless(root):
    """Visible controls that take the keyboard and have nothing for a screen reader."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not isinstance(widget.parent(), QAbstractScrollArea)
        and not (widget.accessibleName() or getattr(widget, "text", lambda: "")())
        and not widget.objectName().startswith("qt_")
    ]


# A walk.


def test_a_verdict_a_note_and_a_saved_file_without_the_mouse(qtbot, window, case_path):
    """From the list to a verdict, undone and given again, and saved."""
    assert window.workspace.clusters.tree.hasFocus()
    qtbot.keyClick(window.workspace.clusters.tree, Qt.Key.Key_Down)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.workspace.focus.candidate_id in (ALARM, WEAK)
    qtbot.keyClick(window, Qt.Key.Key_S)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert window.document.verdicts == {}
    qtbot.keyClick(window, Qt.Key.Key_G)
    assert len(window.document.verdicts) == 1
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: not window.document.is_modified)


def test_f6_and_back_reach_every_part(qtbot, window):
    window.workspace.clusters.tree.setFocus()
    for keys, order in (
        (Qt.KeyboardModifier.NoModifier, ["plots", "images", "evidence", "strip", "clusters"]),
        (
            Qt.KeyboardModifier.ShiftModifier,
            ["strip", "evidence", "images", "plots", "clusters"],
        ),
    ):
        visited = []
        for _ in PARTS:
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6, keys)
            visited.append(part_of(window, QApplication.focusWidget()))
        assert visited == order


def test_tab_leaves_no_part_as_a_trap(qtbot, window):
    """Tab from the first stage comes by every part, and round to the start."""
    first = window.workspace.strip.buttons["images"]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    visited = []
    for _ in range(120):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        visited.append(part_of(window, focused))
        if focused is first:
            break
    assert QApplication.focusWidget() is first
    assert set(PARTS) <= set(visited)


def test_stages_open_by_key_and_close_by_escape(qtbot, window):
    popover = window.workspace.popover
    for key, stage in ((Qt.Key.Key_1, "images"), (Qt.Key.Key_4, "embedding")):
        qtbot.keyClick(window, key, CONTROL)
        assert popover.isVisible()
        assert popover.stage == stage
        qtbot.keyClick(popover, Qt.Key.Key_Escape)
        assert not popover.isVisible()


def test_settings_are_changed_by_keyboard_alone(qtbot, window):
    popover = window.workspace.popover
    qtbot.keyClick(window, Qt.Key.Key_4, CONTROL)
    popover.settings_button.setFocus()
    qtbot.keyClick(popover.settings_button, Qt.Key.Key_Space)
    box = popover.form.editors["embedding.latent_dims"]
    assert box.hasFocus()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    qtbot.keyClick(popover, Qt.Key.Key_Escape)
    assert window.document.states["embedding"] == "stale"
    assert "stale" in window.workspace.strip.buttons["embedding"].accessibleName()
    assert window.workspace.clusters.banner.isVisible()
    assert window.status.state.text() == "Unsaved changes"
    assert window.isWindowModified()
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert window.document.states["embedding"] == "fresh"


def test_the_layout_is_reset_by_its_command(qtbot, window):
    docks = window.workspace.docks
    docks.evidence.hide()
    docks.classes.setFloating(True)
    window.actions_["reset_layout"].trigger()
    assert docks.evidence.isVisible()
    assert not docks.classes.isFloating()


def test_the_list_is_sorted_by_command(window):
    model = window.workspace.clusters.model
    by_size = next(c.action for c in window.menus.commands() if c.name == "Size")
    by_size.trigger()
    sizes = [entry.candidates[0].size for entry in model.entries if entry.candidates]
    assert sizes == sorted(sizes, reverse=True)
    by_size.trigger()
    turned = [entry.candidates[0].size for entry in model.entries if entry.candidates]
    assert turned == sizes[::-1]


# Commands.


def test_every_command_has_a_menu_a_tip_and_its_key_in_the_list_of_keys(qtbot, window):
    for spec in SPECS:
        if spec.id:
            assert window.actions_[spec.id].toolTip(), spec.id
            assert spec.menu, spec.id
    dialog = KeyList(window)
    qtbot.addWidget(dialog)
    told = " ".join(part.text() for part in dialog.findChildren(QWidget) if hasattr(part, "text"))
    for spec in SPECS:
        for key in spec.keys:
            assert QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) in told
    for _, keys, _ in VIEW_KEYS:
        assert keys in told


def test_the_finder_finds_every_entry_of_the_menus(window):
    names = {command.name for command in window.menus.commands()}
    wanted = {
        a.text().replace("&", "") for a in map(window.actions_.__getitem__, CANDIDATE_MENU[:3])
    }
    assert wanted <= names
    assert {"Images", "Evidence", "Reset the layout", "Dark", "Embedding…", "Preferences…"} <= names
    assert any(command.where == "File, Open recent" for command in window.menus.commands())


def test_what_the_rows_above_plots_and_images_do_is_found_and_done(window):
    """Tools, colours, views, highlight and residual were for the mouse and for keys alone."""
    plots, look = window.workspace.plots, window.workspace.images.look

    def trigger(name, where):
        found = [c for c in window.menus.commands() if c.name == name and where in c.where]
        assert len(found) == 1, name
        found[0].action.trigger()
        return found[0].action

    assert trigger("Lasso", "Plot tool").isChecked()
    trigger("True label", "Colour points by")
    trigger("Residual", "Images show")
    trigger("Dim the rest", "Highlight")
    trigger("Confidence against typicality", "Add a plot")
    assert (plots.tool, plots.colour_box.currentText()) == ("lasso", "True label")
    assert (look.what, look.highlight.mode) == ("residual", "dim")
    assert plots.kinds[-1] == "confidence"
    plots.set_tool("rectangle")
    marked = [c for c in window.menus.commands() if c.where.endswith("tool")]
    assert [c.action.isChecked() for c in marked[:3]] == [False, False, True]


def test_what_belongs_to_a_project_is_off_on_the_start_page(window):
    window.close_project()
    names = {command.name for command in window.menus.commands()}
    assert not {"Lasso", "Residual", "Size", "Embedding…"} & names


def test_the_finder_finds_by_menu_and_tip_and_says_when_there_is_none(qtbot, window):
    finder = CommandFinder(window.menus.commands(), window)
    qtbot.addWidget(finder)
    finder.show()
    finder.box.setText("theme light")
    assert finder.list.item(0).text() == "Light"
    qtbot.keyClick(finder.box, Qt.Key.Key_Return)
    assert theme.current() is theme.LIGHT
    finder = CommandFinder(window.menus.commands(), window)
    qtbot.addWidget(finder)
    finder.show()
    finder.box.setText("no such thing")
    assert finder.list.count() == 0
    assert finder.none.isVisible()


def test_the_finder_leaves_out_what_would_do_nothing(empty_window):
    names = {command.name for command in empty_window.menus.commands()}
    assert "Spurious" not in names
    assert "Save" not in names
    assert "Open…" in names


# Names and contrast.


def test_every_control_of_every_screen_has_a_name(qtbot, window):
    popover, button = window.workspace.popover, window.workspace.strip.buttons["candidates"]
    for settings in (False, True):
        popover.show_stage("candidates", button, settings=settings)
        assert nameless(popover) == []
    popover.close()
    for dialog in (
        PreferencesDialog(window.preferences, window),
        CommandFinder(window.menus.commands(), window),
        KeyList(window),
    ):
        dialog.show()
        assert nameless(dialog) == []
        dialog.close()
    window.close_project()
    assert nameless(window) == []


@pytest.mark.parametrize("shown_theme", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_text_on_buttons_rows_and_tips_can_be_read(shown_theme):
    pairs = [("on_accent", "accent_fill"), ("text", "hover"), ("text2", "hover"), ("text", "track")]
    for text, ground in pairs:
        assert contrast(getattr(shown_theme, text), getattr(shown_theme, ground)) >= 4.5, text
    for edge in ("field", "accent"):
        assert contrast(getattr(shown_theme, edge), shown_theme.canvas) >= 3.0, edge


# The status bar.


def quarter_done(progress):
    return 4 * progress.value() == progress.maximum()


def test_a_slow_job_shows_its_progress_and_can_be_cancelled(qtbot):
    runner, go_on = JobRunner(), threading.Event()
    bar = StatusBar(runner)
    qtbot.addWidget(bar)
    bar.show()

    def work(report, deliver):
        while not go_on.wait(0.005):
            report(1, 4, "export: image 1 of 4")

    job = runner.submit("export", work)
    assert not bar.progress.isVisible()
    qtbot.waitUntil(lambda: bar.progress.isVisible() and quarter_done(bar.progress))
    assert bar.state.text() == "Exporting…"
    assert bar.cancel_button.isVisible()
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    qtbot.waitUntil(lambda: not bar.progress.isVisible())
    go_on.set()
    runner.close()


def test_the_command_cancels_an_export_and_never_a_save(qtbot, window):
    stop = threading.Event()

    def work(report, deliver):
        while not stop.wait(0.005):
            report(0, 0, "")

    job = window.runner.submit("save", work)
    qtbot.waitUntil(lambda: job.state == "running")
    assert not window.actions_["cancel_run"].isEnabled()
    window.cancel_run()
    assert not job.is_stopping
    stop.set()
    qtbot.waitUntil(lambda: not window.runner.jobs)
    stop.clear()
    job = window.runner.submit("export", work)
    qtbot.waitUntil(lambda: window.actions_["cancel_run"].isEnabled())
    with qtbot.waitSignal(job.cancelled):
        window.actions_["cancel_run"].trigger()
    assert shown(QDialog) is None
