"""Which files lie in a folder of images, in an order that never changes. Opens none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spurview.core.errors import InputError
from spurview.core.progress import Report
from spurview.sources.spec import natural_key, readable

MAX_DEPTH = 64


@dataclass(frozen=True)
class Listed:
    """One file below a source: its path, its parts below the source, a reason if it is left out."""

    path: Path
    parts: tuple[str, ...]
    reason: str = ""

    @property
    def key(self) -> bytes:
        """The parts as bytes, joined by slashes."""
        return b"/".join(os.fsencode(part) for part in self.parts)


def list_files(folder: Path, report: Report) -> list[Listed]:
    """All files below `folder` but hidden ones, folder by folder in natural order.

    Links to folders are not followed and listed as left out. Raises InputError when the folder is
    missing or is no folder.
    """
    if not os.path.lexists(folder):
        raise InputError(f"There is no folder {readable(str(folder))}.")
    if not folder.is_dir():
        raise InputError(f"{readable(str(folder))} is not a folder of images.")
    try:
        return list(_below(folder, (), report))
    except OSError as error:
        raise InputError(
            f"The folder {readable(str(folder))} cannot be read: {error.strerror}."
        ) from error


def _below(folder: Path, parts: tuple[str, ...], report: Report) -> Iterator[Listed]:
    report(0, 0, f"images: listing {readable(folder.name)}")
    with os.scandir(folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
    for entry in sorted(shown, key=lambda entry: natural_key(entry.name)):
        path, here = folder / entry.name, (*parts, entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _listed_folder(path, here, report)
        elif entry.is_symlink() and os.path.isdir(path):
            yield Listed(path, here, "a link to a folder is not followed")
        else:
            yield Listed(path, here)


def _listed_folder(path: Path, parts: tuple[str, ...], report: Report) -> Iterator[Listed]:
    if len(parts) > MAX_DEPTH:
        yield Listed(path, parts, "the folder is nested too deeply")
        return
    try:
        yield from _below(path, parts, report)
    except OSError as error:
        yield Listed(path, parts, f"the folder cannot be read: {(error.strerror or '').lower()}")
