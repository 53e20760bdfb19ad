"""The point under the cursor, found in the picture's own record of what is at each pixel."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF

from spurview.ui.latent.picture import Picture
from spurview.ui.latent.scale import Scale
from spurview.ui.latent.shown import Shown

HOVER_PX = 8
# A stretched picture has few pixels of its own, a shrunken one many, below the cursor.
_MOST_CELLS = 40


def nearest(picture: Picture, shown: Shown, scale: Scale, place: QPointF) -> int | None:
    """Index of the visible point nearest a place in the view, at most HOVER_PX away.

    Looks at the pixels around the place alone, however many points there are. None also while
    the picture is of other points.
    """
    if picture.field is not shown:
        return None
    grid, at = picture.frame.grid, scale.from_px(place)
    column, row = (at.x() - grid.left) * grid.across, (grid.top - at.y()) * grid.down
    reach = _reach(picture, scale)
    if not (-reach < column < grid.width + reach and -reach < row < grid.height + reach):
        return None
    top, left = max(0, int(row) - reach), max(0, int(column) - reach)
    around = picture.top[top : int(row) + reach + 1, left : int(column) + reach + 1]
    found = around[around >= 0]
    if not len(found):
        return None
    distances = scale.distances_px(shown.x[found], shown.y[found], place)
    best = int(np.argmin(distances))
    return int(found[best]) if distances[best] <= HOVER_PX else None


def _reach(picture: Picture, scale: Scale) -> int:
    """HOVER_PX of the view in device pixels of the picture, one more for what is cut off."""
    grid = picture.frame.grid
    across = grid.across * scale.area.width() / scale.pixels.width()
    down = grid.down * scale.area.height() / scale.pixels.height()
    return min(math.ceil(HOVER_PX * max(across, down)) + 1, _MOST_CELLS)
