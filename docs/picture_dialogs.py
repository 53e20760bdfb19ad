"""The dialogs that docs/pictures.py shows, over folders written from the open project's images."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtWidgets import QApplication

from spurview.jobs import Failure
from spurview.project.model import INTEREST_TRAIN, POOL
from spurview.sources.network_file import NotAgreedError
from spurview.sources.python_network import PYTHON
from spurview.ui import commands, messages
from spurview.ui.dialogs import opening
from spurview.ui.dialogs.new_project import NewProjectDialog
from spurview.ui.main_window import MainWindow

_INTEREST, _POOL, _SUMMARY = 600, 1200, 3
# Where the second network's project is.
SECOND = "SPURVIEW_PICTURES_SECOND"
_NETWORK = '''"""The ward's classifier, as it was trained in March."""

import torch
from torch import nn
from torchvision.models import resnet18


def network() -> nn.Module:
    model = resnet18(num_classes=5)
    model.load_state_dict(torch.load("march.pth", weights_only=True))
    return model
'''


def new_project(page: int) -> Callable[[MainWindow], None]:
    """Shows the new-project dialog on one of its pages, 0 to 3, what is before it filled in."""

    def show(window: MainWindow) -> None:
        interest, pool = _folders(window)
        dialog = opening.new_project(window, interest)
        _wait(lambda: dialog.interest.is_done)
        if page > 0:
            dialog.go_to(1)
            dialog.pool.path.setText(str(pool))
            _wait(lambda: dialog.pool.is_done)
        for number in range(2, page + 1):
            _wait(lambda number=number: _went_to(dialog, number))
        if page == _SUMMARY:
            _wait(lambda: "measuring" not in dialog.summary.lines["Takes"].text())

    return show


def plant(window: MainWindow) -> None:
    dialog = opening.plant(window, window.workspace)
    _wait(lambda: bool(dialog.said.text()))


def sensitivity(window: MainWindow) -> None:
    opening.sensitivity(window, window.workspace)


def compare(window: MainWindow) -> None:
    """The sample beside the project of a second network, which picture_projects.py made."""
    dialog = opening.compare(window, window.workspace)
    dialog.path.setText(os.environ[SECOND])
    dialog.start()
    _wait(lambda: dialog.table.isVisible())


def locate(window: MainWindow) -> None:
    """The folder of one source is elsewhere, and typed in."""
    dialog = opening.locate(window, window.workspace)
    _wait(lambda: bool(dialog.state.text))
    dialog.place.setText("/media/archive/photos/train")


def trust(window: MainWindow) -> None:
    """A Python file is to be agreed to."""
    path = Path(os.environ["HOME"], "march.py")
    path.write_text(_NETWORK)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    asked = NotAgreedError(path, digest, PYTHON)
    window.agreement.ask(window, asked, lambda: None)


def failure(window: MainWindow) -> None:
    """What a run says that cannot go on, its details shown."""
    told = Failure(
        "The disk is full: the embedding's checkpoint could not be written. Make room on "
        "/tmp and press Run again: the classifier is kept.",
        "OSError: [Errno 28] No space left on device",
    )
    dialog = messages.show_failure(window, "The run stopped", told)
    dialog.details_button.click()


def note(window: MainWindow) -> None:
    dialog = window.workspace.judging.open_note(window)
    dialog.editor.setPlainText(
        "A patch at the top left of the threes.\nScanner of ward 3? Ask for its raw images."
    )


def name(window: MainWindow) -> None:
    window.workspace.candidates.rename()


def tags(window: MainWindow) -> Callable[[], None]:
    """Tags of the candidate where others have some already."""
    document, focus = window.document, window.workspace.focus
    commands.set_tags(document, focus.candidate_id, ["marker", "ward 3"])
    window.workspace.candidates.edit_tags()
    return document.undo_stack.undo


def merge(window: MainWindow) -> Callable[[], None]:
    """The first candidate of a class that has another."""
    workspace, findings = window.workspace, window.document.findings.findings
    classes = [f.class_ for f in findings]
    alarmed = workspace.focus.candidate_id
    workspace.guide.show_candidate(next(f.id for f in findings if classes.count(f.class_) > 1))
    workspace.candidates.merge()
    return lambda: workspace.guide.show_candidate(alarmed)


def class_choice(window: MainWindow) -> Callable[[], None]:
    """A candidate of images that got several classes."""
    workspace = window.workspace
    before = sorted(workspace.selection.rows)
    role = window.document.reader.read("/images/role")
    workspace.selection.set_rows(_some(role == POOL, 60))
    workspace.candidates.new_candidate()
    return lambda: workspace.selection.set_rows(before)


def _went_to(dialog: NewProjectDialog, number: int) -> bool:
    dialog.go_to(number)
    return dialog.stack.currentIndex() == number


def _folders(window: MainWindow) -> tuple[Path, Path]:
    """Folders of pictures of interest, by class, and of the pool."""
    photos = Path(os.environ["HOME"], "photos")
    interest, pool = photos / "train", photos / "other"
    if not photos.exists():
        reader, names = window.document.reader, window.document.info.label_names
        role, labels = reader.read("/images/role"), reader.read("/images/label")
        own = _some(role == INTEREST_TRAIN, _INTEREST)
        for row in own:
            _write(window, row, interest / f"digit {names[labels[row]]}" / f"{row}.png")
        for row in _some(role == POOL, _POOL):
            _write(window, row, pool / f"{row}.png")
    return interest, pool


def _write(window: MainWindow, row: int, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = window.document.reader.read_rows("/images/pixels", [row])[0]
    Image.fromarray(pixels.squeeze()).save(path)


def _wait(is_so: Callable[[], bool]) -> None:
    while not is_so():
        QApplication.processEvents()


def _some(wanted: NDArray[np.bool_], n: int) -> list[int]:
    """The rows of n images, spread over all that are wanted."""
    rows = np.flatnonzero(wanted)
    chosen: list[int] = rows[np.linspace(0, len(rows) - 1, n).astype(int)].tolist()
    return chosen
