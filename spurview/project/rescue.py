"""Saves what can be saved of a damaged project into a new one; the damaged file is only read.

HDF5 looks at a copy that has its full length again, in the child process as ever. What does not
make sense goes with all that was computed from it.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path

import msgspec

from spurview.core.errors import (
    DamagedError,
    InputError,
    ProjectError,
    SpurviewError,
)
from spurview.project import codec, foreign, header, schema, writer
from spurview.project.checking import problems_in
from spurview.project.codec import History, Verdicts
from spurview.project.data_file import DataFile, stamp
from spurview.project.model import ProjectInfo
from spurview.project.opening import MOST_CHECKED
from spurview.project.schema import HISTORY, JSON_TREES, SETTINGS, VERDICTS, Extent
from spurview.project.sentences import shown
from spurview.project.store import Project

_BLOCK = 4 << 20
# What can be computed again. Images and settings cannot.
_REMOVABLE = {
    "classifier",
    "predictions",
    "embedding",
    "latents",
    "layout",
    "candidates",
    "verification",
    "chance",
    "manual",
}

Trees = tuple[ProjectInfo, Verdicts, History]


def rescue(path: str | os.PathLike[str], new: str | os.PathLike[str]) -> list[str]:
    """Make the project `new` of what is left of `path`; a sentence for each thing that is lost.

    Raises ProjectError where there is nothing to save, InputError where `new` exists.
    """
    source, target = Path(os.path.realpath(path)), Path(os.path.realpath(new))
    if os.path.lexists(target):
        raise InputError(f"{shown(target)} exists already: choose another name.")
    with tempfile.TemporaryDirectory(prefix=".rescue-", dir=target.parent) as folder:
        copy = Path(folder, "copy")
        whole_until = _full_length_copy(source, copy)
        file = _opened(copy, source)
        lost = [name for name, extent in file.table.items() if _end(extent) > whole_until]
        return _write_what_is_left(file, source, target, lost)


def outlook(path: str | os.PathLike[str]) -> str:
    """A sentence on whether `rescue` would save something of a project with something wrong.

    Empty for what is no project of ours, or cannot be opened at all. It is tried in a temporary
    folder, up to the size that opening checks too.
    """
    source = Path(os.path.realpath(path))
    command = f"spurview check {shlex.quote(os.fspath(path))} --rescue NEW"
    if not _is_ours(source):
        return ""
    try:
        if source.stat().st_size <= MOST_CHECKED:
            with tempfile.TemporaryDirectory(prefix="spurview-") as folder:
                rescue(source, Path(folder, "new.spurview"))
            return f"What is left of it can be saved: {command}"
    except DamagedError as error:
        return str(error)
    except (OSError, SpurviewError):
        # No room for a try, perhaps: elsewhere there may be.
        pass
    return f"What is left of it can perhaps be saved: {command}"


def _is_ours(path: Path) -> bool:
    """Whether a project of a format we know begins here, in whatever state the rest is."""
    try:
        fd = header.open_regular(path)
    except ProjectError:
        return False
    try:
        header.read_header(fd, path)
    except DamagedError:
        return True
    except ProjectError:
        return False
    finally:
        os.close(fd)
    return True


def _full_length_copy(source: Path, copy: Path) -> int:
    """Copy `source` at the length it should have; gives up to where the bytes are its own."""
    fd = header.open_regular(source)
    with open(fd, "rb") as old, copy.open("wb") as out:
        shutil.copyfileobj(old, out, _BLOCK)
        size = out.tell()
        length = int.from_bytes(os.pread(old.fileno(), 8, 16), "little")
        # A header that lies about the length by far is damaged itself.
        if size < length <= min(schema.MAX_FILE, 64 * size):
            out.truncate(length)
    return size


def _opened(copy: Path, source: Path) -> DataFile:
    fd = header.open_regular(copy)
    try:
        table = foreign.structure(copy, stamp(os.fstat(fd)))
        return DataFile(fd, source, table, b"")
    except DamagedError as error:
        os.close(fd)
        raise DamagedError(
            f"Nothing of {shown(source)} can be saved, its table of contents is damaged: "
            f"open the backup {shown(source)}~ if there is one.",
            details=error.details,
        ) from error
    except BaseException:
        os.close(fd)
        raise


def _end(extent: Extent) -> int:
    return extent.offset + extent.nbytes


def _write_what_is_left(
    file: DataFile, source: Path, target: Path, cut: Collection[str]
) -> list[str]:
    info = _tree(file, SETTINGS, ProjectInfo, cut)
    if info is None:
        raise DamagedError(
            f"Nothing of {shown(source)} can be saved, its settings are damaged: open the backup "
            f"{shown(source)}~ if there is one."
        )
    verdicts = _tree(file, VERDICTS, Verdicts, cut)
    history = _tree(file, HISTORY, History, cut)
    lost = _lost_groups(file, target, (info, verdicts or {}, history or []), cut)
    said = [f"What stood in /{group} is lost: run it again." for group in sorted(lost)]
    said += ["The verdicts are lost."] if verdicts is None else []
    said += ["The history is lost."] if history is None else []
    return [*said, "Values that were altered but make sense cannot be told from right ones."]


def _tree(file: DataFile, name: str, kind: type[codec.T], cut: Collection[str]) -> codec.T | None:
    if name not in file.table or name in cut:
        return None
    try:
        return codec.decode(file.read(name), kind)
    except codec.Undecodable:
        return None


def _lost_groups(file: DataFile, target: Path, trees: Trees, cut: Collection[str]) -> set[str]:
    """Write the new project without what makes no sense; gives the groups it lacks."""
    lost = {_group(name) for name in cut} - {_group(name) for name in JSON_TREES}
    while True:
        if "images" in lost:
            raise DamagedError(
                f"Nothing of {shown(file.path)} can be saved, its images are damaged: make the "
                "project anew."
            )
        _write(file, target, trees, lost)
        with Project.open(target, lock=False) as project:
            wrong = {_group(problem) for problem in problems_in(project)} - lost
        if not wrong:
            return lost
        target.unlink()
        if not wrong <= _REMOVABLE:
            raise DamagedError(
                f"Nothing of {shown(file.path)} can be saved, its images or settings make no "
                "sense: open the backup."
            )
        lost |= wrong


def _write(file: DataFile, target: Path, trees: Trees, lost: set[str]) -> None:
    info, verdicts, history = trees
    stages = {name: record for name, record in info.stages.items() if name not in lost}
    by_hand = [] if "manual" in lost else info.by_hand
    info = msgspec.structs.replace(info, stages=stages, by_hand=by_hand)
    contents = writer.of_trees(info, verdicts, history)
    staying = [n for n in file.table if n not in JSON_TREES and _group(n) not in lost]
    contents |= {name: writer.of_file(file, name) for name in staying}
    writer.write(target, contents, lambda: None)


def _group(name: str) -> str:
    """The group that a dataset is in, or that a problem begins with."""
    found = re.match(r"/([a-z_]+)", name)
    return found.group(1) if found else ""
