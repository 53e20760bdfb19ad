"""What happens around opening a project file: the checks, the lock, clearing up after kills."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from spurview.core.errors import LockedError, SaveError
from spurview.project import foreign, lock, writer
from spurview.project.data_file import DataFile, stamp
from spurview.project.header import Header, digest_of, open_regular, read_header
from spurview.project.lock import Lock
from spurview.project.sentences import damaged, shown

# Digested before opening up to this size, at about a second for each GB; above, when asked to.
MOST_CHECKED = 256_000_000


def open_file(path: Path) -> tuple[DataFile, bool | None]:
    """The project file at `path`, and whether its digest fits: None when it is too large to look.

    Raises as `Project.open` does.
    """
    fd = open_regular(path)
    try:
        header = read_header(fd, path)
        verified = _fits(fd, path, header)
        table = foreign.structure(path, stamp(os.fstat(fd)))
    except BaseException:
        os.close(fd)
        raise
    return DataFile(fd, path, table, header.digest), verified


def _fits(fd: int, path: Path, header: Header) -> bool | None:
    if header.length > MOST_CHECKED:
        return None
    if digest_of(fd, path) != header.digest:
        raise damaged(path, "the digest does not fit")
    return True


def is_current(file: DataFile) -> bool:
    """Whether the file's path still leads to it, as it was opened."""
    try:
        return stamp(os.stat(file.path)) == file.stamp
    except OSError:
        return False


def try_lock(path: Path, take_over: bool) -> tuple[Lock | None, str | None]:
    """A lock; or None and who has it, nobody where no lock file can be made or none is needed."""
    if not os.access(path, os.W_OK):
        return None, None
    try:
        return lock.acquire(path, take_over=take_over), None
    except LockedError as error:
        return None, error.details
    except OSError:
        return None, None


def lock_for_writing(path: Path) -> Lock | None:
    """A lock to write `path` under; SaveError when another process has it."""
    try:
        return lock.acquire(path)
    except LockedError as error:
        raise SaveError(
            f"{shown(path)} is open in another spurview ({error.details}): "
            "save it under another name.",
            details=error.details,
        ) from error
    except OSError:
        # Writing itself will fail too, and say why better.
        return None


def delete_leftovers(path: Path) -> None:
    """Delete what killed saves left; nobody else can own it while we hold the lock."""
    with contextlib.suppress(OSError):
        for name in os.listdir(path.parent):
            if writer.is_leftover(name, path.name):
                path.with_name(name).unlink(missing_ok=True)
