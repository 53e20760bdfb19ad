"""MNIST and Fashion-MNIST as torchvision keeps them: IDX files, packed with gzip or not.

The format: http://yann.lecun.com/exdb/mnist (two zero bytes, type, rank, sizes, values).
"""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import InputError
from spurview.sources.gathering import Asked, Gathered, array_items, stamp_of
from spurview.sources.packed_rows import JoinedRows, PackedRows, as_image
from spurview.sources.spec import readable

Split = Literal["", "train", "test"]
_SPLITS = {"train": "train", "test": "t10k"}
_UNSIGNED_BYTE = 8
_MOST_BYTES = 1 << 30


@dataclass(frozen=True)
class IdxSet:
    """One data set: its name, torchvision's folder for it, its class names by label."""

    kind: str
    title: str
    folder: str
    names: tuple[str, ...]


MNIST = IdxSet("mnist", "MNIST", "MNIST", tuple("0123456789"))
FASHION = IdxSet(
    "fashionmnist",
    "Fashion-MNIST",
    "FashionMNIST",
    ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
     "Ankle boot"),
)  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """Images and labels of one split."""

    row: Callable[[int], NDArray[np.uint8]]
    labels: NDArray[np.uint8]


def gather_idx(asked: Asked, data_set: IdxSet, split: Split = "") -> Gathered:
    """Training images, then test images, or one split. Raises InputError where files are missing
    or are not what they should be."""
    root = Path(asked.argument)
    if not root.is_dir():
        raise InputError(f"There is no folder {readable(str(root))}.")
    parts: list[_Part] = []
    stamp: tuple[int, ...] = ()
    for name in [split] if split else list(_SPLITS):
        found = _files(root, data_set, _SPLITS[name])
        if found is None:
            if split or not parts:
                raise InputError(
                    f"There is no {data_set.title} in {readable(str(root))}: "
                    f"{_SPLITS[name]}-images-idx3-ubyte, or the same with .gz, is missing."
                )
            continue
        parts.append(_part(*found))
        stamp += stamp_of(found[0])
    labels = [_name(int(label), data_set) for part in parts for label in part.labels]
    rows = JoinedRows([(len(part.labels), part.row) for part in parts])
    items = array_items(asked, labels, rows, stamp)
    notes = [] if split or len(parts) == 2 else [f"{asked.shown} has no test images."]
    return asked.gathered(data_set.kind, items, location=asked.location(root), notes=notes)


def _name(label: int, data_set: IdxSet) -> str:
    return data_set.names[label] if label < len(data_set.names) else str(label)


def _files(root: Path, data_set: IdxSet, split: str) -> tuple[Path, Path] | None:
    """The files of images and of labels, unpacked ones first."""
    for below in ("", "raw", f"{data_set.folder}/raw"):
        found = [
            _either(root / below, f"{split}-{what}-idx{rank}-ubyte")
            for what, rank in (("images", 3), ("labels", 1))
        ]
        if found[0] and found[1]:
            return found[0], found[1]
    return None


def _either(folder: Path, name: str) -> Path | None:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    return None


def _part(images: Path, labels: Path) -> _Part:
    offset, shape = _header(images, 3)
    _, (n_labels,) = _header(labels, 1)
    if shape[0] != n_labels:
        raise InputError(
            f"{readable(images.name)} has {shape[0]} images and {readable(labels.name)} has "
            f"{n_labels} labels: these files do not belong together."
        )
    told = np.frombuffer(_content(labels, 8 + n_labels), np.uint8)[8:]
    nbytes = shape[1] * shape[2]
    if images.suffix != ".gz":
        return _Part(PackedRows(images, offset, nbytes, shape[1:], shape[0]).row, told)
    data = np.frombuffer(_content(images, offset + nbytes * shape[0]), np.uint8)[offset:]
    unpacked = data.reshape(shape)
    return _Part(lambda index: as_image(unpacked[index]), told)


def _header(path: Path, rank: int) -> tuple[int, tuple[int, ...]]:
    """Where the values begin, and their shape. Raises InputError for a file that is no such."""
    offset = 4 + 4 * rank
    start = _content(path, offset, exact=False)
    if len(start) < offset or start[:4] != bytes([0, 0, _UNSIGNED_BYTE, rank]):
        raise InputError(f"{readable(str(path))} is not a file of MNIST's kind (IDX).")
    shape = struct.unpack(f">{rank}I", start[4:])
    nbytes = int(np.prod(shape, dtype=object))
    if not 0 < nbytes <= _MOST_BYTES:
        raise InputError(f"{readable(str(path))} claims {nbytes} bytes of values: it is damaged.")
    if path.suffix != ".gz" and os.stat(path).st_size != offset + nbytes:
        raise InputError(f"{readable(str(path))} is cut short or damaged: fetch it again.")
    return offset, shape


def _content(path: Path, nbytes: int, exact: bool = True) -> bytes:
    """The first bytes, unpacked; with `exact` the file must have these and no more."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(nbytes + exact)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{readable(str(path))} cannot be read: {error}.") from error
    if exact and len(data) != nbytes:
        raise InputError(f"{readable(str(path))} is cut short or damaged: fetch it again.")
    return data
