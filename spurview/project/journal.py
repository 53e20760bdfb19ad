"""The journal beside a project, ``NAME.journal``: what a person did since the last save.

JSON lines that are only ever appended, each on the disk before the next; the first names the
project. It is as untrusted as the project itself: a line that is not ours is passed over.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from spurview.core.settings import Settings
from spurview.project import raw
from spurview.project.model import HandMade, ProjectInfo, Verdict, now

MAX_BYTES = 64 << 20
_FORMAT = 1
_T = TypeVar("_T")


class Edits(Struct, frozen=True, kw_only=True):
    """What a person decides about a project: verdicts with names, notes and tags, and settings."""

    verdicts: dict[str, Verdict]
    settings: Settings
    by_hand: list[HandMade]


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One change: verdicts by candidate, None where taken away; the rest whole where it changed."""

    time: str
    verdicts: dict[str, Verdict | None] = {}
    settings: Settings | None = None
    by_hand: list[HandMade] | None = None


class _Head(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    journal: int
    project_id: str


def edits_of(info: ProjectInfo, verdicts: Mapping[str, Verdict]) -> Edits:
    """What a person has decided in a project of this info and these verdicts."""
    return Edits(verdicts=dict(verdicts), settings=info.settings, by_hand=list(info.by_hand))


def difference(before: Edits, after: Edits) -> Entry | None:
    """The change that leads from one to the other; None where they are the same."""
    if before == after:
        return None
    ids = {*before.verdicts, *after.verdicts}
    return Entry(
        time=now(),
        verdicts={
            i: after.verdicts.get(i)
            for i in sorted(ids)
            if before.verdicts.get(i) != after.verdicts.get(i)
        },
        settings=after.settings if after.settings != before.settings else None,
        by_hand=after.by_hand if after.by_hand != before.by_hand else None,
    )


def applied(edits: Edits, entries: Iterable[Entry]) -> Edits:
    """What is decided once all these changes are made."""
    verdicts, settings, by_hand = dict(edits.verdicts), edits.settings, edits.by_hand
    for entry in entries:
        settings = entry.settings or settings
        by_hand = by_hand if entry.by_hand is None else entry.by_hand
        for candidate_id, verdict in entry.verdicts.items():
            verdicts.pop(candidate_id, None)
            if verdict is not None:
                verdicts[candidate_id] = verdict
    return Edits(verdicts=verdicts, settings=settings, by_hand=by_hand)


def journal_of(project: Path) -> Path:
    """Where the journal of the project at this path is, if there is one."""
    return project.with_name(project.name + ".journal")


def read(project: Path, project_id: str) -> list[Entry]:
    """The changes in the journal of this project, the oldest first; none where there is none.

    A journal of another project, or larger than 64 MiB, counts as none.
    """
    lines = _bytes_of(journal_of(project)).split(b"\n")
    head = _decoded(lines[0], _Head)
    if head is None or (head.journal, head.project_id) != (_FORMAT, project_id):
        return []
    entries = (_decoded(line, Entry) for line in lines[1:])
    return [entry for entry in entries if entry is not None]


def unsaved(project: Path, info: ProjectInfo, verdicts: Mapping[str, Verdict]) -> Entry | None:
    """What the journal has beyond the file of this content, as one change; None for nothing.

    Its time is that of the last change. A save that was killed before it could clear the journal
    leaves what is in the file already, which does not count.
    """
    entries = read(project, info.project_id)
    saved = edits_of(info, verdicts)
    found = difference(saved, applied(saved, entries))
    return msgspec.structs.replace(found, time=entries[-1].time) if found else None


def append(project: Path, project_id: str, entry: Entry) -> None:
    """Put one change at the end of the journal, and on the disk; OSError where that fails."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    fd = os.open(journal_of(project), flags | getattr(os, "O_CLOEXEC", 0), 0o644)
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("the journal is no regular file")
        line = msgspec.json.encode(entry) + b"\n"
        if status.st_size == 0:
            line = msgspec.json.encode(_Head(journal=_FORMAT, project_id=project_id)) + b"\n" + line
        else:
            # A line that a kill cut short must not swallow this one.
            line = b"\n" + line
        while line:
            line = line[os.write(fd, line) :]
        os.fsync(fd)
    finally:
        os.close(fd)


def clear(project: Path) -> None:
    """Remove the journal: all of it is saved, or nobody wants it; OSError where that fails."""
    with contextlib.suppress(FileNotFoundError):
        journal_of(project).unlink()


def _bytes_of(path: Path) -> bytes:
    try:
        fd = os.open(path, raw.READ_ONLY)
    except OSError:
        return b""
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return b""
        with open(fd, "rb", closefd=False) as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""
    finally:
        os.close(fd)


def _decoded(line: bytes, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
