"""The checking child as a fork of this process: the same code and limits, without its 0.2 s start.

For programs of the tests that look into thousands of files; they must have no threads.
"""

from __future__ import annotations

import json
import os
import select
import signal
from pathlib import Path

import msgspec

from spurview.core.errors import DamagedError
from spurview.project import foreign, structure
from spurview.project.sentences import damaged, shown

PATIENCE_S = 10.0

# What has happened to the children: signals other than our own, time-outs, the largest memory.
tally = {"asked": 0, "signals": 0, "hangs": 0, "most_kib": 0}


def ask_forks() -> None:
    """Have every later opening in this process ask a fork."""
    foreign._ask_child = _ask  # type: ignore[assignment]


def said_of(path: Path) -> bytes:
    """What a fork says of the file; DamagedError where it crashes or says nothing for long."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _answer(path, reading, writing)
    os.close(writing)
    said, is_late = _all_of(reading)
    os.close(reading)
    if is_late:
        os.kill(pid, signal.SIGKILL)
    _, status, used = os.wait4(pid, 0)
    tally["asked"] += 1
    tally["hangs"] += is_late
    tally["most_kib"] = max(tally["most_kib"], used.ru_maxrss)
    if os.WIFSIGNALED(status) or is_late:
        tally["signals"] += not is_late
        raise DamagedError(f"{shown(path)} crashes HDF5 and was not opened: open the backup.")
    return said


def _ask(path: Path) -> foreign._Answer:
    said = said_of(path)
    try:
        return msgspec.json.decode(said, type=foreign._Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise damaged(path, str(error)) from error


def _answer(path: Path, reading: int, writing: int) -> None:
    """In the child: the answer as `structure.main` prints it, then the end."""
    try:
        os.close(reading)
        os.dup2(writing, 1)
        # Printing goes round the buffers of the parent, which the fork has a copy of.
        structure.print = lambda text: os.write(1, text.encode())  # type: ignore[attr-defined]
        structure.main(os.fspath(path))
    except BaseException as error:
        os.write(1, json.dumps({"problem": repr(error)}).encode())
    finally:
        os._exit(0)


def _all_of(reading: int) -> tuple[bytes, bool]:
    """All that comes, and whether it stopped coming before its end."""
    said = b""
    while select.select([reading], [], [], PATIENCE_S)[0]:
        more = os.read(reading, 1 << 16)
        if not more:
            return said, False
        said += more
    return said, True
