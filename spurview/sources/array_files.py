"""Arrays of images in one file: `.npz`, and `.h5`, which a child process reads.

Both hold `images`, and may hold `labels` (numbers or text) and `class_names`.
"""

from __future__ import annotations

import threading
import weakref
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array
from spurview.core.errors import InputError, ProjectError
from spurview.core.progress import Report
from spurview.project import foreign
from spurview.sources.gathering import Asked, Gathered, array_items, stamp_of
from spurview.sources.picture import Unusable
from spurview.sources.spec import readable

MAX_IMAGES = 1 << 24
MAX_SIDE = 8192
_BLOCK_BYTES = 16 << 20
_MOST_LABEL_BYTES = 1 << 30
_DAMAGED = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, SyntaxError)


class Rows(Protocol):
    """An array of images, read a few rows at a time."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def read(self, start: int, stop: int) -> Array:
        """Rows start to stop. Raises Unusable where the file is damaged."""


def gather_npz(asked: Asked) -> Gathered:
    """Images from a file of numpy.savez. Raises InputError where `images` is missing or strange."""
    path = Path(asked.spec.text)
    try:
        file = _NpzFile(path)
    except _DAMAGED as error:
        raise InputError(f"{asked.shown} is damaged or no .npz file: {error}.") from error
    rows = file.rows("images")
    if rows is None:
        raise InputError(
            f"{asked.shown} has no array 'images'; it has {', '.join(file.names) or 'none'}."
        )
    return _gathered(asked, "npz", rows, file.texts("labels"), file.texts("class_names"))


def gather_h5(asked: Asked) -> Gathered:
    """Images from an HDF5 file. Raises InputError where `images` is missing or strange."""
    path = Path(asked.spec.text)
    if not path.is_file():
        raise InputError(f"There is no file {asked.shown}.")
    try:
        table = foreign.image_arrays(path)
    except ProjectError as error:
        raise InputError(str(error), details=error.details) from error
    rows = _H5Rows(path, table.shape, np.dtype(table.dtype))
    return _gathered(asked, "h5", rows, table.labels, table.class_names)


def _gathered(
    asked: Asked,
    kind: str,
    rows: Rows,
    labels: Sequence[str | int] | None,
    class_names: Sequence[str | int] | None,
) -> Gathered:
    path = Path(asked.spec.text)
    images = _Images(rows, asked)
    count = rows.shape[0]
    if labels is not None and len(labels) != count:
        raise InputError(f"{asked.shown} has {count} images and {len(labels)} labels.")
    names = _names(labels or [None] * count, class_names, asked)
    if asked.place.role == "interest" and not any(names):
        raise InputError(f"{asked.shown} has no labels: images of interest need 'labels' in it.")
    items = array_items(asked, names, images.row, stamp_of(path))
    return asked.gathered(kind, items, location=asked.location(path))


def _names(
    labels: Sequence[str | int | None], class_names: Sequence[str | int] | None, asked: Asked
) -> list[str | None]:
    """A label's name: by number in class_names, else as it stands; below zero there is none."""
    found: list[str | None] = []
    for label in labels:
        if isinstance(label, int) and class_names is not None and label >= len(class_names):
            raise InputError(
                f"{asked.shown} has the label {label} and only {len(class_names)} class_names."
            )
        if label is None or (isinstance(label, int) and label < 0) or label == "":
            found.append(None)
        elif isinstance(label, int) and class_names is not None:
            found.append(str(class_names[label]))
        else:
            found.append(str(label))
    return found


class _Images:
    """Rows of any allowed type and layout as images (H, W, C) u8."""

    def __init__(self, rows: Rows, asked: Asked) -> None:
        self._rows = rows
        self._planes_first = _planes_first(rows.shape, asked.shown)
        self._factor, self._shift = _scale(rows, asked)
        self._step = max(1, _BLOCK_BYTES // max(1, _row_bytes(rows)))
        self._block, self._start = np.empty(0, np.uint8), 0
        self._lock = threading.Lock()

    def row(self, index: int) -> NDArray[np.uint8]:
        """One image; the block around it stays, for the next."""
        with self._lock:
            if not self._start <= index < self._start + len(self._block):
                start = index - index % self._step
                stop = min(start + self._step, self._rows.shape[0])
                self._block, self._start = self._rows.read(start, stop), start
            return self._as_image(self._block[index - self._start])

    def _as_image(self, values: Array) -> NDArray[np.uint8]:
        if values.ndim == 2:
            values = values[..., None]
        elif self._planes_first:
            values = np.moveaxis(values, 0, 2)
        if values.dtype == np.uint8:
            return values
        if self._shift:
            return (values.astype(np.int64) >> 8).astype(np.uint8)
        scaled = np.nan_to_num(values.astype(np.float64), nan=0, posinf=0, neginf=0) * self._factor
        return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)


def _row_bytes(rows: Rows) -> int:
    return int(np.prod(rows.shape[1:], dtype=object)) * rows.dtype.itemsize


def _planes_first(shape: tuple[int, ...], shown: str) -> bool:
    """Whether colours come before height and width; raises InputError for no shape of images."""
    told = f"{shown} has images of shape {shape}: they must be (n, height, width), grey, or "
    told += "(n, height, width, 1 or 3)."
    if len(shape) not in (3, 4) or not 0 < shape[0] <= MAX_IMAGES:
        raise InputError(told)
    planes_first = len(shape) == 4 and shape[3] not in (1, 3) and shape[1] in (1, 3)
    if len(shape) == 4 and shape[3] not in (1, 3) and not planes_first:
        raise InputError(told)
    sides = shape[2:4] if planes_first else shape[1:3]
    if not all(0 < side <= MAX_SIDE for side in sides):
        raise InputError(told)
    return planes_first


