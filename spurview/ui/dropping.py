"""What the person dropped on the window: a project's file, or a folder of images."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

from spurview.ui.file_choice import is_project_name


def dropped_project(data: QMimeData) -> Path | None:
    """The first project among the dropped files."""
    return next((path for path in _paths(data) if is_project_name(path.name)), None)


def dropped_folder(data: QMimeData) -> Path | None:
    """The first folder among what was dropped, where there is no project."""
    return next((path for path in _paths(data) if path.is_dir()), None)


def _paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
