"""What lies over the points of a plot: axes, labels, the hover ring, the area being drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from spurview.ui import theme
from spurview.ui.latent.tools import WORDS
from spurview.ui.selection import Mode

RING_PX = 7.5
_INSET = 16


@dataclass(frozen=True)
class Label:
    """A group's name at one place, in layout units or pixels."""

    name: str
    palette: int
    at: QPointF


@dataclass(frozen=True)
class Axes:
    """Names of the two axes; ticks on the horizontal one as places in pixels, with words."""

    across: str
    up: str
    ticks: list[tuple[float, str]]


@dataclass(frozen=True)
class Overlay:
    """All that is painted over one view's points; places in pixels of the view."""

    empty_text: str = ""
    axes: Axes | None = None
    labels: list[Label] = field(default_factory=list)
    ring: QPointF | None = None
    polygon: list[QPointF] = field(default_factory=list)
    mode: Mode | None = None
    cursor: QPointF = field(default_factory=QPointF)


def paint_overlay(painter: QPainter, area: QRectF, overlay: Overlay) -> None:
    """Paint an overlay onto a view of `area`."""
    shown = theme.current()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if overlay.axes is not None:
        paint_axes(painter, area, overlay.axes, shown)
    if overlay.empty_text:
        _paint_empty(painter, area, overlay.empty_text, shown)
    for label, badge in zip(overlay.labels, badges(overlay.labels, area), strict=True):
        _paint_label(painter, label, badge, shown)
    if overlay.ring is not None:
        _paint_ring(painter, overlay.ring, shown)
    if len(overlay.polygon) > 1:
        _paint_area(painter, overlay, shown)


def paint_axes(painter: QPainter, area: QRectF, axes: Axes, shown: theme.Theme) -> None:
    """Words along two sides; ticks stand where the horizontal axis has them."""
    painter.setFont(theme.font())
    metrics = QFontMetricsF(theme.font())
    tall = metrics.height() + 2
    painter.setPen(shown.text2)
    free = -1.0
    for place, words in axes.ticks:
        wide = metrics.horizontalAdvance(words)
        if free < place - wide / 2 and place + wide / 2 < area.right():
            painter.drawText(
                QRectF(place - wide, area.bottom() - tall, 2 * wide, tall),
                Qt.AlignmentFlag.AlignCenter,
                words,
            )
            free = place + wide / 2 + 8
    across = QRectF(area.left(), area.bottom() - 2 * tall, area.width() - _INSET, tall)
    painter.drawText(across, Qt.AlignmentFlag.AlignRight, f"{axes.across} \u2192")
    painter.drawText(
        QRectF(area.left() + _INSET, area.top() + 4, area.width(), tall),
        Qt.AlignmentFlag.AlignLeft,
        f"\u2191 {axes.up}",
    )


def _paint_empty(painter: QPainter, area: QRectF, text: str, shown: theme.Theme) -> None:
    painter.setFont(theme.font())
    painter.setPen(shown.text2)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(area.adjusted(2 * _INSET, _INSET, -2 * _INSET, -_INSET), flags, text)


def badges(labels: list[Label], area: QRectF) -> list[QRectF]:
    """Where each label's badge stands: at its place, or below those that stand there already.

    Never out of the area at its sides.
    """
    metrics = QFontMetricsF(theme.font(600))
    tall = metrics.height() + 2
    placed: list[QRectF] = []
    for label in labels:
        badge = QRectF(0, 0, max(tall, metrics.horizontalAdvance(label.name) + 12), tall)
        badge.moveCenter(label.at)
        badge.moveRight(min(badge.right(), area.right() - 4))
        badge.moveLeft(max(badge.left(), area.left() + 4))
        while (other := next((p for p in placed if p.intersects(badge)), None)) is not None:
            badge.moveTop(other.bottom() + 2)
        placed.append(badge)
    return placed


def _paint_label(painter: QPainter, label: Label, badge: QRectF, shown: theme.Theme) -> None:
    colour = shown.class_colour(label.palette)
    ground = QColor(shown.canvas)
    ground.setAlphaF(0.92)
    painter.setBrush(ground)
    painter.setPen(QPen(colour, 1.5))
    painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
    painter.setFont(theme.font(600))
    painter.setPen(shown.text)
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, label.name)


def _paint_ring(painter: QPainter, centre: QPointF, shown: theme.Theme) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # A line of the ground around the ring keeps it visible on points of its own colour.
    painter.setPen(QPen(shown.canvas, 4))
    painter.drawEllipse(centre, RING_PX, RING_PX)
    painter.setPen(QPen(shown.accent, 2))
    painter.drawEllipse(centre, RING_PX, RING_PX)


def _paint_area(painter: QPainter, overlay: Overlay, shown: theme.Theme) -> None:
    fill = QColor(shown.accent)
    fill.setAlphaF(0.12)
    painter.setBrush(fill)
    painter.setPen(QPen(shown.accent, 1.5))
    painter.drawPolygon(QPolygonF(overlay.polygon))
    if overlay.mode is None:
        return
    word = WORDS[overlay.mode]
    font = theme.font(500)
    metrics = QFontMetricsF(font)
    chip = QRectF(0, 0, metrics.horizontalAdvance(word) + 16, metrics.height() + 6)
    chip.moveTopLeft(overlay.cursor + QPointF(14, 10))
    painter.setPen(QPen(shown.line, 1))
    painter.setBrush(shown.tip)
    painter.drawRoundedRect(chip, 4, 4)
    painter.setFont(font)
    painter.setPen(shown.text)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, word)
