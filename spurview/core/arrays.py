"""Named arrays, wherever they live: in memory, in a project file, or one laid over the other.

Stages and views read through `Reader` alone, so that neither knows about files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Reader(Protocol):
    """Read access to named arrays; names look like paths, e.g. ``/images/pixels``."""

    def names(self) -> list[str]:
        """All names, sorted."""

    def has(self, name: str) -> bool:
        """Whether there is an array of this name."""

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape without reading; KeyError when missing."""

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        """Rows `start` to `stop` (exclusive; None: all), first axis; KeyError when missing."""

    def read_rows(self, name: str, rows: Iterable[int]) -> Array:
        """The given rows along the first axis, in the given order."""


class MemoryReader:
    """Named arrays held in a dictionary."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = dict(arrays)

    def names(self) -> list[str]:
        return sorted(self._arrays)

    def has(self, name: str) -> bool:
        return name in self._arrays

    def shape(self, name: str) -> tuple[int, ...]:
        return self._arrays[name].shape

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        array = self._arrays[name]
        return array[start:stop] if array.ndim else array

    def read_rows(self, name: str, rows: Iterable[int]) -> Array:
        return self._arrays[name][np.fromiter(rows, np.intp)]


class OverlayReader:
    """`above` hides what `below` has under the same name; `hidden` prefixes are gone from below."""

    def __init__(self, above: Reader, below: Reader, hidden: Iterable[str] = ()) -> None:
        self._above = above
        self._below = below
        self._hidden = tuple(hidden)

    def names(self) -> list[str]:
        below = (name for name in self._below.names() if not name.startswith(self._hidden))
        return sorted({*self._above.names(), *below})

    def has(self, name: str) -> bool:
        return self._above.has(name) or (
            self._below.has(name) and not name.startswith(self._hidden)
        )

    def shape(self, name: str) -> tuple[int, ...]:
        return self._of(name).shape(name)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Array:
        return self._of(name).read(name, start, stop)

    def read_rows(self, name: str, rows: Iterable[int]) -> Array:
        return self._of(name).read_rows(name, rows)

    def _of(self, name: str) -> Reader:
        if self._above.has(name):
            return self._above
        if self.has(name):
            return self._below
        raise KeyError(name)
