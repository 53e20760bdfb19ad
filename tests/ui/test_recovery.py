"""A window that dies loses nothing: what it had confirmed is offered at the next opening."""

from __future__ import annotations

import errno
import shutil

import pytest

from spurview.core.settings import with_setting
from spurview.project import journal
from spurview.project.model import Verdict
from spurview.ui import commands, saving

pytestmark = pytest.mark.usefixtures("quick_opening")

ALARM, WEAK = "1-aaaaaaaa", "0-bbbbbbbb"


def kept(window):
    """What the journal beside the window's project has beyond the file, once it is written."""
    window.recovery.writer.finish()
    project = window.document.project
    return journal.unsaved(project.path, project.info, project.verdicts)


def edit(window):
    document = window.document
    commands.set_verdict(document, ALARM, "spurious")
    commands.set_note(document, WEAK, "a note")
    commands.set_settings(document, with_setting(document.info.settings, "seed", "7"), "seed")


def crash(window, tmp_path):
    """The files as they are at this moment, somewhere else: what a killed window leaves."""
    window.recovery.writer.finish()
    folder = tmp_path / "crashed"
    folder.mkdir()
    path = window.document.path
    shutil.copy(path, folder)
    shutil.copy(journal.journal_of(path), folder)
    return folder / path.name


def reopen(window, path, qtbot):
    window._open(path)
    qtbot.waitUntil(lambda: window.document.path == path and not window.runner.jobs, timeout=20_000)


@pytest.fixture
def crashed(window, tmp_path, qtbot):
    """The window with a project whose last session was killed after some edits."""
    edit(window)
    path = crash(window, tmp_path)
    reopen(window, path, qtbot)
    return window


def test_edits_are_in_the_journal(window):
    assert kept(window) is None
    assert not journal.journal_of(window.document.path).exists()
    edit(window)
    found = kept(window)
    assert found.verdicts[ALARM].verdict == "spurious"
    assert found.verdicts[WEAK].note == "a note"
    assert found.settings.seed == 7


def test_what_is_undone_is_not_offered(window):
    edit(window)
    for _ in range(3):
        window.document.undo_stack.undo()
    assert kept(window) is None


def test_restore_gives_back_everything_in_one_step(crashed):
    box = crashed.recovery.box
    assert box.text().startswith("Unsaved work of ")
    assert box.informativeText() == "It changes what was said of 2 candidates and settings."
    crashed.recovery.restore()
    document = crashed.document
    assert document.verdicts[ALARM].verdict == "spurious"
    assert document.verdicts[WEAK].note == "a note"
    assert document.info.settings.seed == 7
    assert document.is_modified
    document.undo_stack.undo()
    assert not document.is_modified


def test_discard_drops_it_and_keeps_what_came_since(crashed):
    commands.set_note(crashed.document, ALARM, "later")
    crashed.recovery.discard()
    found = kept(crashed)
    assert list(found.verdicts) == [ALARM]
    assert found.verdicts[ALARM].note == "later"
    assert found.settings is None


def test_discard_alone_removes_the_journal(crashed):
    crashed.recovery.discard()
    assert kept(crashed) is None
    assert not journal.journal_of(crashed.document.path).exists()


def test_undecided_work_outlives_a_save_and_closing(crashed, qtbot):
    commands.set_note(crashed.document, ALARM, "later")
    crashed.saving.save()
    qtbot.waitUntil(lambda: not crashed.document.is_modified, timeout=20_000)
    path = crashed.document.path
    project = crashed.document.project
    crashed._close_project()
    found = journal.unsaved(path, project.info, project.verdicts)
    assert found.verdicts[WEAK].note == "a note"
    assert found.settings.seed == 7


def test_a_save_clears_the_journal(window, qtbot):
    edit(window)
    window.saving.save()
    qtbot.waitUntil(lambda: not window.document.is_modified, timeout=20_000)
    window.recovery.writer.finish()
    assert not journal.journal_of(window.document.path).exists()


def test_leaving_without_saving_clears_the_journal(window):
    edit(window)
    path = window.document.path
    window._close_project()
    assert not journal.journal_of(path).exists()


def test_save_as_takes_the_journal_along(window, tmp_path, qtbot, monkeypatch):
    edit(window)
    old, new = window.document.path, tmp_path / "new.spurview"
    monkeypatch.setattr(saving, "choose_target", lambda *_: new)
    window.saving.save_as()
    qtbot.waitUntil(lambda: window.document.path == new, timeout=20_000)
    commands.set_note(window.document, ALARM, "later")
    window.recovery.writer.finish()
    assert not journal.journal_of(old).exists()
    assert kept(window).verdicts[ALARM].note == "later"


def test_a_read_only_project_is_offered_nothing(window, tmp_path, qtbot, monkeypatch):
    edit(window)
    path = crash(window, tmp_path)
    monkeypatch.setattr("os.access", lambda *_: False)
    reopen(window, path, qtbot)
    assert window.document.read_only
    assert window.recovery.box is None


def test_a_journal_without_room_is_told_once(window, qtbot, monkeypatch):
    said = []
    monkeypatch.setattr(window.recovery, "_say", said.append)

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal, "append", fail)
    edit(window)
    qtbot.waitUntil(lambda: bool(said))
    assert len(said) == 1
    assert "No space left on device" in said[0]


def test_a_failed_save_offers_another_place(window, tmp_path, qtbot, monkeypatch):
    edit(window)
    document, elsewhere = window.document, tmp_path / "y.spurview"
    document.path.write_bytes(document.path.read_bytes() + b"!")
    monkeypatch.setattr(saving, "choose_target", lambda *_: elsewhere)
    dialogs = []
    real = saving.messages.show_failure
    monkeypatch.setattr(
        saving.messages, "show_failure", lambda *a: dialogs.append(real(*a)) or dialogs[-1]
    )
    window.saving.save()
    qtbot.waitUntil(lambda: bool(dialogs), timeout=20_000)
    assert document.verdicts[ALARM] == Verdict(
        class_name="b",
        verdict="spurious",
        time=document.verdicts[ALARM].time,
        members=document.verdicts[ALARM].members,
    )
    assert any(
        b.text() == "Save as…" for b in dialogs[0].findChildren(type(dialogs[0].copy_button))
    )
    dialogs[0].accept()
