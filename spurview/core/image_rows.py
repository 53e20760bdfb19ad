"""Images by their rows: held in memory where they are few, read when asked for where they are many.

Whoever trains or applies a network asks an `ImageRows` and gets the same pixels either way.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spurview.core.arrays import Array, Reader

PIXELS = "/images/pixels"
# Pixels of no more bytes than this are read once and kept.
MOST_HELD_BYTES = 512 << 20


class ImageRows(Protocol):
    """(N, H, W, C) u8 or 0..1, taken row by row; an array is one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, H, W, C)."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> Array:
        """The images of a slice or of an array of rows, in that order."""


class ReaderRows:
    """The images of a reader, of which nothing is kept."""

    def __init__(self, reader: Reader, name: str = PIXELS) -> None:
        self._reader, self._name = reader, name
        self.shape = reader.shape(name)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice | NDArray[np.integer[Any]], /) -> Array:
        if isinstance(rows, slice):
            start, stop, step = rows.indices(len(self))
            if step != 1:
                raise IndexError("rows are read one after the other, without a step")
            return self._reader.read(self._name, start, max(start, stop))
        return self._reader.read_rows(self._name, rows)


def image_rows(reader: Reader, *, most_held: int = MOST_HELD_BYTES) -> ImageRows:
    """The reader's images, in memory where they take at most `most_held` bytes."""
    if int(np.prod(reader.shape(PIXELS))) <= most_held:
        return reader.read(PIXELS)
    return ReaderRows(reader)
