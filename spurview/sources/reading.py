"""Reads all sources into working images of one size, and holds a share of the classes out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from spurview.core.arrays import Array
from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.core.settings import ImagesSettings
from spurview.sources.gathering import Gathered, Item, gather, places
from spurview.sources.picture import Unusable, decode, read_file
from spurview.sources.spec import (
    ImagesProduct,
    SkippedFile,
    SourceSpec,
    SourceSummary,
    natural_key,
    readable,
)

OWN_SIZE_PX = (8, 96)
COMMON_SIZE_PX = 64
# The values of /images/role, which the project's model names.
TRAIN, TEST, POOL = 0, 1, 2
SMALL_POOL = 1000
# Keeps the draw of held-out images apart from every other use of the seed.
_SPLIT_STREAM = 101


@dataclass(frozen=True)
class _Read:
    """Images that could be read: pixels (n, H, W, C) u8, digests (n, 16) u8, and their items."""

    items: list[Item]
    pixels: NDArray[np.uint8]
    digests: NDArray[np.uint8]
    skipped: list[SkippedFile]


class _SizesDiffer(Exception):
    """The images do not share one size that could be the working size."""


def read_sources(
    interest: Sequence[SourceSpec],
    pool: Sequence[SourceSpec],
    *,
    settings: ImagesSettings,
    seed: int,
    project_dir: Path,
    report: Report = silent,
) -> ImagesProduct:
    """All images of the sources at working size, with keys, labels, roles and digests.

    The size is the images' own when all share one of 8 to 96 px, else 64 px square;
    `settings.size_px` overrides both. One channel when every image is grey, else three. Files that
    cannot be used are left out and listed. Raises InputError when a source has no usable image.
    """
    specs = [*interest, *pool]
    gathered = [
        gather(spec, place, project_dir, report)
        for spec, place in zip(specs, places(interest, pool), strict=True)
    ]
    read = _read(gathered, settings.size_px, report)
    _check_all_used(specs, gathered, read)
    return _Assembly(gathered, read, settings.test_share, seed).product()


def _read(gathered: Sequence[Gathered], size_px: int, report: Report) -> _Read:
    items = [item for source in gathered for item in source.items]
    skipped = [file for source in gathered for file in source.skipped]
    if size_px:
        return _read_items(items, (size_px, size_px), skipped, report)
    try:
        return _read_items(items, None, skipped, report)
    except _SizesDiffer:
        return _read_items(items, (COMMON_SIZE_PX, COMMON_SIZE_PX), skipped, report)


def _read_items(
    items: Sequence[Item],
    size: tuple[int, int] | None,
    skipped: Sequence[SkippedFile],
    report: Report,
) -> _Read:
    """Every image that can be read. Raises _SizesDiffer when `size` is None and there is none."""
    stack, digests = _Stack(len(items)), np.empty((len(items), 16), np.uint8)
    good: list[Item] = []
    bad = list(skipped)
    for number, item in enumerate(items):
        report(number, len(items), f"images: reading {number} of {len(items)}")
        try:
            pixels, digest = _pixels(item, size)
        except Unusable as error:
            bad.append(SkippedFile(item.source, item.shown, str(error)))
            continue
        if size is None and not stack.fits(pixels):
            raise _SizesDiffer
        digests[len(good)] = np.frombuffer(digest, np.uint8)
        stack.append(pixels)
        good.append(item)
    return _Read(good, stack.pixels, digests[: len(good)], bad)


def _pixels(item: Item, size: tuple[int, int] | None) -> tuple[NDArray[np.uint8], bytes]:
    if item.path is not None:
        content = read_file(item.path)
        return decode(content.data, size), content.digest
    assert item.pixels is not None
    digest = hashlib.blake2b(item.pixels.tobytes(), digest_size=16).digest()
    return resized(item.pixels, size), digest


def resized(pixels: NDArray[np.uint8], size: tuple[int, int] | None) -> NDArray[np.uint8]:
    """(H, W, C) u8 brought to `size`, shorter side first, then cut at the centre."""
    if size is None or pixels.shape[:2] == size:
        return pixels
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    fitted = np.asarray(ImageOps.fit(image, (size[1], size[0]), Image.Resampling.LANCZOS))
    return fitted[..., None] if fitted.ndim == 2 else fitted


class _Stack:
    """Images of one size, appended one by one; grey until the first coloured one comes."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._count = 0
        self._pixels: NDArray[np.uint8] = np.empty((0, 0, 0, 1), np.uint8)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        return self._pixels[: self._count]

    def fits(self, image: NDArray[np.uint8]) -> bool:
        """Whether the image has a size of its own to work at, the same as all before it."""
        low, high = OWN_SIZE_PX
        if self._count:
            return image.shape[:2] == self._pixels.shape[1:3]
        return all(low <= side <= high for side in image.shape[:2])

    def append(self, image: NDArray[np.uint8]) -> None:
        height, width, channels = image.shape
        if not self._count:
            self._pixels = np.empty((self._capacity, height, width, channels), np.uint8)
        elif channels > self._pixels.shape[3]:
            self._pixels = np.repeat(self._pixels, channels, axis=3)
        self._pixels[self._count] = image
        self._count += 1


