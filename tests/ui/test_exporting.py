"""Export from the window: what is written, what is asked before, and that it can be stopped."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from spurview.ui import exporting
from spurview.ui.widgets.link_button import LinkButton
from tests import constructed
from tests.ui.conftest import ALARM, WEAK


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = tmp_path / "out"
    monkeypatch.setattr(exporting, "choose_folder", lambda *_: made)
    return made


def idle(qtbot, window):
    qtbot.waitUntil(lambda: not window.runner.jobs, timeout=20_000)


def press(qtbot, window, action_id):
    window.actions_[action_id].trigger()
    idle(qtbot, window)


def question(window):
    """The box that asks; of this window alone, another test may have left one of its own."""
    return next((box for box in window.findChildren(QMessageBox) if box.isVisible()), None)


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_a_selection_becomes_images_and_their_table(qtbot, window, folder):
    rows = [61, 75, 200]
    window.workspace.selection.set_rows(rows)
    press(qtbot, window, "export_selection")
    lines = table(folder / "images.csv")
    assert [line["key"] for line in lines] == [window.document.keys[row] for row in rows]
    assert [line["class"] for line in lines][:2] == ["b", "b"]
    assert all(0 < float(line["confidence"]) <= 1 for line in lines)
    assert {line["project"] for line in lines} == {window.document.info.project_id}
    pixels = window.document.reader.read_rows("/images/pixels", rows)
    for line, expected in zip(lines, pixels, strict=True):
        picture = Image.open(folder / line["file"])
        assert np.array_equal(np.asarray(picture)[..., 0], expected[..., 0])
        assert picture.text["spurview:revision"] == str(window.document.info.revision)
    assert "4 files are in" in window.status.message.text()


def test_nothing_selected_is_said_and_asks_for_no_folder(qtbot, window, monkeypatch):
    monkeypatch.setattr(exporting, "choose_folder", lambda *_: pytest.fail("asked"))
    window.workspace.selection.clear()
    press(qtbot, window, "export_selection")
    assert window.status.message.text() == exporting.NOTHING_SELECTED


def test_a_cluster_becomes_its_images_pattern_and_figures(qtbot, window, folder):
    press(qtbot, window, "export")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    stem = f"01-{ALARM}"
    assert {f"{stem}-sheet.png", f"{stem}-pattern.png", "statistics.csv", "findings.json"} <= names
    images = sorted((folder / f"{stem}-images").iterdir())
    assert len(images) == len(constructed.CARRIERS)
    shown = np.asarray(Image.open(images[0])).astype(int)
    warm = np.argwhere(shown[..., 0] - shown[..., 2] > 40) * constructed.SIDE / len(shown)
    assert len(warm)
    assert warm.min() >= 0.9
    assert warm.max() <= 4.1


def test_images_are_marked_as_the_window_shows_them(qtbot, window, folder):
    window.workspace.images.look.set_highlight("off")
    press(qtbot, window, "export")
    image = next((folder / f"01-{ALARM}-images").iterdir())
    shown = np.asarray(Image.open(image)).astype(int)
    assert np.array_equal(shown[..., 0], shown[..., 2])


def test_all_findings_are_written_without_single_images(qtbot, window, folder):
    press(qtbot, window, "export_all")
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    assert [f["id"] for f in findings["findings"]] == [ALARM, WEAK]
    assert not [path for path in folder.iterdir() if path.is_dir()]


@pytest.mark.parametrize("answer", ["Cancel", "Replace"])
def test_files_that_are_there_are_replaced_only_when_asked(qtbot, window, folder, answer):
    folder.mkdir()
    (folder / "images.csv").write_text("mine")
    window.workspace.selection.set_rows([70])
    window.actions_["export_selection"].trigger()
    qtbot.waitUntil(lambda: question(window) is not None)
    box = question(window)
    assert "One of these files is in" in box.text()
    button = next(b for b in box.buttons() if b.text().replace("&", "") == answer)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    kept = (folder / "images.csv").read_text(encoding="utf-8")
    assert (kept == "mine") == (answer == "Cancel")


def test_an_export_can_be_cancelled(qtbot, window, folder):
    window.workspace.selection.set_rows(range(60, 300))
    window.actions_["export_selection"].trigger()
    window.runner.jobs[0].started.connect(window.cancel_run)
    idle(qtbot, window)
    assert window.status.message.text() == "The export was cancelled."
    assert len(list(folder.rglob("*.png"))) < 240


def test_the_pattern_is_saved_as_a_picture(qtbot, window, tmp_path, monkeypatch):
    path = tmp_path / "mark.png"
    monkeypatch.setattr(exporting, "choose_file", lambda *_: path)
    press(qtbot, window, "save_pattern")
    picture = Image.open(path)
    assert picture.text["spurview:project"] == window.document.info.project_id
    zoom = picture.width // constructed.SIDE
    shown = np.asarray(picture)
    assert (shown[2 * zoom : 3 * zoom, 2 * zoom : 3 * zoom] > 200).all()
    assert (shown[10 * zoom :, 10 * zoom :] < 200).all()


def test_the_report_is_saved_as_one_page(qtbot, window, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    monkeypatch.setattr(exporting, "choose_file", lambda *_: path)
    press(qtbot, window, "save_report")
    page = path.read_text(encoding="utf-8")
    assert page.endswith("</body></html>\n")
    assert f"<h1>{window.document.path.stem}</h1>" in page
    assert window.status.message.text() == f"Saved {path}"


def press_link(window, text):
    links = window.workspace.evidence.findChildren(LinkButton)
    next(link for link in links if link.text() == text and link.isEnabled()).click()


def test_evidence_saves_the_training_images_to_clean(qtbot, window, tmp_path, monkeypatch):
    path = tmp_path / "list.csv"
    monkeypatch.setattr(exporting, "choose_file", lambda *_: path)
    press_link(window, "Save the list…")
    idle(qtbot, window)
    lines = table(path)
    rows = window.document.rows[ALARM].training
    assert [line["key"] for line in lines] == [window.document.keys[row] for row in rows]
    assert {line["role"] for line in lines} == {"training"}


def test_evidence_saves_its_pattern(qtbot, window, tmp_path, monkeypatch):
    path = tmp_path / "mark.png"
    monkeypatch.setattr(exporting, "choose_file", lambda *_: path)
    press_link(window, "Save the pattern…")
    idle(qtbot, window)
    assert np.asarray(Image.open(path)).shape[1] >= constructed.SIDE


def test_figures_of_the_evidence_are_copied_as_tab_separated_text(qtbot, window):
    area = window.workspace.evidence.scroll_area
    area.setFocus()
    qtbot.keyClick(area, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().split("\n")
    assert lines[0].split("\t") == ["effect", "share", "low", "high"]
    assert lines[1].split("\t") == ["Pattern inserted", "0.62", "0.52", "0.71"]
    assert "Training images" in QApplication.clipboard().text()


def test_verdict_keys_reach_the_document_from_the_large_view(qtbot, window):
    images = window.workspace.images
    images.open_large(images.grid.rows[0])
    large = images.large_view
    qtbot.waitUntil(large.isActiveWindow)
    qtbot.keyClick(large, Qt.Key.Key_S)
    assert window.document.finding(ALARM).verdict == "spurious"
    qtbot.waitUntil(lambda: large.row in window.document.rows[WEAK].members)
    assert window.workspace.focus.candidate_id == WEAK
    qtbot.keyClick(large, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.finding(ALARM).verdict is None
