"""Dialogs that ask for a file or a folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

_SUFFIXES = (".spurview", ".h5", ".hdf5")
_FILTER = "spurview projects (*.spurview *.h5 *.hdf5);;All files (*)"


def is_project_name(path: str) -> bool:
    """Whether a file of this name may be a project."""
    return path.lower().endswith(_SUFFIXES)


def free_name(path: Path) -> Path:
    """The path, or the first of ``NAME-2``, ``NAME-3`` … at which nothing stands."""
    free, number = path, 2
    while free.exists():
        free = path.with_stem(f"{path.stem}-{number}")
        number += 1
    return free


def choose_project(parent: QWidget) -> Path | None:
    """A project to open; None when the person turned away."""
    path, _ = QFileDialog.getOpenFileName(parent, "Open a project", "", _FILTER)
    return Path(path) if path else None


def choose_target(parent: QWidget, start: Path) -> Path | None:
    """Where to save; the ending is added where it is missing."""
    path, _ = QFileDialog.getSaveFileName(parent, "Save the project as", str(start), _FILTER)
    if not path:
        return None
    return Path(path if is_project_name(path) else f"{path}.spurview")


def choose_folder(parent: QWidget, start: Path) -> Path | None:
    """A folder to export into."""
    path = QFileDialog.getExistingDirectory(parent, "Export into a folder", str(start))
    return Path(path) if path else None


def choose_file(parent: QWidget, title: str, start: Path, suffix: str) -> Path | None:
    """Where to write one file, asked before one that is there is replaced; has the suffix."""
    kinds = f"{suffix[1:].upper()} (*{suffix});;All files (*)"
    dialog = QFileDialog(parent, title, str(start), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    # With it the dialog itself adds the suffix, and so asks about the file it will write.
    dialog.setDefaultSuffix(suffix[1:])
    chosen = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    return Path(chosen[0]) if chosen else None
