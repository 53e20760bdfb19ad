"""What every form of source gives: its images, listed and not yet read, those unusable apart.

A form is a module with one function `gather(asked) -> Gathered`; `forms` has the table of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.sources.picture import FileBytes, read_file
from spurview.sources.spec import Role, SkippedFile, SourceSpec, readable

# Beyond this many, the classes of a source are no longer all named in a sentence.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One image to read.

    key: unique among all images; shown: its path below the source, as text.
    load: gives an encoded file or pixels (H, W, C) u8; raises picture.Unusable.
    stamp: what changes when the content may have: a file's size and time.
    path: the file that holds this image and nothing else, where there is one.
    """

    source: int
    key: bytes
    label: str | None
    shown: str
    load: Callable[[], FileBytes | NDArray[np.uint8]]
    stamp: tuple[int, ...] = ()
    path: Path | None = None


@dataclass(frozen=True)
class Gathered:
    """The images of one source; `skipped` are those known to be unusable without a look inside."""

    role: Role
    kind: str
    location: str
    classes: list[str] | None
    items: list[Item]
    skipped: list[SkippedFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where a source stands among all: its number, its role and how its keys begin."""

    index: int
    role: Role
    prefix: bytes


@dataclass(frozen=True)
class Asked:
    """What a form is asked for. argument: the source's text without the name of its form."""

    spec: SourceSpec
    place: Place
    project_dir: Path
    report: Report = silent
    argument: str = ""

    @property
    def shown(self) -> str:
        """The source as the person named it."""
        return readable(self.spec.text)

    def gathered(
        self,
        kind: str,
        items: list[Item],
        skipped: Sequence[SkippedFile] = (),
        *,
        location: str = "",
        notes: Sequence[str] = (),
    ) -> Gathered:
        """The answer of a form."""
        classes = list(self.spec.classes) if self.spec.classes else None
        return Gathered(self.place.role, kind, location, classes, items, list(skipped), list(notes))

    def key(self, label: str | None, below: bytes) -> bytes:
        """`interest/<class>/<below>` or `pool/<below>`."""
        if self.place.role == "pool" or label is None:
            return self.place.prefix + below
        # A class name may hold what parts a key from the next.
        return self.place.prefix + os.fsencode(label.replace("/", "-")) + b"/" + below

    def chosen(self, known: Sequence[str]) -> set[str]:
        """The classes to take of those there are. Raises InputError for one that is not there."""
        wanted = self.spec.classes
        if not wanted:
            return set(known)
        missing = [name for name in wanted if name not in known]
        if missing:
            there = ", ".join(known[:_NAMED]) + (", …" if len(known) > _NAMED else "")
            raise InputError(
                f"{self.shown} has no class {missing[0]}; "
                + (f"its classes are {there}." if known else "it has no classes.")
            )
        return set(wanted)

    def location(self, path: Path) -> str:
        """Relative to the project's folder; absolute where there is no way, as across drives."""
        try:
            return readable(os.path.relpath(path, self.project_dir))
        except ValueError:
            return readable(os.path.abspath(path))


def file_item(asked: Asked, path: Path, label: str | None, key: bytes, shown: str) -> Item:
    """An item that is a file of its own."""
    return Item(
        asked.place.index, key, label, shown, _Reading(path), stamp=stamp_of(path), path=path
    )


def array_items(
    asked: Asked,
    labels: Sequence[str | None],
    row: Callable[[int], NDArray[np.uint8]],
    stamp: tuple[int, ...] = (),
) -> list[Item]:
    """Items of an array, keys by index; only the chosen classes, which raises as `chosen` does."""
    known = list(dict.fromkeys(label for label in labels if label is not None))
    chosen = asked.chosen(known)
    items = []
    for index, label in enumerate(labels):
        if asked.spec.classes and label not in chosen:
            continue
        below = str(index)
        key = asked.key(label, below.encode())
        items.append(Item(asked.place.index, key, label, below, Row(row, index), stamp=stamp))
    return items


def stamp_of(path: Path) -> tuple[int, ...]:
    """Size and time of a file; empty where it cannot be told."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ()
    return (found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class _Reading:
    path: Path

    def __call__(self) -> FileBytes:
        return read_file(self.path)


@dataclass(frozen=True, slots=True)
class Row:
    """Loads one row of an array."""

    row: Callable[[int], NDArray[np.uint8]]
    index: int

    def __call__(self) -> NDArray[np.uint8]:
        return self.row(self.index)


def places(interest: Sequence[SourceSpec], pool: Sequence[SourceSpec]) -> list[Place]:
    """Interest first, then pool; a role's keys carry a number, from 1, when it has two sources."""
    found: list[Place] = []
    roles: tuple[tuple[Role, Sequence[SourceSpec]], ...] = (("interest", interest), ("pool", pool))
    for role, specs in roles:
        for number in range(1, len(specs) + 1):
            prefix = f"{role}/{number}/" if len(specs) > 1 else f"{role}/"
            found.append(Place(len(found), role, prefix.encode()))
    return found
