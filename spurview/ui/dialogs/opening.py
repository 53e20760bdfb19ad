"""Opens the dialogs for the window, and opens the projects that they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spurview.ui.dialogs.new_project import NewProjectDialog

if TYPE_CHECKING:
    from spurview.ui.main_window import MainWindow


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