def _check_all_used(specs: Sequence[SourceSpec], gathered: Sequence[Gathered], read: _Read) -> None:
    used = Counter(item.source for item in read.items)
    for index, (spec, source) in enumerate(zip(specs, gathered, strict=True)):
        if used[index]:
            continue
        reasons = [file.reason for file in read.skipped if file.source == index]
        what = "images of interest" if source.role == "interest" else "the pool"
        left_out = "1 file was" if len(reasons) == 1 else f"{len(reasons)} files were"
        tail = f": {left_out} left out, the first as {reasons[0]!r}" if reasons else ""
        raise InputError(f"{readable(spec.text)} holds no usable image for {what}{tail}.")


class _Assembly:
    """Puts what was read in order: interest train, interest test, pool."""

    def __init__(
        self, gathered: Sequence[Gathered], read: _Read, test_share: float, seed: int
    ) -> None:
        self._gathered, self._read = gathered, read
        self._test_share, self._seed = test_share, seed
        roles = [gathered[item.source].role for item in read.items]
        self._is_pool = np.array([role == "pool" for role in roles])
        self._labels = [item.label for item in read.items]
        names = {n for n, p in zip(self._labels, self._is_pool, strict=True) if n and not p}
        others = {n for n in self._labels if n} - names
        self._class_names = sorted(names, key=natural_key)
        self._label_names = self._class_names + sorted(others, key=natural_key)

    def product(self) -> ImagesProduct:
        label, role = self._label_numbers(), self._roles()
        order = np.argsort(role, kind="stable")
        keys = [self._read.items[i].key for i in order]
        arrays: dict[str, Array] = {
            "/images/pixels": self._read.pixels[order],
            "/images/role": role[order],
            "/images/label": label[order],
            "/images/source": np.array([self._read.items[i].source for i in order], np.int32),
            "/images/digest": self._read.digests[order],
            "/images/keys": np.frombuffer(b"".join(keys), np.uint8).copy(),
            "/images/keys_end": np.cumsum([len(key) for key in keys], dtype=np.int64),
        }
        return ImagesProduct(
            arrays=arrays,
            sources=self._summaries(),
            class_names=self._class_names,
            label_names=self._label_names,
            skipped=self._read.skipped,
            notes=self._notes(),
        )

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

    def _summaries(self) -> list[SourceSummary]:
        used = Counter(item.source for item in self._read.items)
        return [
            SourceSummary(s.role, s.kind, s.location, s.classes, used[index])
            for index, s in enumerate(self._gathered)
        ]

    def _notes(self) -> list[str]:
        """What a person should know before trusting results on these images."""
        notes = []
        pool_size = int(self._is_pool.sum())
        if pool_size < SMALL_POOL:
            notes.append(f"The pool has only {pool_size} images; {SMALL_POOL} or more are better.")
        wanted = {
            item.label
            for source in self._gathered
            for item in source.items
            if source.role == "interest" and item.label is not None
        }
        for name in sorted(wanted - set(self._class_names), key=natural_key):
            notes.append(f"The class {name} has no usable image and is left out.")
        digests = [row.tobytes() for row in self._read.digests]
        known = {d for d, p in zip(digests, self._is_pool, strict=True) if not p}
        twice = sum(d in known for d, p in zip(digests, self._is_pool, strict=True) if p)
        if twice:
            notes.append(f"{twice} images of the pool are images of interest too.")
        return notes
