"""Folders made and files written whole, with one clear sentence where that cannot be."""

from __future__ import annotations

import os
from pathlib import Path

from spurview.core.errors import InputError


def make_folder(folder: Path) -> None:
    """Make the folder where it is missing. Raises InputError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "there is a file of that name" if folder.exists() else error.strerror
        raise InputError(f"The folder {folder} cannot be made: {reason}.") from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: first beside, then in its place. Raises InputError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(data)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error
