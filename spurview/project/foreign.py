"""The structure of an HDF5 file from anywhere, found out without HDF5 in this process.

A child process with limits parses the headers; what it says is checked again here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from spurview.core.errors import DamagedError, ProjectError
from spurview.project import schema
from spurview.project.hdf5 import SILENCED
from spurview.project.schema import Extent
from spurview.project.sentences import damaged, shown

TIMEOUT_S = 30.0
_CHECKER = Path(__file__).with_name("structure.py")
_ARRAYS = Path(__file__).with_name("foreign_arrays.py")
_MOST_BYTES = 8 << 20
_MOST_LABEL_BYTES = 256 << 20
_NUMBERS = re.compile(r"[|<](b1|[iu][1248]|f[248])")


class ImageArrays(Struct, forbid_unknown_fields=True):
    """What a foreign HDF5 file says of its images, or a problem."""

    problem: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    labels: list[str | int] | None = None
    class_names: list[str | int] | None = None


class _Answer(Struct, forbid_unknown_fields=True):
    """What the child prints: a problem, or the stamp of the file it saw and the table."""

    problem: str = ""
    stamp: tuple[int, int, int, int] = (0, 0, 0, 0)
    table: dict[str, tuple[str, tuple[int, ...], int, int]] = {}


def structure(path: Path, stamp: tuple[int, int, int, int]) -> dict[str, Extent]:
    """Where each dataset of the project at `path` lies; `stamp` is that of the file as opened.

    Raises DamagedError for a file that HDF5 cannot read, that breaks the format or changes,
    ProjectError when the child cannot do its work.
    """
    answer = _ask_child(path)
    if answer.problem:
        raise damaged(path, answer.problem)
    if answer.stamp != stamp:
        raise DamagedError(f"{shown(path)} was changed while it was being opened: open it again.")
    table = {name: Extent(*entry) for name, entry in answer.table.items()}
    problem = _second_look(table, stamp[2])
    if problem:
        raise damaged(path, problem)
    return table


def image_arrays(path: Path) -> ImageArrays:
    """Shape and type of the images in a foreign HDF5 file, and the lists beside them.

    Raises ProjectError, of which DamagedError is one, for a file that cannot be used.
    """
    printed = _run_child([_ARRAYS, path, "table"], path, "it cannot be used")
    try:
        found = msgspec.json.decode(printed[:_MOST_LABEL_BYTES], type=ImageArrays)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedError(f"{shown(path)} could not be looked into: it is damaged.") from error
    if found.problem:
        raise DamagedError(f"{shown(path)} cannot be used: {found.problem}.")
    if not _NUMBERS.fullmatch(found.dtype) or min(found.shape, default=0) < 0:
        raise DamagedError(f"{shown(path)} cannot be used: its images are no numbers.")
    return found


def image_rows(path: Path, start: int, stop: int) -> bytes:
    """The bytes of images start to stop, little-endian. Raises as `image_arrays`."""
    return _run_child([_ARRAYS, path, "rows", start, stop], path, "it cannot be used")


def _ask_child(path: Path) -> _Answer:
    printed = _run_child([_CHECKER, path], path, "open the backup")
    try:
        return msgspec.json.decode(printed[:_MOST_BYTES], type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise damaged(path, f"the check failed: {error}") from error


def _run_child(command: Sequence[object], path: Path, advice: str) -> bytes:
    """What a program of ours prints about the file at `path`, in an isolated interpreter."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", *(os.fspath(p) if isinstance(p, Path) else str(p)
                                     for p in command)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            env=_quiet_environment(),
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise DamagedError(
            f"{shown(path)} keeps HDF5 busy without end and was not opened: {advice}."
        ) from error
    complaint = done.stderr[-4000:].decode("utf-8", "backslashreplace")
    if done.returncode < 0:
        raise DamagedError(
            f"{shown(path)} crashes HDF5 and was not opened: {advice}.",
            details=f"signal {-done.returncode}\n{complaint}",
        )
    if done.returncode > 0 and command[0] == _ARRAYS and len(command) > 3:
        raise DamagedError(f"{shown(path)} is damaged: {complaint.strip()[-200:]}.")
    if done.returncode > 0:
        raise ProjectError(
            f"{shown(path)} cannot be checked, as HDF5 does not start here: install h5py anew.",
            details=complaint,
        )
    return done.stdout


def _quiet_environment() -> dict[str, str]:
    """Ours without HDF5's switches; one BLAS thread, as each reserves address space."""
    kept = {name: value for name, value in os.environ.items() if name not in SILENCED}
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return kept | threads | {"HDF5_PLUGIN_PRELOAD": "::"}


def _second_look(table: dict[str, Extent], size: int) -> str | None:
    """What is wrong with the child's table, None when nothing is."""
    for name, extent in table.items():
        problem = schema.misfit(name, extent.dtype, extent.shape)
        if problem:
            return problem
        if min(extent.shape, default=0) < 0 or extent.nbytes != schema.nbytes_of(
            extent.dtype, extent.shape
        ):
            return f"{name}: storage size"
    return schema.misplacement(table.values(), size)
