"""The class markers as paths, the same shapes as pyqtgraph's, without loading pyqtgraph."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF, QTransform

from spurview.ui import theme


def paint_marker(painter: QPainter, centre: QPointF, place: int, size: float = 9) -> None:
    """Draw the marker of a place of the class palette, `size` pixels across; else a ring."""
    shown = theme.current()
    colour = shown.class_colour(place)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(centre)
    painter.scale(size, size)
    if 0 <= place < len(shown.classes):
        painter.fillPath(marker_path(theme.class_symbol(place)), colour)
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(shown.text2, 0.16))
        painter.drawPath(marker_path("o"))
    painter.restore()


@lru_cache(maxsize=32)
def marker_path(symbol: str) -> QPainterPath:
    """The path of one of pyqtgraph's symbols, about 1 across, centred on 0, 0."""
    path = QPainterPath()
    if symbol == "o":
        path.addEllipse(QRectF(-0.48, -0.48, 0.96, 0.96))
    elif symbol == "s":
        path.addRect(QRectF(-0.43, -0.43, 0.86, 0.86))
    elif symbol == "star":
        path.addPolygon(_ring(10, -90, (0.56, 0.24)))
    elif symbol in ("+", "x"):
        path = _cross(45 if symbol == "x" else 0)
    else:
        corners, turn, radius = _POLYGONS[symbol]
        path.addPolygon(_ring(corners, turn, (radius,)))
    path.closeSubpath()
    return path


_POLYGONS = {
    "t": (3, 90, 0.58),
    "t1": (3, -90, 0.58),
    "d": (4, -90, 0.56),
    "p": (5, -90, 0.53),
    "h": (6, -90, 0.52),
}


def _ring(corners: int, turn_deg: float, radii: tuple[float, ...]) -> QPolygonF:
    """Corners at even angles from `turn_deg` on, their distances taken from `radii` in turn."""
    angles = [math.radians(turn_deg + 360 * i / corners) for i in range(corners)]
    return QPolygonF(
        [QPointF(math.cos(a), math.sin(a)) * radii[i % len(radii)] for i, a in enumerate(angles)]
    )


def _cross(turn_deg: float) -> QPainterPath:
    """Two bars across one another, each a third as wide as long."""
    thick, long = 0.17, 0.5
    outline = QPolygonF(
        [
            QPointF(x, y)
            for x, y in (
                (-thick, -long),
                (thick, -long),
                (thick, -thick),
                (long, -thick),
                (long, thick),
                (thick, thick),
                (thick, long),
                (-thick, long),
                (-thick, thick),
                (-long, thick),
                (-long, -thick),
                (-thick, -thick),
            )
        ]
    )
    path = QPainterPath()
    path.addPolygon(QTransform().rotate(turn_deg).map(outline))
    return path
