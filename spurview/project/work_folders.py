"""The folders of unfinished work beside projects, ``.NAME.work``: which of them nobody needs.

Only what spurview itself keeps in such a folder is ever deleted; one thing of another name, or a
link, and the folder stays as it is.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from spurview.project import lock

# Processes that take a share of a run hold no lock, on other machines even: what one of them uses
# was changed within minutes.
IDLE_S = 24 * 3600.0
# A stopped `spurview new` has a folder and no project yet, and goes on from it.
READING_IDLE_S = 30 * IDLE_S

_WORK_FOLDER = re.compile(r"\.(?P<project>.+)\.work", re.DOTALL)
_READING = re.compile(r"images-[0-9a-f]{16}")
_OF_A_STAGE = re.compile(r"[a-z]+-[0-9a-f]{16}|sensitivity")
_KEPT = re.compile(r"[\w-]+\.(safetensors|npy|npz|csv)(\.part)?|[\w-]+\.part|sizes-differ")


def work_dir_of(project: Path) -> Path:
    """Where unfinished work of a project lies, whether or not there is any; links resolved."""
    real = Path(os.path.realpath(project))
    return real.with_name(f".{real.name}.work")


def delete_forgotten(project: Path) -> None:
    """Delete the work folders of projects that are gone from the folder of `project`, and what
    the reading of its own images left. The caller holds the lock of `project`."""
    now = time.time()
    with contextlib.suppress(OSError):
        for name in os.listdir(project.parent):
            found = _WORK_FOLDER.fullmatch(name)
            if found is None:
                continue
            other = project.with_name(found["project"])
            if other.name == project.name:
                _delete_reading(project.with_name(name), now)
            elif not os.path.lexists(other) and not lock.is_held(other):
                _delete_if_idle(project.with_name(name), now)


def _delete_if_idle(folder: Path, now: float) -> None:
    parts = _parts(folder)
    if parts is None:
        return
    only_read = bool(parts) and all(_READING.fullmatch(part.name) for part in parts)
    if now - _last_change(folder) > (READING_IDLE_S if only_read else IDLE_S):
        shutil.rmtree(folder, ignore_errors=True)


def _delete_reading(folder: Path, now: float) -> None:
    """The images of a project that is there need no reading any more."""
    for part in _parts(folder) or []:
        if _READING.fullmatch(part.name) and now - _last_change(part) > IDLE_S:
            shutil.rmtree(part, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _parts(folder: Path) -> list[Path] | None:
    """What is in a work folder, a folder each; None where anything in it is not of our making."""
    if not _is(stat.S_ISDIR, folder):
        return None
    parts = [folder / name for name in os.listdir(folder)]
    if all(_is(stat.S_ISDIR, part) and _OF_A_STAGE.fullmatch(part.name) for part in parts):
        files = [file for part in parts for file in part.iterdir()]
        if all(_is(stat.S_ISREG, file) and _KEPT.fullmatch(file.name) for file in files):
            return parts
    return None


def _last_change(folder: Path) -> float:
    return max(os.lstat(path).st_mtime for path in (folder, *_below(folder)))


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        yield path
        if _is(stat.S_ISDIR, path):
            yield from path.iterdir()


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    """Whether a path is of this kind itself, and no link to one."""
    return kind(os.lstat(path).st_mode)
