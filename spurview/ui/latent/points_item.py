"""The one item that shows all points of a view: an over-scanned picture, drawn where it belongs.

Panning moves the picture; only zooming, leaving its margin or other data makes a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from spurview.ui.latent.raster import Stamps, raster, stamps
from spurview.ui.markers import marker_path
from spurview.ui.widgets.pictures import alpha_of, to_premultiplied

OVERSCAN = 0.2
RIM_PX = 0.8
_HAIR_PX = 0.6
# Above this many, chosen points are stamped like the others: painting them one by one is slow.
MOST_RIMMED = 5_000


@dataclass(frozen=True)
class Points:
    """What is drawn: positions (n, 2) in layout units, groups, and which points are chosen.

    codes: (n,) index in symbols and colours; chosen: (n,) bool, or None when nothing is selected;
    colours, muted: (groups, 3) uint8, muted those of the others while some are chosen.
    """

    at: NDArray[np.float64]
    codes: NDArray[np.intp]
    chosen: NDArray[np.bool_] | None
    colours: NDArray[np.uint8]
    muted: NDArray[np.uint8]
    symbols: Sequence[str]
    rim: QColor
    ground: QColor


@dataclass(frozen=True)
class Frame:
    """A stretch of the layout and the pixels it fills; y points up in the layout."""

    area: QRectF
    width_px: int
    height_px: int
    ratio: float

    def pixels(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Positions (n, 2) as x and y in device pixels, y downwards."""
        low = np.array([self.area.left(), self.area.top()])
        size = np.array([self.area.width(), self.area.height()])
        share = (at - low) / size
        share[:, 1] = 1 - share[:, 1]
        scale = np.array([self.width_px, self.height_px]) * self.ratio
        return np.asarray(share * scale, np.float64)


def radius_px(n_points: int, width_px: float, height_px: float) -> float:
    """Radius of a point: the more room there is for each, the larger it is drawn."""
    room = width_px * height_px / max(n_points, 1)
    return float(np.clip(0.34 * np.sqrt(room), 1.5, 3.0))


def draw_points(points: Points, frame: Frame) -> QImage:
    """The picture of all points within a frame."""
    size = (round(frame.height_px * frame.ratio), round(frame.width_px * frame.ratio))
    # The frame is wider than the view by its over-scan.
    grown = 1 + 2 * OVERSCAN
    radius = radius_px(len(points.at), frame.width_px / grown, frame.height_px / grown)
    chosen = points.chosen
    rest = np.ones(len(points.at), bool) if chosen is None else ~chosen
    colours = points.colours if chosen is None else points.muted
    marks = _stamps(points.symbols, 2 * radius, frame.ratio)
    at = frame.pixels(points.at)
    packed = raster(at[rest], points.codes[rest], colours, marks, size)
    image = to_premultiplied(packed)
    if chosen is not None and chosen.any():
        _draw_chosen(image, points, at[chosen], points.codes[chosen], frame.ratio, radius + 0.7)
    image.setDevicePixelRatio(frame.ratio)
    return image


class PointsItem(pg.GraphicsObject):
    """Shows the picture of a frame; knows nothing of what the points are."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._area = QRectF()
        self._bounds = QRectF(0, 0, 1, 1)

    def set_bounds(self, bounds: QRectF) -> None:
        """Where points can lie, in layout units."""
        self.prepareGeometryChange()
        room = max(bounds.width(), bounds.height())
        self._bounds = bounds.adjusted(-room, -room, room, room)

    def set_picture(self, image: QImage, area: QRectF) -> None:
        """Show a picture over a stretch of the layout."""
        self._image, self._area = image, area
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, _: QStyleOptionGraphicsItem, __: QWidget | None = None
    ) -> None:
        if self._image is None:
            return
        target = painter.worldTransform().mapRect(self._area)
        painter.save()
        painter.resetTransform()
        size = self._image.deviceIndependentSize()
        if abs(target.width() - size.width()) < 1 and abs(target.height() - size.height()) < 1:
            # The same scale: whole pixels, or the picture would blur.
            corner = QPointF(round(target.left()), round(target.top()))
            painter.drawImage(corner, self._image)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, self._image)
        painter.restore()


def _stamps(symbols: Sequence[str], diameter_px: float, ratio: float) -> Stamps:
    white = QColor(Qt.GlobalColor.white)
    return stamps([alpha_of(_marker(s, diameter_px, [(0.0, white)], ratio)) for s in symbols])


def _draw_chosen(
    image: QImage,
    points: Points,
    at: NDArray[np.float64],
    codes: NDArray[np.intp],
    ratio: float,
    radius: float,
) -> None:
    """Each chosen point above all others, with its rim; one by one, so that rims overlap."""
    colours = [QColor(*(int(v) for v in colour)) for colour in points.colours]
    # A hair of the ground around each rim keeps pale points apart where they lie in heaps.
    under = [(RIM_PX + _HAIR_PX, points.ground), (RIM_PX, points.rim)]
    if len(at) > MOST_RIMMED:
        under = []
    marks = [
        _marker(symbol, 2 * radius, [*under, (0.0, colour)], ratio)
        for symbol, colour in zip(points.symbols, colours, strict=True)
    ]
    painter = QPainter(image)
    half = marks[0].width() / 2
    for (x, y), code in zip(at.tolist(), codes.tolist(), strict=True):
        painter.drawImage(QPointF(x - half, y - half), marks[code])
    painter.end()


def _marker(
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