def _scale(rows: Rows, asked: Asked) -> tuple[float, bool]:
    """By what values are multiplied to reach 255, and whether 16 bits are shifted instead.

    Numbers of one byte stay; for others the range of all values decides, which takes a reading.
    """
    dtype = rows.dtype
    if dtype == np.uint8:
        return 1, False
    if dtype == np.bool_:
        return 255, False
    if dtype == np.uint16:
        return 1, True
    low, high = _range(rows, asked.report, asked.shown)
    if dtype.kind == "f" and low >= 0 and high <= 1:
        return 255, False
    if low >= 0 and high <= 255:
        return 1, False
    if dtype.kind in "iu" and low >= 0 and high <= 65535:
        return 1, True
    raise InputError(
        f"{asked.shown} has images with values from {low:g} to {high:g}: "
        "give them from 0 to 1 or from 0 to 255."
    )


def _range(rows: Rows, report: Report, shown: str) -> tuple[float, float]:
    if rows.dtype.kind not in "iuf":
        raise InputError(f"{shown} has images of type {rows.dtype}: they must be numbers.")
    step = max(1, _BLOCK_BYTES // max(1, _row_bytes(rows)))
    low, high, count = np.inf, -np.inf, rows.shape[0]
    for start in range(0, count, step):
        report(start, count, "images: finding the range of their values")
        try:
            block = rows.read(start, min(start + step, count))
        except Unusable as error:
            raise InputError(f"{shown} cannot be read: {error}.") from error
        finite = block[np.isfinite(block)] if block.dtype.kind == "f" else block
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
    return (low, high) if low <= high else (0, 0)


class _NpzFile:
    """The arrays of a zip file, looked at before anything of their size is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.is_file():
            raise InputError(f"There is no file {readable(str(path))}.")
        with zipfile.ZipFile(path) as archive:
            inside = [name for name in archive.namelist() if name.endswith(".npy")]
        self.names = [name.removesuffix(".npy") for name in inside]

    def rows(self, name: str) -> _NpzRows | None:
        """The array of this name, unread; None where there is none."""
        if name not in self.names:
            return None
        try:
            return _NpzRows(self._path, name)
        except _DAMAGED as error:
            raise InputError(
                f"The array {name!r} of {readable(str(self._path))} cannot be read: {error}."
            ) from error

    def texts(self, name: str) -> list[str | int] | None:
        """A small array of numbers or text."""
        rows = self.rows(name)
        if rows is None:
            return None
        nbytes = int(np.prod(rows.shape, dtype=object)) * rows.dtype.itemsize
        if len(rows.shape) != 1 or rows.dtype.kind not in "iuUS" or nbytes > _MOST_LABEL_BYTES:
            raise InputError(
                f"The array {name!r} of {readable(str(self._path))} must be a list of whole "
                f"numbers or of text; it is {rows.dtype} of shape {rows.shape}."
            )
        try:
            found = rows.read(0, rows.shape[0])
        except Unusable as error:
            raise InputError(f"{readable(str(self._path))} cannot be read: {error}.") from error
        if found.dtype.kind == "S":
            return [text.decode("utf-8", "replace") for text in found.tolist()]
        told: list[str | int] = found.tolist()
        return told


class _NpzRows:
    """An array in a zip file. One reading goes on where the last ended, for packed files too."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, f"{name}.npy"
        archive = zipfile.ZipFile(path)
        weakref.finalize(self, archive.close)
        self._file: IO[bytes] = archive.open(self._name)
        weakref.finalize(self, self._file.close)
        self.shape, self.dtype = _npy_header(self._file)
        self._offset = self._file.tell()
        stored = archive.getinfo(self._name).file_size - self._offset
        if stored != int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize:
            raise ValueError("it is cut short")

    def read(self, start: int, stop: int) -> Array:
        row = int(np.prod(self.shape[1:], dtype=object)) * self.dtype.itemsize
        try:
            self._file.seek(self._offset + start * row)
            data = self._file.read((stop - start) * row)
        except _DAMAGED as error:
            raise Unusable(f"damaged: {error}") from error
        if len(data) != (stop - start) * row:
            raise Unusable("damaged: it is cut short")
        return np.frombuffer(data, self.dtype).reshape(stop - start, *self.shape[1:])


def _npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an .npy file. Raises ValueError for objects and for column order."""
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"it has version {version}")
    shape, by_columns, dtype = read(file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which could run code")
    if by_columns and len(shape) > 1:
        raise ValueError("it is stored by columns: save numpy.ascontiguousarray of it")
    return shape, dtype


@dataclass
class _H5Rows:
    """An array of an HDF5 file; each block is read by a child process of its own."""

    path: Path
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def read(self, start: int, stop: int) -> Array:
        try:
            data = foreign.image_rows(self.path, start, stop)
        except ProjectError as error:
            raise Unusable(str(error).rstrip(".")) from error
        row = int(np.prod(self.shape[1:], dtype=object)) * self.dtype.itemsize
        if len(data) != (stop - start) * row:
            raise Unusable("damaged: the file does not hold this image any more")
        return np.frombuffer(data, self.dtype).reshape(stop - start, *self.shape[1:])
