"""Where the images of one view lie, and what is to be said about that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Layout:
    """Positions of images in a plane.

    at: (n, 2) float32; rows: (n,) the image row of each, ascending, or None where every image has
    its place; what: a few words beside the title; axes: names of the horizontal and the vertical
    axis where these mean something; ticks: values on the horizontal one, with their words.
    """

    at: NDArray[np.float32]
    what: str
    rows: NDArray[np.intp] | None = None
    is_stale: bool = False
    axes: tuple[str, str] | None = None
    ticks: tuple[tuple[float, str], ...] = ()

    @property
    def is_map(self) -> bool:
        """Whether distances count, so that both axes must have one scale."""
        return self.axes is None

    def places(
        self, wanted: NDArray[np.intp]
    ) -> tuple[NDArray[np.float32], NDArray[np.intp] | None]:
        """Positions of the wanted rows (ascending) that have one, and their indices in `wanted`.

        The indices are None where all have one.
        """
        if self.rows is None:
            whole = len(wanted) == len(self.at)
            return (self.at if whole else self.at[wanted]), None
        index = np.minimum(np.searchsorted(self.rows, wanted), max(len(self.rows) - 1, 0))
        kept = np.flatnonzero(self.rows[index] == wanted) if len(self.rows) else index[:0]
        return self.at[index[kept]], kept
