"""One open project file: a descriptor and the table of where each dataset's bytes lie.

Knows neither HDF5 nor what the datasets mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from spurview.core.arrays import Array
from spurview.core.progress import Report, silent
from spurview.project import raw
from spurview.project.header import digest_of
from spurview.project.schema import Extent

_BLOCK = 4 << 20
# Rows closer together than this are read in one go, with what lies between them thrown away.
_GAP = 16 << 10


class DataFile:
    """Reads datasets from any thread; the descriptor is closed with the last reference.

    Closing it on demand instead could hand a reading thread the number of another file.
    """

    def __init__(self, fd: int, path: Path, table: Mapping[str, Extent], digest: bytes) -> None:
        self._fd = fd
        self.path = path
        self.table = dict(table)
        self.digest = digest
        self.stamp = stamp(os.fstat(fd))

    def __del__(self) -> None:
        os.close(self._fd)

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a dataset; KeyError when missing."""
        return self.table[name].shape

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        """Rows `start` to `stop`, as slicing counts them; all of a 0-d dataset."""
        extent = self.table[name]
        if not extent.shape:
            return self._rows(extent, 0, 1).reshape(())
        first, last, _ = slice(start, stop).indices(extent.shape[0])
        return self._rows(extent, first, max(first, last))

    def read_rows(self, name: str, rows: Iterable[int]) -> Array:
        """The given rows in the given order; IndexError when one is not there."""
        extent = self.table[name]
        wanted = rows if isinstance(rows, np.ndarray) else np.fromiter(rows, np.int64)
        wanted = wanted.astype(np.int64)
        if wanted.size and not (wanted.min() >= 0 and wanted.max() < extent.shape[0]):
            raise IndexError(f"{name} has rows 0 to {extent.shape[0] - 1}")
        out = np.empty((len(wanted), *extent.shape[1:]), extent.dtype)
        in_order = bool((np.diff(wanted) >= 0).all())
        order = np.arange(len(wanted)) if in_order else np.argsort(wanted, kind="stable")
        self._gather(extent, wanted[order], order, out)
        return out

    def blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a dataset, piece by piece."""
        extent = self.table[name]
        for done in range(0, extent.nbytes, _BLOCK):
            nbytes = min(_BLOCK, extent.nbytes - done)
            yield raw.read_bytes(self._fd, self.path, extent.offset + done, nbytes)

    def is_whole(self, report: Report = silent) -> bool:
        """Whether the digest in the header still fits; about a second for each GB."""
        return digest_of(self._fd, self.path, report) == self.digest

    def is_untouched(self) -> bool:
        """Whether nobody wrote into this very file since it was opened."""
        return stamp(os.fstat(self._fd)) == self.stamp

    def _rows(self, extent: Extent, first: int, last: int) -> Array:
        shape = (last - first, *extent.shape[1:])
        out = np.empty(shape, extent.dtype)
        self._fill(extent, first, out)
        return out

    def _fill(self, extent: Extent, first: int, out: Array) -> None:
        """Fill `out`, C-contiguous, with the rows from `first` on."""
        if out.nbytes:
            view = out.data.cast("B")
            raw.read_into(self._fd, self.path, extent.offset + first * _row_bytes(extent), view)

    def _gather(self, extent: Extent, rows: Array, places: Array, out: Array) -> None:
        """Put the ascending `rows` into `out` at `places`, run by run."""
        if not out.nbytes:
            return
        for begin, end in _runs(rows, _row_bytes(extent)):
            first, last = int(rows[begin]), int(rows[end - 1]) + 1
            place = places[begin:end]
            # One row alone is what scattered rows mostly are, and quicker told.
            alone = end - begin == 1
            if alone or (_consecutive(rows[begin:end]) and _consecutive(place)):
                self._fill(extent, first, out[place[0] : place[-1] + 1])
            else:
                out[place] = self._rows(extent, first, last)[rows[begin:end] - first]


def stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    """What tells one state of a file from another: device, inode, size and time of change."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _row_bytes(extent: Extent) -> int:
    return extent.nbytes // max(1, extent.shape[0]) if extent.shape else extent.nbytes


def _consecutive(numbers: Array) -> bool:
    return bool((np.diff(numbers) == 1).all())


def _runs(rows: Array, row_bytes: int) -> Iterator[tuple[int, int]]:
    """Begin and end, in `rows` (ascending), of stretches worth reading in one go."""
    far = np.diff(rows) * row_bytes > _GAP + row_bytes
    next_block = np.diff(rows * row_bytes // _BLOCK) > 0
    cuts = np.flatnonzero(far | next_block) + 1
    edges = [0, *cuts.tolist(), len(rows)]
    yield from pairwise(edges)
