"""What a source is asked for and what reading gives back; plain records, no reading here."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Literal

from spurview.core.arrays import Array

Role = Literal["interest", "pool"]
DIGITS = "digits:"
# With a number behind the colon, that draws the crops: `photographs:7`.
PHOTOGRAPHS = "photographs:"


@dataclass(frozen=True)
class SourceSpec:
    """One source as a person names it: `digits:`, `photographs:` or the path of a folder of images.

    classes: the classes to take, None for all.
    """

    text: str
    classes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SourceSummary:
    """One source that was read; `location` is relative to the project's folder where it can be.

    moved: as in the project's record of the source; of images just read none has moved.
    """

    role: Role
    kind: str
    location: str
    classes: list[str] | None
    images: int
    moved: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SkippedFile:
    """One file that was left out: number of its source, path below the source, reason."""

    source: int
    path: str
    reason: str


@dataclass(frozen=True)
class ImagesProduct:
    """All working images with what is known of them.

    arrays: the `/images/*` arrays, images in the order interest train, interest test, pool;
    label_names: names for `/images/label`, the class names first; notes: sentences for the person.
    """

    arrays: dict[str, Array]
    sources: list[SourceSummary]
    class_names: list[str]
    label_names: list[str]
    skipped: list[SkippedFile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts runs of digits as numbers: 2 before 10, a2 before a10."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((0, int(p), p) if p.isdecimal() else (1, 0, p) for p in parts if p)


def readable(raw: bytes | str) -> str:
    """A file name as text; bytes that are not UTF-8 are percent-encoded."""
    text = os.fsencode(raw).decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(c) - 0xDC00:02X}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)
