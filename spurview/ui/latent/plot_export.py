"""A view as a picture of its own, PNG or SVG: title, points, axes, legend, in the light colours.

Shows what the view shows: the same stretch, selection and hidden groups, without cursor or ring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from spurview.core.errors import SaveError
from spurview.ui import theme
from spurview.ui.latent.colouring import Group
from spurview.ui.latent.latent_view import LatentView
from spurview.ui.latent.legend import paint_ramp
from spurview.ui.latent.overlay import paint_axes
from spurview.ui.latent.picture import drawn, radius_px
from spurview.ui.latent.raster import Ids
from spurview.ui.latent.shown import Shown
from spurview.ui.markers import marker_path

RATIO = 3.0
# Up to so many points an SVG has a path for each; beyond, programs take minutes to open it.
MOST_PATHS = 5_000
_INSET, _LINE_PX, _MARKER_PX = 16.0, 28.0, 10.0


@dataclass(frozen=True)
class PlotSheet:
    """A view and what is written around it; `legend` has the words for each shown group."""

    view: LatentView
    title: str
    subtitle: str
    legend: Sequence[tuple[Group, str]]
    legend_title: str
    is_ramp: bool = False

    @property
    def size(self) -> QSize:
        """Of the whole sheet, in pixels of 1/96 inch."""
        view = self.view.viewport().size()
        rows = len(_rows(self, view.width()))
        return QSize(view.width(), view.height() + round(2 * _INSET + _LINE_PX * (1 + rows)))


def save_plot(path: Path, sheet: PlotSheet, origin: Mapping[str, str]) -> None:
    """Write the sheet as PNG, or as SVG where the path ends so; SaveError when it cannot be.

    origin: written into the file, as text chunks or as the description.
    """
    saved = _save_svg if path.suffix.lower() == ".svg" else _save_png
    if not saved(path, sheet, origin):
        raise SaveError(f"{path.name} could not be written there: choose another folder.")


def _save_png(path: Path, sheet: PlotSheet, origin: Mapping[str, str]) -> bool:
    size = sheet.size
    image = QImage(size * RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(RATIO)
    painter = QPainter(image)
    _paint(painter, sheet, as_paths=False)
    painter.end()
    for key, value in origin.items():
        image.setText(key, value)
    return image.save(str(path))


def _save_svg(path: Path, sheet: PlotSheet, origin: Mapping[str, str]) -> bool:
    svg = QSvgGenerator()
    svg.setFileName(str(path))
    svg.setSize(sheet.size)
    svg.setViewBox(QRectF(0, 0, sheet.size.width(), sheet.size.height()))
    svg.setTitle(sheet.title)
    svg.setDescription(", ".join(f"{key} {value}" for key, value in origin.items()))
    painter = QPainter()
    if not painter.begin(svg):
        return False
    shown = sheet.view.shown
    _paint(painter, sheet, as_paths=shown is not None and len(shown.order) <= MOST_PATHS)
    return painter.end()


def _paint(painter: QPainter, sheet: PlotSheet, *, as_paths: bool) -> None:
    size = sheet.size
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), theme.LIGHT.canvas)
    _paint_words(painter, sheet)
    area = QRectF(sheet.view.viewport().rect())
    painter.save()
    painter.translate(0, _INSET + _LINE_PX)
    painter.setClipRect(area)
    _paint_points(painter, sheet.view, as_paths=as_paths)
    axes = sheet.view.axes_px()
    if axes is not None:
        paint_axes(painter, area, axes, theme.LIGHT)
    painter.restore()
    _paint_legend(painter, sheet, _INSET + _LINE_PX + area.height())


def _paint_words(painter: QPainter, sheet: PlotSheet) -> None:
    bold, plain = theme.font(600), theme.font()
    line = QRectF(_INSET, _INSET / 2, sheet.size.width() - 2 * _INSET, _LINE_PX)
    painter.setFont(bold)
    painter.setPen(theme.LIGHT.text)
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, sheet.title)
    used = QFontMetricsF(bold).horizontalAdvance(sheet.title) + 8
    painter.setFont(plain)
    painter.setPen(theme.LIGHT.text2)
    painter.drawText(line.adjusted(used, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, sheet.subtitle)


def _paint_points(painter: QPainter, view: LatentView, *, as_paths: bool) -> None:
    shown, scale, chosen = view.shown, view.scale_now, view.drawing.chosen
    if shown is None:
        return
    if as_paths:
        _paint_paths(painter, view, shown, chosen)
        return
    frame = scale.wanted_frame(RATIO)
    picture = drawn(shown, shown.style(theme.LIGHT), chosen, frame)
    corner = scale.to_px(frame.area.left(), frame.area.bottom())
    painter.drawImage(corner, picture.image)


def _paint_paths(painter: QPainter, view: LatentView, shown: Shown, chosen: Ids | None) -> None:
    style, scale = shown.style(theme.LIGHT), view.scale_now
    frame = scale.wanted_frame(1.0)
    across = 2 * radius_px(len(shown.order), frame.width_px, frame.height_px)
    muted = [QColor(*colour) for colour in style.muted.tolist()]
    vivid = [QColor(*colour) for colour in style.colours.tolist()]

    def put(indices: Ids, colours: list[QColor], size: float) -> None:
        for index in indices.tolist():
            code = int(shown.codes[index])
            painter.save()
            painter.translate(scale.to_px(float(shown.x[index]), float(shown.y[index])))
            painter.scale(size, size)
            painter.fillPath(marker_path(style.symbols[code]), colours[code])
            painter.restore()

    put(shown.order, vivid if chosen is None else muted, across)
    if chosen is not None:
        put(chosen, vivid, across + 1.4)


def _rows(sheet: PlotSheet, width: float) -> list[list[tuple[Group, str, float]]]:
    """The legend's entries with their widths, in rows no wider than the sheet."""
    if sheet.is_ramp:
        return [[]]
    metrics = QFontMetricsF(theme.font())
    rows: list[list[tuple[Group, str, float]]] = [[]]
    left = _INSET + metrics.horizontalAdvance(sheet.legend_title) + 16
    for group, words in sheet.legend:
        wide = _MARKER_PX + 8 + metrics.horizontalAdvance(words) + 20
        if left + wide > width - _INSET and rows[-1]:
            rows.append([])
            left = _INSET
        rows[-1].append((group, words, wide))
        left += wide
    return rows


