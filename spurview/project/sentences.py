"""What a person reads about a project file: one sentence each, what to do included."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from spurview.core.errors import DamagedError, NotAProjectError, SaveError

_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def shown(path: str | Path) -> str:
    """The file's name as it can be printed, whatever bytes it has."""
    return os.fsencode(os.path.basename(path)).decode("utf-8", "backslashreplace")


def amount(nbytes: int, like: int | None = None) -> str:
    """A number of bytes in a unit that suits it, or that suits `like`, as ``12 MB``."""
    scale = like or nbytes
    unit, name = next((u for u in _UNITS if scale >= 10 * u[0]), (1, "bytes"))
    return f"{round(nbytes / unit)} {name}"


def no_project(path: Path, why: str) -> NotAProjectError:
    """The error for a file that spurview never made."""
    return NotAProjectError(
        f"{shown(path)} is not a spurview project: open a file made by spurview.", details=why
    )


def damaged(path: Path, why: str) -> DamagedError:
    """The error for a file that is not as spurview wrote it."""
    return DamagedError(
        f"{shown(path)} is damaged: open the backup or copy the file again.", details=why
    )


def cut_short(path: Path, size: int, length: int) -> DamagedError:
    """The error for a file of `size` bytes that should have `length`."""
    number = amount(size, like=length).split()[0]
    is_close = number == amount(length).split()[0]
    there = f"{amount(length - size)} are missing" if is_close else f"{number} of {amount(length)}"
    return DamagedError(
        f"{shown(path)} was cut short ({there}): open the backup or copy the file again.",
        details=f"{size} of {length} bytes",
    )


def not_saved(path: Path, error: Exception, needed: int) -> SaveError:
    """The error for a save that failed by `error` when `needed` bytes were to be written.

    HDF5 reports a full disk as a RuntimeError without a number.
    """
    code = error.errno if isinstance(error, OSError) else None
    folder = path.parent
    if code in _NO_WRITING:
        why = f"the folder {shown(folder)} cannot be written to: save it in another folder"
    elif code == errno.ENOENT:
        why = f"the folder {shown(folder)} does not exist: save it in another folder"
    elif code == errno.EFBIG:
        why = f"a file here may not grow to {amount(needed)}: save it on another disk"
    elif code in _NO_SPACE or isinstance(error, RuntimeError):
        why = (
            f"it needs {amount(needed)} and the disk has {_free(folder)} free: "
            "make room or save it on another disk"
        )
    else:
        reason = getattr(error, "strerror", None) or str(error)
        why = f"{reason}: save it in another place"
    return SaveError(f"{shown(path)} was not saved, {why}.", details=repr(error))


_NO_WRITING = (errno.EACCES, errno.EPERM, errno.EROFS)
_NO_SPACE = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def _free(folder: Path) -> str:
    try:
        return amount(shutil.disk_usage(folder).free)
    except OSError:
        return "too little"
