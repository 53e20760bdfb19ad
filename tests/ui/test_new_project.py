"""The new-project dialog as a person uses it: from folders to an open project."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from spurview.jobs import JobRunner
from spurview.pipeline.estimate import Estimate
from spurview.ui.dialogs import dialog_jobs, opening
from spurview.ui.dialogs.latest import Latest
from spurview.ui.dialogs.new_project import NewProjectDialog
from spurview.ui.dialogs.trust import TrustDialog
from tests.sources import made
from tests.ui.using_window import drop, idle, shown

NETWORK = """
from pathlib import Path
from torch import nn

Path(r"{ran}").touch()


def network():
    return nn.Sequential(nn.AvgPool2d(5), nn.Flatten(), nn.Linear(12, {n_classes}))
"""


@pytest.fixture
def folders(tmp_path):
    """Three classes of interest, one with a broken file, and a pool that shares one image."""
    interest, pool = tmp_path / "marks", made.pool(tmp_path / "pool")
    pictures = made.images(30)
    for number, pixels in enumerate(pictures):
        folder = interest / "abc"[number % 3]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(made.png(pixels))
    (interest / "b" / "broken.png").write_bytes(b"\x89PNG nothing")
    (pool / "twice.png").write_bytes(made.png(pictures[0]))
    return interest, pool


@pytest.fixture(autouse=True)
def estimate(monkeypatch):
    """The time it takes, told at once: measuring it trains for some seconds."""
    told = Estimate(20.0, 40.0, "cpu", 5 << 20)
    monkeypatch.setattr(dialog_jobs, "estimating", lambda *_: lambda report, deliver: told)


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def at_classifier(qtbot, window, folders):
    """The dialog on its third page, with both folders."""
    dialog = opening.new_project(window, folders[0])
    qtbot.waitUntil(lambda: dialog.interest.is_done)
    press(qtbot, dialog.next)
    dialog.pool.path.setText(str(folders[1]))
    qtbot.waitUntil(lambda: dialog.pool.is_done)
    press(qtbot, dialog.next)
    return dialog


def own_network(qtbot, dialog, tmp_path, n_classes):
    """A Python file as the network; gives what exists once it has run."""
    ran, file = tmp_path / "ran", tmp_path / "net.py"
    file.write_text(NETWORK.format(ran=ran, n_classes=n_classes))
    press(qtbot, dialog.classifier.own)
    dialog.classifier.network.file.setText(str(file))
    dialog.classifier.network.function.setText("network")
    qtbot.waitUntil(lambda: shown(TrustDialog) is not None, timeout=20_000)
    return ran


def test_a_folder_dropped_on_the_window_begins_a_project_with_it(qtbot, empty_window, folders):
    drop(empty_window, folders[0])
    dialog = shown(NewProjectDialog)
    assert dialog.interest.path.text() == str(folders[0])
    dialog.reject()


def test_from_two_folders_to_an_open_project(qtbot, empty_window, folders, tmp_path):
    dialog = at_classifier(qtbot, empty_window, folders)
    dialog.classifier.training.epochs.setValue(3)
    press(qtbot, dialog.next)
    qtbot.waitUntil(lambda: "about 1 min to train" in dialog.summary.lines["Takes"].text())
    assert dialog.summary.lines["Images become"].text() == "10 × 10 pixels"
    press(qtbot, dialog.next)
    qtbot.waitUntil(lambda: empty_window.document is not None, timeout=20_000)
    info = empty_window.document.info
    assert (info.class_names, info.settings.classifier.epochs) == (["a", "b", "c"], 3)
    assert empty_window.document.path == tmp_path / "marks.spurview"


def test_each_page_says_what_it_found_and_what_is_wrong(qtbot, empty_window, folders):
    dialog = at_classifier(qtbot, empty_window, folders)
    assert dialog.interest.told == "3 classes, 31 images"
    qtbot.waitUntil(lambda: bool(dialog.pool.warning.text))
    assert "1 image is among the images of interest too" in dialog.pool.warning.text
    assert "only 6 images" in dialog.pool.small.text
    said = [part.text() for part in dialog.interest.found._parts if hasattr(part, "text")]
    assert any(text.startswith("b/broken.png: ") for text in said)
    dialog.reject()


def test_nothing_goes_on_without_images(qtbot, empty_window, tmp_path):
    dialog = opening.new_project(empty_window, tmp_path / "nowhere")
    qtbot.waitUntil(lambda: bool(dialog.interest.failure.text))
    assert not dialog.next.isEnabled()
    assert "nowhere" in dialog.interest.failure.text
    dialog.reject()


def test_a_python_file_runs_only_once_it_was_agreed_to(qtbot, empty_window, folders, tmp_path):
    dialog = at_classifier(qtbot, empty_window, folders)
    ran = own_network(qtbot, dialog, tmp_path, 3)
    asking = shown(TrustDialog)
    assert "def network" in asking.content.toPlainText()
    asking.reject()
    assert not ran.exists()
    assert not dialog.next.isEnabled()
    press(qtbot, dialog.classifier.tryout.open_file)
    press(qtbot, shown(TrustDialog).agree)
    qtbot.waitUntil(lambda: dialog.classifier.is_done, timeout=20_000)
    answers = dialog.classifier.tryout.grid.answers
    assert len(answers) == 16
    assert [a.is_right for a in answers[-3:]] == [None] * 3
    press(qtbot, dialog.next)
    press(qtbot, dialog.next)
    qtbot.waitUntil(lambda: empty_window.document is not None, timeout=20_000)
    assert empty_window.document.info.network.name == "network"


def test_a_network_of_other_classes_is_refused_before_going_on(
    qtbot, empty_window, folders, tmp_path
):
    dialog = at_classifier(qtbot, empty_window, folders)
    own_network(qtbot, dialog, tmp_path, 7)
    press(qtbot, shown(TrustDialog).agree)
    qtbot.waitUntil(lambda: bool(dialog.classifier.tryout.failure.text), timeout=20_000)
    assert "tells 7 classes apart" in dialog.classifier.tryout.failure.text
    assert not dialog.next.isEnabled()
    dialog.reject()


def test_stopping_leaves_no_project_and_the_dialog_open(
    qtbot, empty_window, folders, tmp_path, monkeypatch
):
    dialog = at_classifier(qtbot, empty_window, folders)
    press(qtbot, dialog.next)
    reached = threading.Event()

    def creating(*_):
        def work(report, deliver):
            reached.set()
            while True:
                report(1, 2, "images: reading")

        return work

    monkeypatch.setattr(dialog_jobs, "creating", creating)
    press(qtbot, dialog.next)
    qtbot.waitUntil(reached.is_set)
    assert not dialog.back.isEnabled()
    press(qtbot, dialog.summary.job.cancel)
    idle(qtbot, empty_window)
    assert dialog.isVisible()
    assert dialog.next.isEnabled()
    assert not (tmp_path / "marks.spurview").exists()
    dialog.reject()


def test_only_the_last_question_is_answered(qtbot, qapp):
    runner = JobRunner()
    latest = Latest(runner, "asked", qapp)
    seen, begun, go = [], threading.Event(), threading.Event()
    latest.arrived.connect(seen.append)

    def slow(report, deliver):
        begun.set()
        go.wait(5)
        return "old"

    latest.ask(lambda: slow)
    qtbot.waitUntil(begun.is_set)
    latest.ask(lambda: lambda report, deliver: "new")
    go.set()
    qtbot.waitUntil(lambda: bool(seen))
    QApplication.processEvents()
    assert seen == ["new"]
    runner.close()
