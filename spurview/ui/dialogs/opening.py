"""Opens the dialogs for the window, and opens the projects that they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from spurview.ui.dialogs.compare import CompareDialog
from spurview.ui.dialogs.locate import LocateDialog
from spurview.ui.dialogs.new_project import NewProjectDialog
from spurview.ui.dialogs.plant import PlantDialog

if TYPE_CHECKING:
    from spurview.ui.main_window import MainWindow
    from spurview.ui.workspace import Workspace


def new_project(window: MainWindow, folder: Path | None = None) -> NewProjectDialog:
    """The new-project dialog, with a folder of images of interest where one was dropped."""
    document = window.document
    dialog = NewProjectDialog(
        window.runner,
        window.agreement,
        folder=folder,
        save_in=_beside(folder, document.path.parent if document else None),
        device=window.preferences.remembered.device,
        parent=window,
    )
    dialog.made.connect(lambda path, plants: _show(window, path, plants))
    dialog.open()
    return dialog


def plant(window: MainWindow, workspace: Workspace) -> PlantDialog:
    """Plant a test pattern into the open project's images, in an experiment that is opened."""
    dialog = PlantDialog(workspace.document, window.runner, window)
    dialog.made.connect(window.open_path)
    dialog.open()
    return dialog


def sensitivity(window: MainWindow, workspace: Workspace) -> QDialog:
    """Trials on the open project's images."""
    # Late: it draws with pyqtgraph.
    from spurview.ui.dialogs.sensitivity import SensitivityDialog

    dialog = SensitivityDialog(workspace.document, window.runner, window)
    dialog.open()
    return dialog


def compare(window: MainWindow, workspace: Workspace) -> CompareDialog:
    """The open project beside another."""
    dialog = CompareDialog(workspace.document, window.runner, window)
    dialog.candidate_requested.connect(workspace.guide.show_candidate)
    dialog.open()
    return dialog


def locate(window: MainWindow, workspace: Workspace) -> LocateDialog:
    """Find the open project's originals again."""
    dialog = LocateDialog(workspace.document, window.runner, window)
    dialog.open()
    return dialog


def _beside(folder: Path | None, project: Path | None) -> Path:
    """Where a new project is likely to be wanted."""
    for place in (project, folder.parent if folder else None):
        if place is not None and place.is_dir():
            return place
    return Path.home()


def _show(window: MainWindow, path: Path, plants: bool) -> None:
    if plants:
        # Once, for this project alone.
        window.after_opening = lambda: window.actions_["plant"].trigger()
    window.open_path(path)
