"""A quick look at a source before a project is made of it: lists everything, decodes a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import Cancelled
from spurview.core.progress import Report, silent
from spurview.sources.blocks import Shape, digest_of
from spurview.sources.forms import gather, gather_all
from spurview.sources.gathering import Gathered, Item, Place
from spurview.sources.picture import FileBytes, Unusable, decode, resized, size_of
from spurview.sources.spec import Role, SkippedFile, SourceSpec, natural_key

# How many images in all are decoded at most, whatever the classes and the examples asked for.
MOST_DECODED = 256


@dataclass(frozen=True)
class ClassPreview:
    """One class: its name ("" for images without one), its listed images, a few thumbnails.

    examples: (k, side, side, 3) u8, spread over the class; none where `MOST_DECODED` ran out.
    """

    name: str
    images: int
    examples: NDArray[np.uint8]


@dataclass(frozen=True)
class SourcePreview:
    """What a source holds as far as a quick look tells.

    kind: its form; images: all listed, some of which may yet be unusable; skipped: what is known
    to be left out so far, with reasons; sizes: (height, width) of the images decoded, each once.
    """

    spec: SourceSpec
    kind: str
    images: int
    classes: list[ClassPreview]
    skipped: list[SkippedFile]
    sizes: list[tuple[int, int]]
    notes: list[str]


@dataclass(frozen=True)
class Overlap:
    """Images of a pool that are among those of interest: `shown` are their paths.

    complete: whether everything was compared; else the search was stopped before its end.
    """

    shown: list[str]
    complete: bool


def preview(
    spec: SourceSpec,
    role: Role,
    *,
    examples: int = 6,
    thumbnail_px: int = 64,
    report: Report = silent,
) -> SourcePreview:
    """A quick look at one source, for a dialog: classes with counts and a few thumbnails each, what
    would be skipped so far. Raises InputError as reading it would, and Cancelled.
    """
    found = gather(spec, Place(0, role, f"{role}/".encode()), Path(), report)
    by_class: dict[str, list[int]] = {}
    for number, item in enumerate(found.items):
        by_class.setdefault(item.label or "", []).append(number)
    names = sorted(by_class, key=natural_key)
    chosen = _chosen([by_class[name] for name in names], examples)
    looked = _Looked(thumbnail_px, report)
    # In the order of the source: packed files are quick to read only forwards.
    for number in sorted(number for numbers in chosen for number in numbers):
        looked.look(number, found.items[number])
    classes = [
        ClassPreview(name, len(by_class[name]), looked.pictures(numbers))
        for name, numbers in zip(names, chosen, strict=True)
    ]
    return SourcePreview(
        spec=spec,
        kind=found.kind,
        images=len(found.items),
        classes=classes,
        skipped=[*found.skipped, *looked.skipped],
        sizes=looked.sizes,
        notes=found.notes,
    )


def _chosen(classes: Sequence[Sequence[int]], examples: int) -> list[list[int]]:
    """Which images of every class to decode, spread over it, `MOST_DECODED` in all."""
    each = min(examples, max(1, MOST_DECODED // max(1, len(classes))))
    left, chosen = MOST_DECODED, []
    for numbers in classes:
        count = min(each, len(numbers), left)
        places = np.linspace(0, len(numbers) - 1, count).astype(int).tolist()
        chosen.append([numbers[place] for place in places])
        left -= count
    return chosen


def find_overlap(
    interest: Sequence[SourceSpec], pool: Sequence[SourceSpec], *, report: Report = silent
) -> Overlap:
    """Which images of the pool are among those of interest, by digest; a project leaves them out.

    Of files only those are read that have the size of one on the other side. When `report` raises
    Cancelled the answer is what was found until then, and not complete.
    """
    shown: list[str] = []
    try:
        gathered = gather_all(interest, pool, Path(), report)
        ours, theirs = _candidates(gathered)
        known: set[bytes] = set()
        for number, item in enumerate([*ours, *theirs]):
            report(number, len(ours) + len(theirs), "overlap: comparing images")
            digest = _digest(item)
            if number < len(ours):
                known.add(digest)
            elif digest in known and digest:
                shown.append(item.shown)
    except Cancelled:
        return Overlap(shown, False)
    return Overlap(shown, True)


class _Looked:
    """What decoding a few images told."""

    def __init__(self, thumbnail_px: int, report: Report) -> None:
        self._shape, self._report = Shape((thumbnail_px, thumbnail_px)), report
        self._pictures: dict[int, NDArray[np.uint8]] = {}
        self.skipped: list[SkippedFile] = []
        self.sizes: list[tuple[int, int]] = []

    def look(self, number: int, item: Item) -> None:
        """Decode one image, small; a file's own size is read from its head."""
        self._report(len(self._pictures), 0, "images: looking at a few")
        try:
            content = item.load()
            if isinstance(content, FileBytes):
                size = size_of(content.data)
                small = decode(content.data, self._shape.size)
            else:
                size = (content.shape[0], content.shape[1])
                small = resized(content, self._shape.size)
        except Unusable as error:
            self.skipped.append(SkippedFile(item.source, item.shown, str(error)))
            return
        self._pictures[number] = np.broadcast_to(small, (*small.shape[:2], 3))
        if size not in self.sizes:
            self.sizes.append(size)

    def pictures(self, numbers: Sequence[int]) -> NDArray[np.uint8]:
        """Those of the numbers that could be decoded, (k, side, side, 3)."""
        found = [self._pictures[number] for number in numbers if number in self._pictures]
        side = self._shape.size or (0, 0)
        return np.stack(found) if found else np.empty((0, *side, 3), np.uint8)


def _candidates(gathered: Sequence[Gathered]) -> tuple[list[Item], list[Item]]:
    """Items of either side that may have an equal on the other."""
    ours = [i for source in gathered if source.role == "interest" for i in source.items]
    theirs = [i for source in gathered if source.role == "pool" for i in source.items]
    return _of_sizes(ours, theirs), _of_sizes(theirs, ours)


def _of_sizes(items: Sequence[Item], others: Sequence[Item]) -> list[Item]:
    sizes = {_file_size(item) for item in others}
    return [item for item in items if _file_size(item) in sizes]


def _file_size(item: Item) -> int:
    """Of a file of its own; -1 for images in arrays and shards, of which all may be equal."""
    return item.stamp[0] if item.path is not None and item.stamp else -1


def _digest(item: Item) -> bytes:
    try:
        return digest_of(item)
    except Unusable:
        return b""
