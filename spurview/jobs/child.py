"""Work in a process of its own that a job watches: cancelling the job ends the process at once."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from spurview.core.errors import StageError
from spurview.core.progress import Report

Progress = Callable[[str], tuple[int, int, str]]

_LOOK_EVERY_S = 0.1
_LAST_CHARACTERS = 4000


def watch(arguments: Sequence[str], progress_of: Progress, report: Report, *, name: str) -> None:
    """Run a program to its end; `progress_of` turns the last of what it has said into a report.

    Raises whatever `report` raises, StageError where the program fails; either way the process is
    gone. name: what the program does, for the message.
    """
    with tempfile.TemporaryDirectory(prefix="spurview-child-") as folder:
        # A file takes what the process says: a pipe that nobody empties in time would stop it.
        said = Path(folder, "said.txt")
        with said.open("wb") as target:
            process = subprocess.Popen(
                list(arguments), stdin=subprocess.DEVNULL, stdout=target, stderr=subprocess.STDOUT
            )
        try:
            while not _has_ended(process):
                report(*progress_of(_last_of(said)))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode:
            raise StageError(
                f"{name} ended early (code {process.returncode}): close other programs, try again.",
                details=_last_of(said),
            )


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_LOOK_EVERY_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _last_of(said: Path) -> str:
    with said.open("rb") as file:
        file.seek(max(0, file.seek(0, 2) - _LAST_CHARACTERS))
        return file.read().decode("utf-8", "replace")
