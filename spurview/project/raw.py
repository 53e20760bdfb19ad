"""Bytes of an open file at a position, read so that many threads may share one descriptor."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from spurview.core.errors import DamagedError, ProjectError
from spurview.project.sentences import shown

# For what others may have put there: nobody waits for the other end of a named pipe.
READ_ONLY = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_MOST_AT_ONCE = 64 << 20
_seeking = threading.Lock()


def read_bytes(fd: int, path: Path, offset: int, nbytes: int) -> bytes:
    """Exactly `nbytes` bytes from `offset` on; errors as for `read_into`."""
    buffer = bytearray(nbytes)
    read_into(fd, path, offset, memoryview(buffer))
    return bytes(buffer)


def read_into(fd: int, path: Path, offset: int, view: memoryview) -> None:
    """Fill `view`, a memoryview of bytes, from `offset` on.

    Raises DamagedError when the file ends before, ProjectError when the disk does not answer.
    """
    done = 0
    while done < len(view):
        try:
            count = _read_some(fd, offset + done, view[done : done + _MOST_AT_ONCE])
        except OSError as error:
            raise ProjectError(
                f"{shown(path)} cannot be read ({error.strerror}): save a copy on another disk.",
                details=str(error),
            ) from error
        if count == 0:
            raise DamagedError(
                f"{shown(path)} was cut short while it was open: open the backup.",
                details=f"no bytes at {offset + done}",
            )
        done += count


def _read_some(fd: int, offset: int, view: memoryview) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(fd, [view], offset)
    with _seeking:
        os.lseek(fd, offset, os.SEEK_SET)
        data = os.read(fd, len(view))
    view[: len(data)] = data
    return len(data)
