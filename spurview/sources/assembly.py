"""Puts images that were read in order: interest train, interest test, pool, none of them twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array
from spurview.core.errors import InputError
from spurview.core.progress import Report
from spurview.sources.blocks import BlockStore
from spurview.sources.gathering import Gathered, Item
from spurview.sources.spec import ImagesProduct, SkippedFile, SourceSummary, natural_key

# The values of /images/role, which the project's model names.
TRAIN, TEST, POOL = 0, 1, 2
SMALL_POOL = 1000
# Keeps the draw of held-out images apart from every other use of the seed.
_SPLIT_STREAM = 101


class Read:
    """What is known of the images once all were read: which are good, and where pixels lie.

    items: the good ones, as read; digests (n, 16) u8; side: height and width; usable: how many
    good images each source has.
    """

    def __init__(
        self,
        gathered: Sequence[Gathered],
        items: Sequence[Item],
        names: Sequence[str],
        store: BlockStore,
    ) -> None:
        self.gathered, self.names, self.store = gathered, names, store
        self.items: list[Item] = []
        self.skipped = [file for source in gathered for file in source.skipped]
        self.side, self.channels = (0, 0), 1
        digests = [np.empty((0, 16), np.uint8)]
        position = 0
        for name in names:
            block = store.get(name)
            if block is None:
                raise InputError("The work folder was changed while images were read: start anew.")
            part = items[position : position + len(block.good)]
            position += len(part)
            self._take(part, block.good, block.reasons)
            digests.append(block.digests)
            if len(block.pixels):
                self.side = (block.pixels.shape[1], block.pixels.shape[2])
                self.channels = max(self.channels, block.pixels.shape[3])
        self.digests: NDArray[np.uint8] = np.concatenate(digests)
        self.usable = Counter(item.source for item in self.items)

    def _take(self, part: Sequence[Item], good: NDArray[np.bool_], reasons: list[str]) -> None:
        waiting = iter(reasons)
        for item, is_good in zip(part, good, strict=True):
            if is_good:
                self.items.append(item)
            else:
                self.skipped.append(SkippedFile(item.source, item.shown, next(waiting)))


def assembled(read: Read, test_share: float, seed: int, report: Report) -> ImagesProduct:
    """The product of a reading. Raises InputError where nothing of the pool is left."""
    return _Assembly(read, test_share, seed).product(report)


@dataclass(frozen=True)
class _Twice:
    """Images of the pool that are images of interest too: rows, and files to tell of."""

    rows: NDArray[np.bool_]
    files: list[SkippedFile]


class _Assembly:
    def __init__(self, read: Read, test_share: float, seed: int) -> None:
        self._read = read
        self._test_share, self._seed = test_share, seed
        roles = [read.gathered[item.source].role for item in read.items]
        self._is_pool = np.array([role == "pool" for role in roles], np.bool_)
        self._twice = _twice(read, self._is_pool)
        self._labels = [item.label for item in read.items]
        used = zip(self._labels, self._is_pool, self._twice.rows, strict=True)
        by_role = [(name, is_pool) for name, is_pool, twice in used if name and not twice]
        names = {name for name, is_pool in by_role if not is_pool}
        others = {name for name, _ in by_role} - names
        self._class_names = sorted(names, key=natural_key)
        self._label_names = self._class_names + sorted(others, key=natural_key)

    def product(self, report: Report) -> ImagesProduct:
        label, role = self._label_numbers(), self._roles()
        order = np.argsort(role, kind="stable")
        order = order[~self._twice.rows[order]]
        keys = [self._read.items[i].key for i in order]
        arrays: dict[str, Array] = {
            "/images/pixels": self._pixels(order, report),
            "/images/role": role[order],
            "/images/label": label[order],
            "/images/source": np.array([self._read.items[i].source for i in order], np.int32),
            "/images/digest": self._read.digests[order],
            "/images/keys": np.frombuffer(b"".join(keys), np.uint8).copy(),
            "/images/keys_end": np.cumsum([len(key) for key in keys], dtype=np.int64),
        }
        return ImagesProduct(
            arrays=arrays,
            sources=self._summaries(arrays["/images/source"]),
            class_names=self._class_names,
            label_names=self._label_names,
            skipped=[*self._read.skipped, *self._twice.files],
            notes=self._notes(int((arrays["/images/role"] == POOL).sum())),
        )

    def _pixels(self, order: NDArray[np.intp], report: Report) -> NDArray[np.uint8]:
        """All pixels in their order, block after block so that only one is held beside them."""
        read = self._read
        shape = (len(order), *read.side, read.channels)
        whole = read.store.room_for(shape)
        target = np.full(len(read.items), -1, np.intp)
        target[order] = np.arange(len(order))
        position = 0
        for number, name in enumerate(read.names):
            report(number, len(read.names), "images: putting them in order")
            block = read.store.get(name)
            assert block is not None  # it was there a moment ago
            rows = target[position : position + len(block.pixels)]
            position += len(block.pixels)
            whole[rows[rows >= 0]] = block.pixels[rows >= 0]
            read.store.forget(name)
        return whole

    def _label_numbers(self) -> NDArray[np.int32]:
        numbers: dict[str | None, int] = {n: i for i, n in enumerate(self._label_names)}
        return np.array([numbers.get(name, -1) for name in self._labels], np.int32)

    def _roles(self) -> NDArray[np.uint8]:
        """A seeded share of each class held out, at least one image where there are two."""
        role = np.where(self._is_pool, POOL, TRAIN).astype(np.uint8)
        label = self._label_numbers()
        for number in range(len(self._class_names)):
            rows = np.flatnonzero((label == number) & ~self._is_pool)
            held_out = max(1, round(len(rows) * self._test_share)) if len(rows) > 1 else 0
            rng = np.random.default_rng([self._seed, _SPLIT_STREAM, number])
            role[rng.permutation(rows)[: min(held_out, len(rows) - 1)]] = TEST
        return role

    def _summaries(self, source: NDArray[np.int32]) -> list[SourceSummary]:
        used = np.bincount(source, minlength=len(self._read.gathered)).tolist()
        return [
            SourceSummary(s.role, s.kind, s.location, s.classes, images)
            for s, images in zip(self._read.gathered, used, strict=True)
        ]

    def _notes(self, pool_size: int) -> list[str]:
        """What a person should know before trusting results on these images."""
        notes = [note for source in self._read.gathered for note in source.notes]
        notes += notes_on_pool(pool_size)
        wanted = {
            item.label
            for source in self._read.gathered
            for item in source.items
            if source.role == "interest" and item.label is not None
        }
        for name in sorted(wanted - set(self._class_names), key=natural_key):
            notes.append(f"The class {name} has no usable image and is left out.")
        if n := len(self._twice.files):
            what = (
                "1 image of the pool is an image"
                if n == 1
                else f"{n} images of the pool are images"
            )
            notes.append(f"{what} of interest too, and left out of the pool.")
        return notes


def notes_on_pool(n_images: int) -> list[str]:
    """A sentence where the pool is small."""
    if n_images >= SMALL_POOL:
        return []
    return [f"The pool has only {n_images} images; {SMALL_POOL} or more are better."]


def _twice(read: Read, is_pool: NDArray[np.bool_]) -> _Twice:
    """Which images of the pool have the content of one of interest.

    They go: the pool is to be unrelated, and the network may have learnt those by heart.
    """
    digests = [row.tobytes() for row in read.digests]
    known: dict[bytes, str] = {}
    for digest, item, pooled in zip(digests, read.items, is_pool, strict=True):
        if not pooled:
            known.setdefault(digest, item.shown)
    rows = np.array([p and d in known for d, p in zip(digests, is_pool, strict=True)], np.bool_)
    files = [
        SkippedFile(
            read.items[row].source,
            read.items[row].shown,
            f"the same image is among those of interest ({known[digests[row]]})",
        )
        for row in np.flatnonzero(rows)
    ]
    if len(files) and (rows | ~is_pool).all():
        raise InputError(
            "Every image of the pool is among the images of interest too: "
            "choose other images for the pool."
        )
    return _Twice(rows, files)
