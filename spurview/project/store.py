"""A project file, open: its arrays, its settings, its verdicts, and saving them.

Reading is safe from any thread and needs no HDF5; saving writes a whole new file.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np

import spurview
from spurview.core.arrays import Array
from spurview.core.errors import InputError, SaveError
from spurview.core.progress import Report, silent
from spurview.project import codec, schema, source_paths, work_folders, writer
from spurview.project.codec import History, Verdicts
from spurview.project.data_file import DataFile, stamp
from spurview.project.lock import Lock
from spurview.project.model import HistoryEvent, ProjectInfo, Verdict, now
from spurview.project.opening import (
    delete_leftovers,
    is_current,
    lock_for_writing,
    open_file,
    try_lock,
)
from spurview.project.schema import HISTORY, JSON_TREES, SETTINGS, VERDICTS
from spurview.project.sentences import damaged, not_saved, shown
from spurview.project.writer import Content


class Project:
    """One project. Made by `open` or `create`; its arrays are read as from any `Reader`.

    path: where it is, symbolic links resolved. info: the content of /settings.
    verified: whether the digest fits; None while nobody has looked. read_only: `save` needs
    another path. locked_by: who has it open, as ``pid 12 on host``, or None.
    """

    def __init__(self, file: DataFile, held: Lock | None, locked_by: str | None = None) -> None:
        self._file = file
        self._lock = held
        self._saving = threading.Lock()
        self._backup_kept = False
        self.read_only = held is None
        self.locked_by = locked_by
        self.verified: bool | None = None
        self._load_trees()

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], *, lock: bool = True, take_over: bool = False
    ) -> Self:
        """Open a project from anywhere, for reading and, where it is free and `lock`, saving.

        `take_over` takes the lock even from a process on another machine.
        Raises NotAProjectError, NewerFormatError, DamagedError, or ProjectError where the file
        is missing or cannot be read.
        """
        real = Path(os.path.realpath(path))
        file, verified = open_file(real)
        held, locked_by = try_lock(real, take_over) if lock else (None, None)
        try:
            if held is not None and not is_current(file):
                # Another process saved it between our look and our lock.
                file, verified = open_file(real)
            project = cls(file, held, locked_by)
        except BaseException:
            if held is not None:
                held.release()
            raise
        project.verified = verified
        if held is not None:
            delete_leftovers(real)
            work_folders.delete_forgotten(real)
        return project

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        info: ProjectInfo,
        arrays: Mapping[str, Array],
        *,
        history: Sequence[HistoryEvent] = (),
    ) -> Self:
        """A new project file with this content, open and locked.

        Raises InputError when `path` exists already, SaveError when it cannot be written.
        """
        real = Path(os.path.realpath(path))
        if os.path.lexists(real):
            raise InputError(f"{shown(real)} exists already: choose another name.")
        contents = writer.of_trees(info, {}, list(history)) | _contents(arrays)
        _refuse_disagreement(contents, info)
        held = lock_for_writing(real)
        try:
            project = cls(writer.write(real, contents, lambda: _refuse_existing(real)), held)
        except BaseException:
            if held is not None:
                held.release()
            raise
        if held is not None:
            work_folders.delete_forgotten(real)
        # Nothing came before that would be worth a backup.
        project._backup_kept = True
        project.read_only, project.verified = False, True
        return project

    @property
    def path(self) -> Path:
        """Where the project is, symbolic links resolved."""
        return self._file.path

    @property
    def work_dir(self) -> Path:
        """The folder beside it for unfinished work, ``.NAME.work``; it may not exist."""
        return work_folders.work_dir_of(self.path)

    @property
    def info(self) -> ProjectInfo:
        """The content of /settings as last saved."""
        return self._info

    @property
    def verdicts(self) -> Verdicts:
        """The verdicts as last saved, by candidate id; a copy."""
        return dict(self._verdicts)

    @property
    def history(self) -> History:
        """What was run when, as last saved; a copy."""
        return list(self._history)

    def names(self) -> list[str]:
        """Names of all arrays, sorted; settings, verdicts and history are none."""
        return sorted(name for name in self._file.table if name not in JSON_TREES)

    def has(self, name: str) -> bool:
        """Whether there is an array of this name."""
        return name in self._file.table and name not in JSON_TREES

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape without reading; KeyError when missing."""
        return self._file.shape(name)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        """Rows `start` to `stop` (exclusive; None: all); KeyError when missing."""
        return self._file.read(name, start, stop)

    def read_rows(self, name: str, rows: Iterable[int]) -> Array:
        """The given rows in the given order; IndexError when one is not there."""
        return self._file.read_rows(name, rows)

    def keys(self) -> list[str]:
        """The key of every image; bytes that are not UTF-8, and every %, stand as %XX."""
        file = self._file
        if not {"/images/keys", "/images/keys_end"} <= file.table.keys():
            return []
        joined, ends = file.read("/images/keys"), file.read("/images/keys_end")
        edges = np.concatenate([[0], ends, [len(joined)]])
        if (np.diff(edges) < 0).any() or (edges[-2] != edges[-1]):
            raise damaged(file.path, "/images/keys_end does not cut up /images/keys")
        return codec.keys_of(joined, ends)

    def verify(self, report: Report = silent) -> bool:
        """Whether the digest fits, and remember it; about a second for each GB."""
        file = self._file
        fits = file.is_whole(report)
        if file is self._file:  # nothing was saved meanwhile
            self.verified = fits
        return fits

    def save(
        self,
        *,
        info: ProjectInfo | None = None,
        put: Mapping[str, Array] | None = None,
        drop: Iterable[str] = (),
        verdicts: Mapping[str, Verdict] | None = None,
        history: Sequence[HistoryEvent] | None = None,
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        """Write the project anew with these changes; what is not given stays as it is.

        Arrays whose names begin with a prefix in `drop` go, then those of `put` come. With
        `path` the project moves there, over whatever stands there, its own file included.
        Raises SaveError, or ProjectError where the arrays that stay cannot be read; then the
        file and this object are as they were.
        """
        with self._saving:
            self._save(
                self._info if info is None else info,
                self._verdicts if verdicts is None else dict(verdicts),
                self._history if history is None else list(history),
                self._arrays(put or {}, (drop,) if isinstance(drop, str) else tuple(drop)),
                None if path is None else Path(os.path.realpath(path)),
            )

    def close(self) -> None:
        """Give the lock back. Reads that are under way end well."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        self.read_only = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _load_trees(self) -> None:
        """Decode settings, verdicts and history; DamagedError when they are not what they say."""
        self._info = self._tree(SETTINGS, ProjectInfo)
        self._verdicts = self._tree(VERDICTS, Verdicts)
        self._history = self._tree(HISTORY, History)
        shapes = {name: extent.shape for name, extent in self._file.table.items()}
        problems = schema.disagreements(shapes, len(self._info.class_names))
        if problems:
            raise damaged(self.path, "\n".join(problems))

    def _tree(self, name: str, kind: type[codec.T]) -> codec.T:
        if name not in self._file.table:
            raise damaged(self.path, f"{name} is missing")
        try:
            return codec.decode(self._file.read(name), kind)
        except codec.Undecodable as error:
            raise damaged(self.path, f"{name}: {error}") from error

    def _arrays(self, put: Mapping[str, Array], drop: tuple[str, ...]) -> dict[str, Content]:
        """Every array of the next file: what stays, as bytes of this one, and what is new."""
        staying = [n for n in self.names() if not n.startswith(drop) and n not in put]
        contents = {name: writer.of_file(self._file, name) for name in staying}
        return contents | _contents(put)

    def _save(
        self,
        info: ProjectInfo,
        verdicts: Verdicts,
        history: History,
        arrays: dict[str, Content],
        path: Path | None,
    ) -> None:
        target = path or self.path
        info = source_paths.carried(info, self.path.parent, target.parent)
        if path is None and self.read_only:
            raise SaveError(f"{shown(target)} is open read-only: save it under another name.")
        try:
            self._refuse_damaged()
        except OSError as error:
            raise not_saved(target, error, 0) from error
        info = msgspec.structs.replace(
            info, revision=self._info.revision + 1, modified=now(), spurview=spurview.__version__
        )
        contents = writer.of_trees(info, verdicts, history) | arrays
        _refuse_disagreement(contents, info)
        moving = target != self.path or self._lock is None
        held = lock_for_writing(target) if moving else self._lock
        try:
            file = writer.write(target, contents, lambda: self._before_swap(target, path is None))
        except BaseException:
            if moving and held is not None:
                held.release()
            raise
        self._adopt(file, held, moving)
        self._info, self._verdicts, self._history = info, verdicts, history

    def _adopt(self, file: DataFile, held: Lock | None, moving: bool) -> None:
        if moving and self._lock is not None:
            self._lock.release()
        self._file, self._lock = file, held
        self._backup_kept = True
        self.read_only, self.locked_by, self.verified = False, None, True

    def _refuse_damaged(self) -> None:
        """Bytes that are not as they were written must not get a new, fitting digest."""
        untouched = self._file.is_untouched()
        if (self.verified and untouched) or self.verify():
            return
        what = "is damaged" if untouched else "was overwritten by another program"
        raise SaveError(f"{shown(self.path)} {what} and cannot be saved: open it or its backup.")

    def _before_swap(self, target: Path, expected: bool) -> None:
        """Last look at the file about to be replaced; `expected`: it must be the one we opened."""
        try:
            there = stamp(os.stat(target))
        except FileNotFoundError:
            return
        if expected and there != self._file.stamp:
            raise SaveError(
                f"{shown(target)} was changed by another program since it was opened: "
                "save this one under another name."
            )
        if there != self._file.stamp or not self._backup_kept:
            writer.keep_backup(target)


def _contents(arrays: Mapping[str, Array]) -> dict[str, Content]:
    trees = sorted(set(JSON_TREES) & set(arrays))
    if trees:
        raise SaveError(f"{trees[0]} is not an array of the project.")
    return {name: writer.of_array(name, array) for name, array in arrays.items()}


def _refuse_disagreement(contents: Mapping[str, Content], info: ProjectInfo) -> None:
    """What `open` would refuse must never be written."""
    shapes = {name: content.shape for name, content in contents.items()}
    problems = schema.disagreements(shapes, len(info.class_names))
    if problems:
        raise SaveError("These arrays do not belong together.", details="\n".join(problems))


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise SaveError(f"{shown(path)} was made by another program meanwhile.")
