"""What one view shows: where its images lie, how they are coloured, and which are hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from spurview.ui.latent.colouring import Colouring
from spurview.ui.latent.overlay import Label
from spurview.ui.latent.points_item import Points
from spurview.ui.latent.raster import densest
from spurview.ui.theme import Theme

# Shares of the class colour; the rest is grey, or the ground where the layout is stale.
_MUTED, _STALE = 0.12, 0.55


@dataclass(frozen=True)
class Shown:
    """Positions (n, 2) of `colouring.rows` in layout units, and which of them are not hidden."""

    at: NDArray[np.float64]
    colouring: Colouring
    is_visible: NDArray[np.bool_]
    is_stale: bool = False

    def lies_as(self, other: Shown) -> bool:
        """Whether the same positions are shown."""
        return self.at.shape == other.at.shape and bool((self.at == other.at).all())

    def index_of(self, row: int) -> int | None:
        """Place of an image row among those shown; None when it is hidden or not there."""
        rows = self.colouring.rows
        index = int(np.searchsorted(rows, row))
        found = index < len(rows) and rows[index] == row and self.is_visible[index]
        return index if found else None

    def points(self, selected: NDArray[np.int64], theme: Theme) -> Points:
        """The visible points, ready to be drawn."""
        colours = self.colouring.colours(theme)
        if self.is_stale:
            colours = _mixed(colours, theme.canvas, _STALE)
        visible = self.is_visible
        chosen = np.isin(self.colouring.rows, selected)[visible] if len(selected) else None
        return Points(
            at=self.at[visible],
            codes=self.colouring.codes[visible],
            chosen=chosen,
            colours=colours,
            muted=_mixed(colours, theme.plot_grey, _MUTED),
            symbols=self.colouring.symbols(),
            rim=theme.rim,
            ground=theme.canvas,
        )

    def labels(self) -> list[Label]:
        """A label at the densest spot of each visible group, in layout units."""
        if self.colouring.is_ramp:
            return []
        labels = []
        for index, group in enumerate(self.colouring.groups):
            at = self.at[self.is_visible & (self.colouring.codes == index)]
            spot = densest(at) if group.palette >= 0 else None
            if spot is not None:
                labels.append(Label(group.name, group.palette, QPointF(*spot)))
        return labels


def _mixed(colours: NDArray[np.uint8], other: QColor, share: float) -> NDArray[np.uint8]:
    """`share` of the colours (n, 3) and the rest of another colour."""
    rest = np.array([other.red(), other.green(), other.blue()])
    mixed: NDArray[np.uint8] = np.rint(colours * share + rest * (1 - share)).astype(np.uint8)
    return mixed
