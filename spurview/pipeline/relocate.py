"""Finds the originals of a project's images again after somebody moved or renamed them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from spurview.core.arrays import Reader
from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.project.codec import key_text
from spurview.project.model import ProjectInfo, SourceRecord
from spurview.project.source_paths import located, source_path
from spurview.sources.folders import Listed, list_files
from spurview.sources.originals import SourceFolder, source_folders
from spurview.sources.picture import Unusable, read_file
from spurview.sources.spec import readable

# Beyond this many renamed files the project would rather be made anew.
MAX_MOVED = 20_000
# So many images tell below which folder the source now begins.
_TRIED = 20


@dataclass(frozen=True)
class Relocation:
    """What was found again: the info to save, how many images, the keys of those still missing."""

    info: ProjectInfo
    found: int
    missing: list[str]


@dataclass(frozen=True)
class _Wanted:
    """One image to find: its key, its path below the source, the digest of its file."""

    key: bytes
    below: bytes
    digest: bytes


def has_files(source: SourceRecord) -> bool:
    """Whether each image of the source is a file of its own, which may be found again."""
    return source_folders([source], Path())[0] is not None


def missing_sources(info: ProjectInfo, project_dir: Path) -> list[int]:
    """The numbers of sources that are no longer where the project says."""
    paths = [source_path(source, project_dir) for source in info.sources]
    return [n for n, path in enumerate(paths) if path is not None and not _is_there(path)]


def relocate(
    info: ProjectInfo,
    reader: Reader,
    source: int,
    folder: Path,
    project_dir: Path,
    *,
    report: Report = silent,
) -> Relocation:
    """The originals of source number `source`, looked for below `folder`.

    First by their old path below it, or below a folder in it, then by name, then by digest alone; a
    file counts only where its digest is the one that was read. Nothing is saved here. A source
    that is one file (an array file, a shard) is found where `folder` is that file.
    Raises InputError where nothing is found, or where too many files have other names.
    """
    record = info.sources[source]
    if not has_files(record):
        return _whole(info, source, folder, project_dir)
    old = source_folders(info.sources, project_dir)[source]
    assert old is not None
    wanted = _wanted(reader, source, old)
    listed = list_files(folder, report)
    root = _root(folder, listed, wanted)
    search = _Search(root, report, len(wanted))
    left = search.by_path(wanted)
    left = search.by_digest(left, listed)
    if not search.found:
        raise InputError(
            f"None of the {len(wanted)} images is below {readable(str(folder))}: "
            "choose the folder that holds them now."
        )
    if len(search.moved) > MAX_MOVED:
        raise InputError(
            f"{len(search.moved)} images have other names now: make a new project of them."
        )
    is_list = old.folder != project_dir / record.location
    place = root / Path(record.location).name if is_list else root
    new = msgspec.structs.replace(
        record, location=readable(located(place, project_dir)), moved=search.moved
    )
    sources = [new if n == source else other for n, other in enumerate(info.sources)]
    return Relocation(
        msgspec.structs.replace(info, sources=sources),
        search.found,
        [key_text(image.key) for image in left],
    )


def _whole(info: ProjectInfo, source: int, path: Path, project_dir: Path) -> Relocation:
    """A source that is no folder of files, at another place."""
    record = info.sources[source]
    if source_path(record, project_dir) is None:
        raise InputError(f"The source {record.location} ships with spurview and cannot be moved.")
    if not _is_there(path):
        raise InputError(f"There is nothing at {readable(str(path))}.")
    new = msgspec.structs.replace(record, location=readable(located(path, project_dir)))
    sources = [new if n == source else other for n, other in enumerate(info.sources)]
    return Relocation(msgspec.structs.replace(info, sources=sources), record.images, [])


def _is_there(path: Path) -> bool:
    """Whether a path, or for a pattern of files its folder, exists."""
    return path.exists() or ("*" in path.name and path.parent.is_dir())


def _wanted(reader: Reader, source: int, old: SourceFolder) -> list[_Wanted]:
    keys, ends = reader.read("/images/keys").tobytes(), reader.read("/images/keys_end").tolist()
    numbers, digests = reader.read("/images/source").tolist(), reader.read("/images/digest")
    found, start = [], 0
    for row, end in enumerate(ends):
        key, start = keys[start:end], end
        below = old.below(key) if numbers[row] == source else None
        if below is not None:
            found.append(_Wanted(key, below, digests[row].tobytes()))
    return found


def _root(folder: Path, listed: Sequence[Listed], wanted: Sequence[_Wanted]) -> Path:
    """The folder in `folder` below which the old paths begin; `folder` where none tells."""
    ends = {image.below for image in wanted[:: max(1, len(wanted) // _TRIED)]}
    for file in listed:
        for depth in range(1, len(file.parts)):
            below = b"/".join(os.fsencode(part) for part in file.parts[depth:])
            if below in ends:
                return folder.joinpath(*file.parts[:depth])
        if file.key in ends:
            return folder
    return folder


class _Search:
    """Goes through files below `root`; counts what it found and remembers other names."""

    def __init__(self, root: Path, report: Report, total: int) -> None:
        self._root, self._report, self._total = root, report, total
        self.found = 0
        self.moved: dict[str, str] = {}
        self._looked_at: set[Path] = set()

    def by_path(self, wanted: Sequence[_Wanted]) -> list[_Wanted]:
        """Those that are not where their old path says."""
        left = []
        for image in wanted:
            path = self._root / os.fsdecode(image.below)
            if self._digest(path) == image.digest:
                self.found += 1
                self._looked_at.add(path)
            else:
                left.append(image)
        return left

    def by_digest(self, wanted: Sequence[_Wanted], listed: Sequence[Listed]) -> list[_Wanted]:
        """Those of which no file has the digest; files of the same name are looked at first."""
        by_digest: dict[bytes, list[_Wanted]] = {}
        for image in wanted:
            by_digest.setdefault(image.digest, []).append(image)
        names = {image.below.rpartition(b"/")[2] for image in wanted}
        files = [file for file in listed if not file.reason and file.path not in self._looked_at]
        files.sort(key=lambda file: os.fsencode(file.parts[-1]) not in names)
        for file in files:
            if not by_digest:
                break
            for image in by_digest.pop(self._digest(file.path), []):
                self.found += 1
                now = os.path.relpath(file.path, self._root)
                self.moved[readable(image.below)] = readable(now)
        return [image for images in by_digest.values() for image in images]

    def _digest(self, path: Path) -> bytes:
        self._report(self.found, self._total, f"locate: {self.found} of {self._total} found")
        try:
            return read_file(path).digest
        except Unusable:
            return b""
