"""Places of a plot: layout units to pixels of the view and back, as the view shows them now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from spurview.ui.latent.picture import OVERSCAN, Frame


@dataclass(frozen=True)
class Scale:
    """The stretch of the layout that is shown, and the pixels of the view it fills."""

    area: QRectF
    pixels: QRectF

    def to_px(self, x: float, y: float) -> QPointF:
        """A place of the layout, in the view."""
        across, up = self._pixels_per_unit()
        return QPointF(
            self.pixels.left() + (x - self.area.left()) * across,
            self.pixels.bottom() - (y - self.area.top()) * up,
        )

    def from_px(self, place: QPointF) -> QPointF:
        """A place of the view, in the layout."""
        across, up = self._pixels_per_unit()
        return QPointF(
            self.area.left() + (place.x() - self.pixels.left()) / across,
            self.area.top() + (self.pixels.bottom() - place.y()) / up,
        )

    def distances_px(self, x: NDArray[Any], y: NDArray[Any], place: QPointF) -> NDArray[np.float64]:
        """How far points (n,) of the layout are from a place in the view."""
        across, up = self._pixels_per_unit()
        at = self.from_px(place)
        return np.hypot((x - at.x()) * across, (y - at.y()) * up)

    def wanted_frame(self, ratio: float) -> Frame:
        """The over-scanned frame around what is shown."""
        area, wide, tall = self.area, self.pixels.width(), self.pixels.height()
        more_wide, more_tall = round(wide * OVERSCAN), round(tall * OVERSCAN)
        x, y = area.width() * more_wide / wide, area.height() * more_tall / tall
        return Frame(
            area.adjusted(-x, -y, x, y),
            round(wide) + 2 * more_wide,
            round(tall) + 2 * more_tall,
            ratio,
        )

    def is_covered_by(self, have: Frame, ratio: float) -> bool:
        """Whether a frame's picture shows all that is shown, at its scale."""
        wanted = self.wanted_frame(ratio)
        same = (have.width_px, have.height_px, have.ratio) == (
            wanted.width_px,
            wanted.height_px,
            wanted.ratio,
        )
        scales = (
            have.area.width() / wanted.area.width(),
            have.area.height() / wanted.area.height(),
        )
        return same and max(abs(s - 1) for s in scales) < 1e-6 and have.area.contains(self.area)

    def _pixels_per_unit(self) -> tuple[float, float]:
        return (
            self.pixels.width() / self.area.width(),
            self.pixels.height() / self.area.height(),
        )
