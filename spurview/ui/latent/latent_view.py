"""One plot of the images: draws the points, pans and zooms, and turns drawn areas into rows.

It learns what is shown from its pane and speaks to other views through selection and focus alone.
No mouse move costs work on all points: panning moves a picture, hovering looks at its pixels.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from spurview.ui import theme
from spurview.ui.latent.drawing import Drawing
from spurview.ui.latent.lasso import inside_area
from spurview.ui.latent.layout import Layout
from spurview.ui.latent.overlay import Axes, Label, Overlay, paint_overlay
from spurview.ui.latent.picking import nearest
from spurview.ui.latent.points_item import PointsItem
from spurview.ui.latent.scale import Scale
from spurview.ui.latent.shown import Shown
from spurview.ui.latent.tools import KEYS, Tool, mode_of
from spurview.ui.selection import Focus, Mode, Selection

_STEP = 0.1
_ZOOM = 0.8


class LatentView(pg.PlotWidget):
    """A plot without axes; hand, lasso and rectangle; hover rings; labels of the groups."""

    # The person pressed a tool's key in this view; carries the tool.
    tool_requested = Signal(str)
    # The cursor came upon a point or left it; carries the row or None, and the place in the view.
    pointed = Signal(object, QPoint)
    # The person asked for the view's menu; carries the place on the screen.
    menu_requested = Signal(QPoint)

    def __init__(
        self,
        title: str,
        selection: Selection,
        focus: Focus,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, background=None)
        self._selection, self._focus = selection, focus
        self._layout: Layout | None = None
        self._press: QPointF | None = None
        self._last = QPointF()
        self._path: list[QPointF] = []
        self._mode: Mode | None = None
        self._panned = False
        self._is_fitted = True
        self.title, self.empty_text = title, ""
        self.tool: Tool = "hand"
        self._drawing = Drawing(self)
        self._drawing.renewed.connect(self._repaint)
        self._build(title)

    def _build(self, title: str) -> None:
        self.setAccessibleName(title)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumHeight(96)
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
        self._selection.changed.connect(self._choose)
        self._focus.hovered_changed.connect(self._repaint)
        self._focus.row_changed.connect(self._repaint)

    # What the pane says.

    @property
    def shown(self) -> Shown | None:
        """What is shown; None while the empty text is."""
        return self._drawing.shown

    @property
    def drawing(self) -> Drawing:
        return self._drawing

    @property
    def layout_shown(self) -> Layout | None:
        return self._layout

    @property
    def scale_now(self) -> Scale:
        """Where the layout's places stand in the view."""
        return Scale(self._box.viewRect(), self._box.sceneBoundingRect())

    @property
    def is_settled(self) -> bool:
        """Whether the picture on show is of all that has been asked for."""
        return self._drawing.is_current(self.scale_now, self.devicePixelRatioF())

    def show_points(self, shown: Shown | None, layout: Layout | None = None) -> None:
        """Show other points, or the empty text when there are none."""
        before = self.shown
        moved = before is None or shown is None or not before.lies_as(shown)
        self._layout = layout
        self._drawing.show(shown, keep_picture=not moved)
        if shown is not None and shown.bounds is not None:
            self._item.set_bounds(shown.bounds)
        if moved:
            self._item.set_picture(None, QRectF())
            self._box.setAspectLocked(layout is None or layout.is_map)
            self.fit()
        self._choose()

    def fit(self) -> None:
        """Show all visible points, at other sizes too until the person pans or zooms."""
        self._is_fitted = True
        bounds = None if self.shown is None else self.shown.bounds
        if bounds is None:
            return
        x, y = max(bounds.width() * 0.05, 1e-6), max(bounds.height() * 0.05, 1e-6)
        below = 0.0 if self._layout is None or self._layout.is_map else bounds.height() * 0.1
        self._box.setRange(bounds.adjusted(-x, -y - below, x, y + below), padding=0)

    def retint(self) -> None:
        """Draw the points in the theme's colours."""
        self._drawing.retint()
        self._repaint()

    def finish(self) -> None:
        """The view is about to be closed: leave no thread at work."""
        self._selection.changed.disconnect(self._choose)
        self._focus.hovered_changed.disconnect(self._repaint)
        self._focus.row_changed.disconnect(self._repaint)
        self._drawing.finish()

    def _choose(self) -> None:
        """The selection has changed, or the points it is among."""
        self._drawing.choose(self._selection.rows)
        self._repaint()

    # Where things are.

    def place_of(self, row: int) -> QPointF | None:
        """Where a row's point stands in the view, in pixels; None when it is not visible."""
        shown = self.shown
        index = None if shown is None else shown.index_of(row)
        if shown is None or index is None:
            return None
        return self.scale_now.to_px(float(shown.x[index]), float(shown.y[index]))

    def row_at(self, place: QPointF) -> int | None:
        """The visible row nearest a place in the view, at most 8 pixels away."""
        self._raster_if_needed()
        shown, picture = self.shown, self._drawing.picture
        if shown is None or picture is None:
            return None
        index = nearest(picture, shown, self.scale_now, place)
        return None if index is None else int(shown.colouring.rows[index])

    def rows_inside(self, polygon: list[QPointF]) -> NDArray[np.intp]:
        """The visible rows within a polygon in the view, ascending."""
        shown, scale = self.shown, self.scale_now
        if shown is None:
            return np.empty(0, np.intp)
        corners = [scale.from_px(place) for place in polygon]
        at = np.array([(c.x(), c.y()) for c in corners], np.float64).reshape(-1, 2)
        found = inside_area(shown.x, shown.y, at)
        return shown.colouring.rows[found[shown.is_visible[found]]]

    # Mouse and keys. pyqtgraph's own drags are not used: they know no tools or modes.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() != Qt.MouseButton.LeftButton or self.shown is None:
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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._end_drawing()
        self.menu_requested.emit(event.globalPos())

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
        return Overlay(
            empty_text=self.empty_text if self.shown is None else "",
            axes=self.axes_px(),
            labels=self.labels_px(),
            ring=self.place_of(ringed) if ringed is not None else None,
            polygon=self._polygon() if self._mode else [],
            mode=self._mode,
            cursor=self._last,
        )

    def axes_px(self) -> Axes | None:
        """The axes' names and ticks in pixels; None where axes mean nothing."""
        layout = self._layout
        if layout is None or layout.axes is None:
            return None
        scale = self.scale_now
        return Axes(*layout.axes, [(scale.to_px(at, 0).x(), word) for at, word in layout.ticks])

    def labels_px(self) -> list[Label]:
        """The groups' labels in pixels, none while something is selected."""
        # Asked of the picture's points: a million's labels are found where they are drawn.
        picture, shown = self._drawing.picture, self.shown
        if shown is None or picture is None or picture.field is not shown:
            return []
        if self._drawing.chosen is not None:
            return []
        scale = self.scale_now
        return [Label(n.name, n.palette, scale.to_px(n.at.x(), n.at.y())) for n in shown.labels]

    def _raster_if_needed(self) -> None:
        if self.shown is None or not self._box.width():
            return
        self._drawing.want(self.scale_now, self.devicePixelRatioF())
        picture = self._drawing.picture
        if picture is not None:
            self._item.set_picture(picture.image, picture.frame.area)

    def _repaint(self, *_: object) -> None:
        self.viewport().update()
