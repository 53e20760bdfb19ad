"""One plot of the images: draws the points, pans and zooms, and turns drawn areas into rows.

It learns what is shown from its pane and speaks to other views through selection and focus alone.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from spurview.ui import theme
from spurview.ui.latent.overlay import Label, Overlay, paint_overlay
from spurview.ui.latent.points_item import OVERSCAN, Frame, PointsItem, draw_points
from spurview.ui.latent.raster import inside_polygon
from spurview.ui.latent.shown import Shown
from spurview.ui.latent.tools import KEYS, Tool, mode_of
from spurview.ui.selection import Focus, Mode, Selection

HOVER_PX = 8
_STEP = 0.1
_ZOOM = 0.8


class LatentView(pg.PlotWidget):
    """A plot without axes; hand, lasso and rectangle; hover rings; labels of the groups."""

    # The person pressed a tool's key in this view; carries the tool.
    tool_requested = Signal(str)
    # The cursor came upon a point or left it; carries the row or None, and the place in the view.
    pointed = Signal(object, QPoint)

    def __init__(
        self,
        title: str,
        selection: Selection,
        focus: Focus,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, background=None)
        self._selection, self._focus = selection, focus
        self._shown: Shown | None = None
        self._frame: Frame | None = None
        self._labels: list[Label] = []
        self._press: QPointF | None = None
        self._last = QPointF()
        self._path: list[QPointF] = []
        self._mode: Mode | None = None
        self._panned = False
        self._is_fitted = True
        self.title, self.subtitle, self.empty_text = title, "", ""
        self.tool: Tool = "hand"
        self._build(title)

    def _build(self, title: str) -> None:
        self.setAccessibleName(title)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumHeight(160)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        # pyqtgraph keeps the background, which would outlive a change of theme.
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        plot = self.getPlotItem()
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.hideButtons()
        plot.setMenuEnabled(False)
        plot.layout.setContentsMargins(0, 0, 0, 0)
        self._box = plot.getViewBox()
        self._box.setAspectLocked(True)
        self._box.disableAutoRange()
        self._box.setDefaultPadding(0)
        self._item = PointsItem()
        self._box.addItem(self._item, ignoreBounds=True)
        self._selection.changed.connect(self.renew)
        self._focus.hovered_changed.connect(self._repaint)
        self._focus.row_changed.connect(self._repaint)

    # What the pane says.

    def show_points(self, shown: Shown | None) -> None:
        """Show other points, or the empty text when there are none."""
        moved = self._shown is None or shown is None or not self._shown.lies_as(shown)
        self._shown = shown
        self._labels = [] if shown is None else shown.labels()
        if shown is not None and len(shown.at):
            low, high = shown.at.min(axis=0), shown.at.max(axis=0)
            self._item.set_bounds(QRectF(*low, *(high - low)))
        self._item.setVisible(shown is not None)
        if moved:
            self.fit()
        self.renew()

    def fit(self) -> None:
        """Show all visible points, at other sizes too until the person pans or zooms."""
        self._is_fitted = True
        if self._shown is None or not self._shown.is_visible.any():
            return
        at = self._shown.at[self._shown.is_visible]
        low, high = at.min(axis=0), at.max(axis=0)
        room = np.maximum((high - low) * 0.05, 1e-6)
        # Room for the title above the points.
        top = (high[1] - low[1]) * min(0.25, 44 / max(self.height(), 1))
        self._box.setRange(
            QRectF(
                low[0] - room[0],
                low[1] - room[1],
                high[0] - low[0] + 2 * room[0],
                high[1] - low[1] + 2 * room[1] + top,
            ),
            padding=0,
        )

    def renew(self) -> None:
        """Draw the points anew: the selection, the colours or the hidden groups have changed."""
        self._frame = None
        self._repaint()

    # Where things are.

    def place_of(self, row: int) -> QPointF | None:
        """Where a row's point stands in the view, in pixels; None when it is not visible."""
        index = None if self._shown is None else self._shown.index_of(row)
        if self._shown is None or index is None:
            return None
        x, y = self._to_px(self._shown.at[index : index + 1])[0]
        return QPointF(x, y)

    def row_at(self, place: QPointF) -> int | None:
        """The visible row nearest a place in the view, at most 8 pixels away."""
        if self._shown is None:
            return None
        visible = np.flatnonzero(self._shown.is_visible)
        if not len(visible):
            return None
        away = self._to_px(self._shown.at[visible]) - (place.x(), place.y())
        distance = (away**2).sum(axis=1)
        nearest = int(np.argmin(distance))
        if distance[nearest] > HOVER_PX**2:
            return None
        return int(self._shown.colouring.rows[visible[nearest]])

    def rows_inside(self, polygon: list[QPointF]) -> NDArray[np.intp]:
        """The visible rows within a polygon in the view."""
        if self._shown is None:
            return np.empty(0, np.intp)
        corners = np.array([(p.x(), p.y()) for p in polygon], np.float64).reshape(-1, 2)
        inside = inside_polygon(self._to_px(self._shown.at), corners)
        return self._shown.colouring.rows[inside & self._shown.is_visible]

    def _to_px(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        area, scene = self._box.viewRect(), self._box.sceneBoundingRect()
        x = scene.left() + (at[:, 0] - area.left()) / area.width() * scene.width()
        y = scene.bottom() - (at[:, 1] - area.top()) / area.height() * scene.height()
        return np.stack([x, y], axis=1)

    # Mouse and keys. pyqtgraph's own drags are not used: they know no tools or modes.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton or self._shown is None:
            return
        self._press = self._last = event.position()
        self._panned = False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self.tool == "hand":
            self._mode = "replace" if shift else None
        else:
            self._mode = mode_of(event.modifiers())
        self._path = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._press is None:
            row = self.row_at(place)
            self._focus.hovered_row = row
            self.pointed.emit(row, place.toPoint())
            return
        self.pointed.emit(None, place.toPoint())
        if self._mode is None:
            self._pan(place)
        else:
            self._draw(event)
        self._last = place
        self._repaint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        polygon, mode = self._polygon(), self._mode
        moved = (event.position() - self._press).manhattanLength() > 3 or self._panned
        self._end_drawing()
        if mode is not None and moved:
            self._selection.set_rows(self.rows_inside(polygon), mode)
        elif not moved:
            row = self.row_at(event.position())
            if row is not None:
                self._focus.row = row

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._end_drawing()
        self._selection.set_rows(())

    def leaveEvent(self, event: QEvent) -> None:
        self._focus.hovered_row = None
        self.pointed.emit(None, QPoint())
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            drawing = self._press is not None
            self._end_drawing()
            if not drawing:
                self._selection.set_rows(())
        elif key in KEYS and not event.modifiers():
            self.tool_requested.emit(KEYS[Qt.Key(key)])
        elif key == Qt.Key.Key_F and not event.modifiers():
            self.fit()
        elif not self._move(Qt.Key(key)):
            event.ignore()

    def _move(self, key: Qt.Key) -> bool:
        """Pan by an arrow key or zoom by plus and minus; False for other keys."""
        steps = {
            Qt.Key.Key_Left: (-_STEP, 0),
            Qt.Key.Key_Right: (_STEP, 0),
            Qt.Key.Key_Up: (0, _STEP),
            Qt.Key.Key_Down: (0, -_STEP),
        }
        zooms = {Qt.Key.Key_Plus: _ZOOM, Qt.Key.Key_Equal: _ZOOM, Qt.Key.Key_Minus: 1 / _ZOOM}
        self._is_fitted = self._is_fitted and key not in steps and key not in zooms
        if key in steps:
            area = self._box.viewRect()
            x, y = steps[key]
            self._box.translateBy(x=x * area.width(), y=y * area.height())
        elif key in zooms:
            self._box.scaleBy((zooms[key], zooms[key]))
        return key in steps or key in zooms

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._is_fitted = False
        super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # pyqtgraph sends sizes while its own constructor is still at work.
        if getattr(self, "_is_fitted", False):
            self.fit()

    def _pan(self, place: QPointF) -> None:
        self._is_fitted = False
        area, scene = self._box.viewRect(), self._box.sceneBoundingRect()
        step = place - self._last
        self._panned = True
        self._box.translateBy(
            x=-step.x() / scene.width() * area.width(), y=step.y() / scene.height() * area.height()
        )

    def _draw(self, event: QMouseEvent) -> None:
        self._path.append(event.position())
        if self.tool != "hand":
            self._mode = mode_of(event.modifiers())

    def _polygon(self) -> list[QPointF]:
        """The drawn area so far; a rectangle from press to cursor for that tool."""
        if self.tool != "rectangle" or len(self._path) < 2:
            return list(self._path)
        area = QRectF(self._path[0], self._path[-1])
        return [area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft()]

    def _end_drawing(self) -> None:
        self._press, self._mode, self._path = None, None, []
        self._repaint()

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        self._raster_if_needed()
        super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, theme.current().canvas)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        paint_overlay(painter, QRectF(self.viewport().rect()), self._overlay())

    def _overlay(self) -> Overlay:
        hovered, active = self._focus.hovered_row, self._focus.row
        ringed = hovered if hovered is not None else active
        none_chosen = not len(self._selection.rows)
        return Overlay(
            title=self.title,
            subtitle=self.subtitle,
            empty_text=self.empty_text if self._shown is None else "",
            labels=self._labels_px() if none_chosen and self._shown else [],
            ring=self.place_of(ringed) if ringed is not None else None,
            polygon=self._polygon() if self._mode else [],
            mode=self._mode,
            cursor=self._last,
        )

    def _raster_if_needed(self) -> None:
        if self._shown is None or not self._box.width():
            return
        wanted = self._wanted_frame()
        if self._frame is not None and _covers(self._frame, wanted, self._box.viewRect()):
            return
        self._frame = wanted
        points = self._shown.points(self._selection.rows, theme.current())
        self._item.set_picture(draw_points(points, wanted), wanted.area)

    def _wanted_frame(self) -> Frame:
        area, scene = self._box.viewRect(), self._box.sceneBoundingRect()
        wide, tall = round(scene.width() * OVERSCAN), round(scene.height() * OVERSCAN)
        x, y = area.width() * wide / scene.width(), area.height() * tall / scene.height()
        return Frame(
            area.adjusted(-x, -y, x, y),
            round(scene.width()) + 2 * wide,
            round(scene.height()) + 2 * tall,
            self.devicePixelRatioF(),
        )

    def _labels_px(self) -> list[Label]:
        at = np.array([(label.at.x(), label.at.y()) for label in self._labels]).reshape(-1, 2)
        places = self._to_px(at).tolist()
        return [
            Label(label.name, label.palette, QPointF(*place))
            for label, place in zip(self._labels, places, strict=True)
        ]

    def _repaint(self, *_: object) -> None:
        self.viewport().update()


def _covers(have: Frame, wanted: Frame, area: QRectF) -> bool:
    """Whether a picture of `have` shows `area` at the scale that is wanted."""
    same = (have.width_px, have.height_px, have.ratio) == (
        wanted.width_px,
        wanted.height_px,
        wanted.ratio,
    )
    scale = have.area.width() / wanted.area.width()
    return same and abs(scale - 1) < 1e-6 and have.area.contains(area)
