"""Images of one size packed one behind the other in a file, read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spurview.sources.picture import Unusable, unreadable


@dataclass(frozen=True)
class PackedRows:
    """`count` rows of unsigned bytes in a file: row i begins at `offset + i * stride`.

    shape: (H, W) or (C, H, W); rows come back as (H, W, C) u8.
    """

    path: Path
    offset: int
    stride: int
    shape: tuple[int, ...]
    count: int

    def row(self, index: int) -> NDArray[np.uint8]:
        """One image (H, W, C) u8. Raises Unusable where the file does not hold it any more."""
        nbytes = int(np.prod(self.shape))
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset + index * self.stride)
                data = file.read(nbytes)
        except OSError as error:
            raise unreadable(error) from error
        if len(data) != nbytes:
            raise Unusable("the file ends before this image")
        return as_image(np.frombuffer(data, np.uint8).reshape(self.shape))


@dataclass(frozen=True)
class JoinedRows:
    """Rows of several parts, counted on: how many each has, and what gives one of its rows."""

    parts: Sequence[tuple[int, Callable[[int], NDArray[np.uint8]]]]

    def __call__(self, index: int) -> NDArray[np.uint8]:
        for count, row in self.parts:
            if index < count:
                return row(index)
            index -= count
        raise IndexError(index)


def as_image(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W) as (H, W, 1), and (C, H, W) as (H, W, C)."""
    return values[..., None] if values.ndim == 2 else np.moveaxis(values, 0, 2)
