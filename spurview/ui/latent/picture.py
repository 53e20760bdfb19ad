"""The picture of a view's points over a stretch of the layout, and which point is at each pixel.

Made on any thread. What has not changed since the picture before is taken over: other colours
need no new pass over the points, another selection only its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from spurview.ui.latent.raster import (
    Grid,
    Ids,
    Packed,
    Stamps,
    stamped,
    stamps,
    top_points,
)
from spurview.ui.markers import marker_path
from spurview.ui.widgets.pictures import alpha_of, to_premultiplied

# Of the view's size, on each side: the picture is 1.7 times as wide and as tall as the view.
OVERSCAN = 0.35
RIM_PX = 0.8
_HAIR_PX = 0.6
# Above this many, chosen points are stamped like the others: painting them one by one is slow.
# So they are where they lie in heaps, of which rims would show nothing but rims.
MOST_RIMMED = 5_000
# Markers this small show no shape; more of them may then be told apart.
_CROWD = 50_000


class Field(Protocol):
    """What is drawn: positions x, y (n,) float32, the visible ones in order, and their groups."""

    @property
    def x(self) -> NDArray[np.float32]: ...

    @property
    def y(self) -> NDArray[np.float32]: ...

    @property
    def order(self) -> Ids: ...

    @property
    def codes(self) -> NDArray[Any]: ...


@dataclass(frozen=True, eq=False)
class Style:
    """Colours (groups, 3) uint8, muted those of the others while some are chosen, and markers."""

    colours: NDArray[np.uint8]
    muted: NDArray[np.uint8]
    symbols: tuple[str, ...]
    rim: QColor
    ground: QColor


@dataclass(frozen=True)
class Frame:
    """A stretch of the layout and the pixels it fills; y points up in the layout."""

    area: QRectF
    width_px: int
    height_px: int
    ratio: float

    @property
    def grid(self) -> Grid:
        """The device pixels."""
        wide, tall = round(self.width_px * self.ratio), round(self.height_px * self.ratio)
        return Grid(
            self.area.left(),
            self.area.bottom(),
            wide / self.area.width(),
            tall / self.area.height(),
            wide,
            tall,
        )


@dataclass(frozen=True, eq=False)
class Picture:
    """All points within a frame.

    chosen: indices of the selected points, None without a selection; ids: the point at each
    device pixel, the chosen left below others; top: the same with the chosen above; base: the
    points without the chosen ones, in the style's colours or, `is_muted`, its muted ones.
    """

    field: Field
    style: Style
    frame: Frame
    chosen: Ids | None
    ids: Ids
    top: Ids
    base: Packed
    is_muted: bool
    image: QImage


def drawn(
    field: Field, style: Style, chosen: Ids | None, frame: Frame, before: Picture | None = None
) -> Picture:
    """The picture of a field's visible points; whatever of `before` still holds is used again."""
    grid, is_muted = frame.grid, chosen is not None
    radius = radius_px(len(field.order), frame.width_px, frame.height_px)
    same = before is not None and before.field is field and before.frame == frame
    ids = before.ids if same and before else top_points(field.x, field.y, field.order, grid)
    if same and before and before.style is style and before.is_muted == is_muted:
        base = before.base
    else:
        colours = style.muted if is_muted else style.colours
        base = stamped(ids, field.codes, colours, _plain(style, 2 * radius, frame.ratio))
    if chosen is None or not len(chosen):
        image, top = to_premultiplied(base), ids
    else:
        above = top_points(field.x, field.y, chosen, grid)
        top = np.where(above >= 0, above, ids)
        image = _with_chosen(base, field, style, above, radius + 0.7, frame)
    image.setDevicePixelRatio(frame.ratio)
    return Picture(field, style, frame, chosen, ids, top, base, is_muted, image)


