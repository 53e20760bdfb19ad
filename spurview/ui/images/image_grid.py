"""A grid of images that paints visible cells only, reading their pixels when they are painted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from spurview.ui import theme
from spurview.ui.document import Document
from spurview.ui.images.tiles import Look, Tiles
from spurview.ui.selection import Focus
from spurview.ui.widgets.frames import paint_frame

GAP_PX = 4
_INSET_PX = 12


class ImageGrid(QAbstractScrollArea):
    """Rows of the project as tiles; the active one has a frame, the hovered one a ring."""

    # Enter or a double click on a row.
    opened = Signal(int)
    # The person extended a range with Shift; carries the rows, to become the selection.
    extended = Signal(object)

    def __init__(
        self, document: Document, tiles: Tiles, focus: Focus, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._tiles, self._focus = document, tiles, focus
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._look = Look()
        self._anchor: int | None = None
        self.painted_cells = 0
        self.setAccessibleName("Images")
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        focus.row_changed.connect(self._on_active)
        focus.hovered_changed.connect(self._repaint)
        theme.keeper().changed.connect(self._repaint)

    @property
    def rows(self) -> list[int]:
        """The rows shown, in order."""
        return [int(row) for row in self._rows]

    @property
    def row_array(self) -> NDArray[np.int64]:
        """The rows shown, in order, without a copy: there may be millions."""
        return self._rows

    @property
    def look(self) -> Look:
        return self._look

    def show_rows(self, rows: Sequence[int] | NDArray[np.int64]) -> None:
        """Show other rows, from the top."""
        self._rows = np.asarray(rows, np.int64)
        self._anchor = None
        self.verticalScrollBar().setValue(0)
        self._measure()
        self._repaint()

    def set_look(self, look: Look) -> None:
        """Show the same rows in another way, keeping the first visible one in sight."""
        if look == self._look:
            return
        first = self._first_visible()
        resized = look.zoom != self._look.zoom
        self._look = look
        if resized:
            self._measure()
            if first < len(self._rows):
                self.verticalScrollBar().setValue((first // self._columns()) * self._pitch()[1])
        self._repaint()

    def cell_rect(self, index: int) -> QRect:
        """Where the tile of the index-th row lies in the viewport, which it may be outside of."""
        wide, tall = self._pitch()
        row, column = divmod(index, self._columns())
        left = self._left() + column * wide
        top = GAP_PX + row * tall - self.verticalScrollBar().value()
        return QRect(left, top, wide - GAP_PX, tall - GAP_PX)

    def index_at(self, place: QPoint) -> int | None:
        """The index of the tile at a place in the viewport."""
        wide, tall = self._pitch()
        column = (place.x() - self._left()) // wide
        row = (place.y() - GAP_PX + self.verticalScrollBar().value()) // tall
        if not 0 <= column < self._columns() or row < 0:
            return None
        index = row * self._columns() + column
        inside = index < len(self._rows) and self.cell_rect(index).contains(place)
        return index if inside else None

    def copy_active(self) -> None:
        """Put the picture of the active image, as it is shown, on the clipboard."""
        row = self._focus.row
        if row is not None:
            QGuiApplication.clipboard().setImage(self._tiles.pictures([row], self._look)[0])

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        shown = theme.current()
        painter.fillRect(event.rect(), shown.canvas)
        visible = self._visible(event.rect())
        self.painted_cells = len(visible)
        look = self._device_look()
        pictures = self._tiles.pictures([int(self._rows[index]) for index in visible], look)
        for index, picture in zip(visible, pictures, strict=True):
            self._paint_cell(painter, index, picture, shown)
        painter.end()

    def _paint_cell(
        self, painter: QPainter, index: int, picture: QImage, shown: theme.Theme
    ) -> None:
        cell, row = self.cell_rect(index), int(self._rows[index])
        painter.drawImage(cell, picture)
        if row == self._focus.row:
            paint_frame(painter, QRectF(cell), shown.accent, 2, apart=1)
        elif row == self._focus.hovered_row:
            paint_frame(painter, QRectF(cell), shown.accent, 1, apart=1)

    def _device_look(self) -> Look:
        """Tiles are made for the screen's own pixels, or they would blur."""
        ratio = self.devicePixelRatioF()
        if ratio == 1:
            return self._look
        look = self._look
        return Look(look.what, look.highlight, look.zoom * ratio, look.candidate_id)

    def _visible(self, area: QRect) -> list[int]:
        """Indices of the tiles that touch an area of the viewport."""
        tall = self._pitch()[1]
        top = self.verticalScrollBar().value() + area.top() - GAP_PX
        first = max(0, top // tall) * self._columns()
        last = ((top + area.height()) // tall + 1) * self._columns()
        return [
            index
            for index in range(first, min(last, len(self._rows)))
            if self.cell_rect(index).adjusted(-3, -3, 3, 3).intersects(area)
        ]

    # Where tiles lie.

    def _pitch(self) -> tuple[int, int]:
        height, width = self._document.reader.shape("/images/pixels")[1:3]
        zoom = self._look.zoom
        return max(1, round(width * zoom)) + GAP_PX, max(1, round(height * zoom)) + GAP_PX

    def _columns(self) -> int:
        room = self.viewport().width() - 2 * GAP_PX + GAP_PX
        return max(1, room // self._pitch()[0])

    def _left(self) -> int:
        used = self._columns() * self._pitch()[0] - GAP_PX
        return max(GAP_PX, (self.viewport().width() - used) // 2)

    def _first_visible(self) -> int:
        return (self.verticalScrollBar().value() // self._pitch()[1]) * self._columns()

    def _measure(self) -> None:
        tall = self._pitch()[1]
        lines = -(-len(self._rows) // self._columns())
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, lines * tall + GAP_PX - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(1, tall // 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        first = self._first_visible()
        self._measure()
        if first:
            self.verticalScrollBar().setValue((first // self._columns()) * self._pitch()[1])
        super().resizeEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    # Mouse and keys.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        self._focus.hovered_row = None if index is None else int(self._rows[index])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if index is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._go(index, extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if index is not None:
            self.opened.emit(int(self._rows[index]))

    def leaveEvent(self, event: QEvent) -> None:
        self._focus.hovered_row = None
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        target = self._target(key)
        if target is not None:
            self._go(target, extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._focus.row is not None:
            self.opened.emit(self._focus.row)
        elif key == Qt.Key.Key_C and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.copy_active()
        else:
            super().keyPressEvent(event)

    def _target(self, key: Qt.Key) -> int | None:
        """The index a key leads to from the active tile; None for other keys."""
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns(),
            Qt.Key.Key_Down: self._columns(),
            Qt.Key.Key_PageUp: -self._columns() * self._lines_in_sight(),
            Qt.Key.Key_PageDown: self._columns() * self._lines_in_sight(),
            Qt.Key.Key_Home: -len(self._rows),
            Qt.Key.Key_End: len(self._rows),
        }
        if key not in steps or not len(self._rows):
            return None
        active = self._place_of(self._focus.row)
        if active is None:
            return 0
        target = active + steps[key]
        if abs(steps[key]) == self._columns() and not 0 <= target < len(self._rows):
            return active
        return min(max(target, 0), len(self._rows) - 1)

    def _place_of(self, row: int | None) -> int | None:
        """The index of a row; None where it is not shown."""
        if row is None:
            return None
        places = np.flatnonzero(self._rows == row)
        return int(places[0]) if len(places) else None

    def _lines_in_sight(self) -> int:
        return max(1, self.viewport().height() // self._pitch()[1])

    def _go(self, index: int, *, extend: bool) -> None:
        if extend and self._anchor is None:
            known = self._place_of(self._focus.row)
            self._anchor = index if known is None else known
        if not extend:
            self._anchor = None
        self._focus.row = int(self._rows[index])
        if extend and self._anchor is not None:
            low, high = sorted((self._anchor, index))
            self.extended.emit(self._rows[low : high + 1].tolist())

    def _on_active(self, row: int | None) -> None:
        index = self._place_of(row)
        if index is not None:
            self._bring_into_sight(index)
        self._repaint()

    def _bring_into_sight(self, index: int) -> None:
        cell, bar = self.cell_rect(index), self.verticalScrollBar()
        if cell.top() < 0:
            bar.setValue(bar.value() + cell.top() - GAP_PX)
        elif cell.bottom() > self.viewport().height():
            bar.setValue(bar.value() + cell.bottom() - self.viewport().height() + GAP_PX)

    def _repaint(self, *_: object) -> None:
        self.viewport().update()
