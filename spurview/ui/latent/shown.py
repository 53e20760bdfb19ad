"""What one view shows: where its images lie, how they are coloured, and which are hidden."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from spurview.ui.latent.colouring import Colouring
from spurview.ui.latent.layout import Layout
from spurview.ui.latent.overlay import Label
from spurview.ui.latent.picture import Style
from spurview.ui.latent.raster import Ids, densest, mixed_order
from spurview.ui.theme import Theme

# Shares of the class colour; the rest is grey, or the ground where the layout is stale.
_MUTED, _STALE = 0.12, 0.55
# So many points, drawn at random, tell where a group is densest.
_LABELLED = 20_000


@dataclass(frozen=True, eq=False)
class Shown:
    """Positions x, y (n,) float32 of `colouring.rows` in layout units; which are not hidden."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    colouring: Colouring
    is_visible: NDArray[np.bool_]
    is_stale: bool = False

    @classmethod
    def of(cls, layout: Layout, colouring: Colouring, hidden: frozenset[int]) -> Shown:
        """The images that have both a place and a colour, without the hidden groups."""
        at, kept = layout.places(colouring.rows)
        narrowed = colouring if kept is None else colouring.narrowed(kept)
        x, y = (np.ascontiguousarray(at[:, axis], np.float32) for axis in (0, 1))
        return cls(x, y, narrowed, narrowed.visible(hidden), layout.is_stale)

    @property
    def codes(self) -> NDArray[np.uint8]:
        """The group of each."""
        return self.colouring.codes

    @cached_property
    def order(self) -> Ids:
        """Indices of the visible points in the order they are drawn."""
        mixed = mixed_order(len(self.x))
        return mixed if self.is_visible.all() else mixed[self.is_visible[mixed]]

    @cached_property
    def bounds(self) -> QRectF | None:
        """Where the visible points lie; None without any."""
        every = bool(self.is_visible.all())
        x, y = (self.x, self.y) if every else (self.x[self.is_visible], self.y[self.is_visible])
        if not len(x):
            return None
        left, low = float(x.min()), float(y.min())
        return QRectF(left, low, float(x.max()) - left, float(y.max()) - low)

    @cached_property
    def labels(self) -> list[Label]:
        """A label at the densest spot of each visible group, in layout units."""
        if self.colouring.is_ramp:
            return []
        drawn = self.order[:_LABELLED]
        codes = self.colouring.codes[drawn]
        labels = []
        for index, group in enumerate(self.colouring.groups):
            of_group = drawn[codes == index]
            at = np.stack([self.x[of_group], self.y[of_group]], axis=1).astype(np.float64)
            spot = densest(at) if group.palette >= 0 else None
            if spot is not None:
                labels.append(Label(group.name, group.palette, QPointF(*spot)))
        return labels

    def lies_as(self, other: Shown) -> bool:
        """Whether the same positions are shown."""
        return np.array_equal(self.x, other.x) and np.array_equal(self.y, other.y)

    def index_of(self, row: int) -> int | None:
        """Place of an image row among those shown; None when it is hidden or not there."""
        rows = self.colouring.rows
        index = int(np.searchsorted(rows, row))
        found = index < len(rows) and rows[index] == row and self.is_visible[index]
        return index if found else None

    def visible_among(self, selected: NDArray[np.int64]) -> Ids:
        """Indices of the visible points among sorted image rows."""
        index, _ = self.colouring.places_of(selected)
        return index[self.is_visible[index]].astype(np.int32)

    def style(self, theme: Theme) -> Style:
        """How the points are drawn in a theme."""
        colours = self.colouring.colours(theme)
        if self.is_stale:
            colours = _mixed(colours, theme.canvas, _STALE)
        return Style(
            colours=colours,
            muted=_mixed(colours, theme.plot_grey, _MUTED),
            symbols=tuple(self.colouring.symbols()),
            rim=theme.rim,
            ground=theme.canvas,
        )


def _mixed(colours: NDArray[np.uint8], other: QColor, share: float) -> NDArray[np.uint8]:
    """`share` of the colours (n, 3) and the rest of another colour."""
    rest = np.array([other.red(), other.green(), other.blue()])
    mixed: NDArray[np.uint8] = np.rint(colours * share + rest * (1 - share)).astype(np.uint8)
    return mixed
