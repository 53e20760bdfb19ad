"""The lock file beside a project, ``NAME.lock``: which process has the project open for writing.

A lock whose holder is dead is taken over. Locks are advice: saving also looks whether the file
was changed by somebody else.
"""

from __future__ import annotations

import contextlib
import os
import platform
import tempfile
import time
import weakref
from pathlib import Path

import msgspec
from msgspec import Struct

from spurview.core.errors import LockedError
from spurview.project import raw
from spurview.project.sentences import shown

# A lock without content is one just being written, or one whose writer was killed meanwhile.
_GRACE_S = 10.0
_MOST_BYTES = 4096


class Holder(Struct, frozen=True):
    """A process; `started` tells it from a later one with the same number, where known."""

    pid: int
    host: str
    boot: str
    started: str

    def __str__(self) -> str:
        host = "".join(c for c in self.host if c.isprintable())
        return f"pid {self.pid} on {host[:64]}"


class Lock:
    """A held lock; given back by `release`, else when it is forgotten or the process ends."""

    def __init__(self, path: Path, holder: Holder) -> None:
        self._give_back = weakref.finalize(self, _give_back, path, holder)

    def release(self) -> None:
        """Remove the lock file, if it is still ours; doing so again does nothing."""
        self._give_back()


def acquire(project: Path, *, take_over: bool = False) -> Lock:
    """The lock of `project`; `take_over` takes it even from a holder on another machine.

    Raises LockedError when a living or unknown process holds it, its details saying who, and
    OSError when no lock file can be made here.
    """
    path = project.with_name(project.name + ".lock")
    me = _this_process()
    for _ in range(3):
        if _create(path, me):
            return Lock(path, me)
        holder = _read(path)
        if not _may_take(path, holder, take_over):
            raise _locked(project, holder)
        _remove(path, holder)
    raise _locked(project, _read(path))


def is_held(project: Path) -> bool:
    """Whether a living or unknown process holds the lock of `project`, this one included."""
    path = project.with_name(project.name + ".lock")
    return os.path.lexists(path) and not _may_take(path, _read(path), take_over=False)


def _give_back(path: Path, holder: Holder) -> None:
    # A forked child has the object but not the lock.
    if holder.pid == os.getpid() and _read(path) == holder:
        with contextlib.suppress(OSError):
            path.unlink()


def _create(path: Path, holder: Holder) -> bool:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    try:
        fd = os.open(path, flags, 0o644)
    except FileExistsError:
        return False
    try:
        os.write(fd, msgspec.json.encode(holder))
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)
    return True


def _read(path: Path) -> Holder | None:
    """Who stands in the lock file; None where nobody can be read from it."""
    try:
        fd = os.open(path, raw.READ_ONLY)
        try:
            data = os.read(fd, _MOST_BYTES)
        finally:
            os.close(fd)
        return msgspec.json.decode(data, type=Holder)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _may_take(path: Path, holder: Holder | None, take_over: bool) -> bool:
    if holder is None:
        return take_over or _is_old(path)
    # Elsewhere, and on systems that do not tell, only the person knows whether it still runs.
    if holder.host != platform.node() or os.name != "posix":
        return take_over
    return not _lives(holder)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _GRACE_S
    except FileNotFoundError:
        return True


def _lives(holder: Holder) -> bool:
    """Whether this process of this machine still runs."""
    if holder.boot != _boot_id():
        return False
    try:
        os.kill(holder.pid, 0)
    except (ProcessLookupError, OverflowError, ValueError):
        return False
    except PermissionError:
        pass
    return _started(holder.pid) == holder.started


def _remove(path: Path, judged: Holder | None) -> None:
    """Remove a lock judged to be free, unless another process took it over in between."""
    fd, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(fd)
    aside = Path(name)
    try:
        os.replace(path, aside)
        if _read(aside) != judged:
            os.link(aside, path)
    except OSError:
        pass
    finally:
        aside.unlink(missing_ok=True)


def _locked(project: Path, holder: Holder | None) -> LockedError:
    who = str(holder) if holder else "another process"
    return LockedError(f"{shown(project)} is open in another spurview ({who}).", details=who)


def _this_process() -> Holder:
    pid = os.getpid()
    return Holder(pid=pid, host=platform.node(), boot=_boot_id(), started=_started(pid))


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When the process began, in the kernel's ticks; empty where it cannot be known."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The second field is the program's name in brackets and may hold anything.
    return text.rpartition(")")[2].split()[19]