def _paint_legend(painter: QPainter, sheet: PlotSheet, top: float) -> None:
    painter.setFont(theme.font())
    metrics = QFontMetricsF(theme.font())
    left = _INSET + metrics.horizontalAdvance(sheet.legend_title) + 16
    line = QRectF(_INSET, top, sheet.size.width(), _LINE_PX)
    painter.setPen(theme.LIGHT.text2)
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, sheet.legend_title)
    if sheet.is_ramp:
        paint_ramp(painter, QRectF(left, top, 200, _LINE_PX))
    for row in _rows(sheet, sheet.size.width()):
        for group, words, wide in row:
            _paint_entry(painter, QPointF(left, top), group, words)
            left += wide
        left, top = _INSET, top + _LINE_PX


def _paint_entry(painter: QPainter, corner: QPointF, group: Group, words: str) -> None:
    painter.save()
    painter.translate(corner + QPointF(_MARKER_PX / 2, _LINE_PX / 2))
    painter.scale(_MARKER_PX, _MARKER_PX)
    path = marker_path(theme.class_symbol(group.palette))
    painter.fillPath(path, theme.LIGHT.class_colour(group.palette))
    painter.restore()
    painter.setPen(theme.LIGHT.text)
    area = QRectF(corner.x() + _MARKER_PX + 6, corner.y(), 2000, _LINE_PX)
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