def radius_px(n_points: int, width_px: float, height_px: float) -> float:
    """Radius of a point in a frame: the more room there is for each, the larger it is drawn."""
    # The frame is wider than the view by its over-scan.
    room = width_px * height_px / (1 + 2 * OVERSCAN) ** 2 / max(n_points, 1)
    least = 1.5 if n_points <= _CROWD else 1.0
    return float(np.clip(0.34 * np.sqrt(room), least, 3.0))


def _with_chosen(
    base: Packed, field: Field, style: Style, above: Ids, radius: float, frame: Frame
) -> QImage:
    """The base with the chosen points above all others."""
    at = np.flatnonzero(above.ravel() >= 0)
    if len(at) > MOST_RIMMED or _lie_in_heaps(at, above.shape[1], 2 * radius * frame.ratio):
        return to_premultiplied(_heaped(base, field, style, above, radius, frame.ratio))
    image = to_premultiplied(base)
    chosen = above.ravel()[at]
    grid = frame.grid
    x = (field.x[chosen] - grid.left) * grid.across
    y = (grid.top - field.y[chosen]) * grid.down
    _paint_rimmed(image, style, x, y, field.codes[chosen], 2 * radius, frame.ratio)
    return image


def _lie_in_heaps(at: NDArray[np.intp], width: int, across: float) -> bool:
    """Whether most of the pixels `at` share a marker's room with another one."""
    size = max(1, round(across))
    cells = at // width // size * width + at % width // size
    return 2 * len(np.unique(cells)) < len(at)


def _heaped(
    base: Packed, field: Field, style: Style, above: Ids, radius: float, ratio: float
) -> Packed:
    """The chosen points in their colours, with one rim around each heap."""
    rim = np.array([[style.rim.red(), style.rim.green(), style.rim.blue()]], np.uint8)
    colours = np.repeat(rim, len(style.colours), axis=0)
    under = stamped(above, field.codes, colours, _plain(style, 2 * (radius + RIM_PX), ratio), base)
    marks = _plain(style, 2 * radius, ratio)
    # Soft edges would let the rims below through, all over the heap.
    solid = np.where(marks.coverage >= 128, 255, 0).astype(np.uint8)
    return stamped(above, field.codes, style.colours, replace(marks, coverage=solid), under)


def _paint_rimmed(
    image: QImage,
    style: Style,
    x: NDArray[Any],
    y: NDArray[Any],
    codes: NDArray[Any],
    diameter_px: float,
    ratio: float,
) -> None:
    """Each point with its rim, one by one, so that rims overlap."""
    # A hair of the ground around each rim keeps pale points apart where they lie in heaps.
    under = [(RIM_PX + _HAIR_PX, style.ground), (RIM_PX, style.rim)]
    marks = [
        marker(symbol, diameter_px, [*under, (0.0, QColor(*colour))], ratio)
        for symbol, colour in zip(style.symbols, style.colours.tolist(), strict=True)
    ]
    painter = QPainter(image)
    half = marks[0].width() / 2
    for px, py, code in zip(x.tolist(), y.tolist(), codes.tolist(), strict=True):
        painter.drawImage(QPointF(px - half, py - half), marks[code])
    painter.end()


def _plain(style: Style, diameter_px: float, ratio: float) -> Stamps:
    white = QColor(Qt.GlobalColor.white)
    alphas = [alpha_of(marker(s, diameter_px, [(0.0, white)], ratio)) for s in style.symbols]
    return stamps(alphas)


def marker(
    symbol: str, diameter_px: float, layers: Sequence[tuple[float, QColor]], ratio: float
) -> QImage:
    """A marker on transparency, its centre in the middle of the middle device pixel.

    layers: how far each reaches beyond the marker, and its colour, lowest first.
    """
    side = 2 * int((diameter_px / 2 + 2.5) * ratio) + 1
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(QRectF(0, 0, side, side).center())
    for beyond, shade in layers:
        painter.save()
        scale = (diameter_px + 2 * beyond) * ratio
        painter.scale(scale, scale)
        painter.fillPath(marker_path(symbol), shade)
        painter.restore()
    painter.end()
    return image
