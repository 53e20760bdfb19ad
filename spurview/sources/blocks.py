"""Images read block by block, kept in memory or in a work folder from which a reading goes on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import InputError
from spurview.core.network_description import Fit
from spurview.core.progress import Report
from spurview.sources.gathering import Item
from spurview.sources.picture import FileBytes, Unusable, decode, resized

BLOCK = 256
OWN_SIZE_PX = (8, 96)
# Assembled images beyond this many bytes lie in the work folder, mapped, where there is one.
MOST_IN_MEMORY = 256 << 20
_PREFIX = "images-"


class SizesDiffer(Exception):
    """The images do not share one size that could be the working size."""


@dataclass(frozen=True)
class Block:
    """Some items, read: pixels (n_good, H, W, C) u8, digests (n_good, 16) u8, good (n,) bool.

    reasons: why each item that is not good was left out, in their order.
    """

    pixels: NDArray[np.uint8]
    digests: NDArray[np.uint8]
    good: NDArray[np.bool_]
    reasons: list[str]


@dataclass(frozen=True)
class Shape:
    """What images are brought to: (height, width), None for their own; and how they are fitted."""

    size: tuple[int, int] | None
    aspect: Fit = "crop"

    @property
    def name(self) -> str:
        return "own" if self.size is None else f"{self.size[0]}x{self.size[1]}"


class BlockStore:
    """Blocks by number, in `folder` or, where it is None, in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._held: dict[str, Block] = {}

    @classmethod
    def for_items(cls, work_dir: Path | None, items: Sequence[Item], told: object) -> BlockStore:
        """The store of a reading of these items; another list or other `told` has another."""
        if work_dir is None:
            return cls(None)
        hashed = hashlib.blake2b(repr(told).encode(), digest_size=8)
        for item in items:
            hashed.update(repr((item.key, item.label, item.stamp)).encode())
        return cls(work_dir / f"{_PREFIX}{hashed.hexdigest()}")

    def keep(self, name: str, block: Block) -> None:
        """Hold one block. Raises InputError where the work folder cannot be written."""
        if self._folder is None:
            self._held[name] = block
            return
        target = self._folder / f"{name}.npz"
        beside = target.with_suffix(".part")
        reasons = np.frombuffer(json.dumps(block.reasons).encode(), np.uint8)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                np.savez(file, pixels=block.pixels, digests=block.digests, good=block.good,
                         reasons=reasons)  # fmt: skip
            os.replace(beside, target)
        except OSError as error:
            raise InputError(
                f"The images cannot be kept in {self._folder} while they are read "
                f"({(error.strerror or str(error)).lower()}): make room or choose another place."
            ) from error

    def get(self, name: str) -> Block | None:
        """The block of this name, or None where there is none that is whole."""
        if self._folder is None:
            return self._held.get(name)
        try:
            path = self._folder / f"{name}.npz"
            # Opened here: numpy leaves its own file open where it is no whole zip.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                reasons = json.loads(kept["reasons"].tobytes())
                return Block(kept["pixels"], kept["digests"], kept["good"], reasons)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def forget(self, name: str) -> None:
        """Give the memory of one block back; a file stays."""
        self._held.pop(name, None)

    def mark_sizes_differ(self) -> None:
        """Remember, for a reading that goes on, that the images share no size."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / "sizes-differ").touch()

    @property
    def sizes_differ(self) -> bool:
        """Whether an earlier reading found that the images share no size."""
        return self._folder is not None and (self._folder / "sizes-differ").exists()

    def room_for(self, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """An array of this shape to fill; a file in the work folder, mapped, where it is large."""
        if self._folder is None or int(np.prod(shape, dtype=np.int64)) <= MOST_IN_MEMORY:
            return np.empty(shape, np.uint8)
        try:
            return np.lib.format.open_memmap(
                self._folder / "pixels.npy", "w+", np.dtype(np.uint8), shape
            )
        except OSError as error:
            raise InputError(
                f"There is no room in {self._folder} for all images at working size "
                f"({(error.strerror or str(error)).lower()}): choose a smaller --size."
            ) from error


def clear_kept(work_dir: Path) -> None:
    """Remove what readings of images kept below `work_dir`, and that folder where it is empty."""
    for folder in work_dir.glob(f"{_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)
    if work_dir.is_dir() and not any(work_dir.iterdir()):
        work_dir.rmdir()


def block_names(items: Sequence[Item], shape: Shape) -> Iterator[tuple[str, Sequence[Item]]]:
    """The name and the items of every block."""
    for start in range(0, len(items), BLOCK):
        yield f"{shape.name}-{start // BLOCK:06}", items[start : start + BLOCK]


def read_blocks(items: Sequence[Item], shape: Shape, store: BlockStore, report: Report) -> None:
    """Read into the store what it does not hold yet. Raises SizesDiffer where `shape` has no size
    and the images have no common one."""
    side: tuple[int, ...] | None = None
    done = 0
    for name, part in block_names(items, shape):
        block = store.get(name)
        if block is None or len(block.good) != len(part):
            block = _read(part, shape, side, _Telling(report, done, len(items)))
            store.keep(name, block)
        if len(block.pixels):
            side = block.pixels.shape[1:3]
        done += len(part)
        _Telling(report, done, len(items))(0)


@dataclass(frozen=True)
class _Telling:
    """Progress within a block that begins after `before` of `total` images."""

    report: Report
    before: int
    total: int

    def __call__(self, done: int) -> None:
        so_far = self.before + done
        self.report(so_far, self.total, f"images: reading {so_far} of {self.total}")


def _read(
    items: Sequence[Item], shape: Shape, side: tuple[int, ...] | None, tell: _Telling
) -> Block:
    stack: list[NDArray[np.uint8]] = []
    digests: list[bytes] = []
    good = np.zeros(len(items), np.bool_)
    reasons: list[str] = []
    for number, item in enumerate(items):
        tell(number)
        try:
            pixels, digest = load(item, shape)
        except Unusable as error:
            reasons.append(str(error))
            continue
        if shape.size is None:
            if not _fits(pixels, side):
                raise SizesDiffer
            side = pixels.shape[:2]
        stack.append(pixels)
        digests.append(digest)
        good[number] = True
    return Block(_stacked(stack), _rows(digests), good, reasons)


def load(item: Item, shape: Shape) -> tuple[NDArray[np.uint8], bytes]:
    """Pixels (H, W, C) u8 of an item and the digest of its content. Raises Unusable."""
    content = item.load()
    if isinstance(content, FileBytes):
        return decode(content.data, shape.size, shape.aspect), content.digest
    return resized(content, shape.size, shape.aspect), _of_pixels(content)


def digest_of(item: Item) -> bytes:
    """The digest of an item's content, without decoding it. Raises Unusable."""
    content = item.load()
    return content.digest if isinstance(content, FileBytes) else _of_pixels(content)


def _of_pixels(pixels: NDArray[np.uint8]) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(pixels).tobytes(), digest_size=16).digest()


def _fits(image: NDArray[np.uint8], side: tuple[int, ...] | None) -> bool:
    """Whether the image has a size of its own to work at, the same as all before it."""
    low, high = OWN_SIZE_PX
    if side is not None:
        return image.shape[:2] == side
    return all(low <= length <= high for length in image.shape[:2])


def _stacked(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Images of one size as one array, grey unless one is coloured."""
    if not images:
        return np.empty((0, 0, 0, 1), np.uint8)
    channels = max(image.shape[2] for image in images)
    stack = np.empty((len(images), *images[0].shape[:2], channels), np.uint8)
    for place, image in zip(stack, images, strict=True):
        place[:] = image
    return stack


def _rows(digests: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, 16)
