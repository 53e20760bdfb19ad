"""The images of the focused candidate or of the selection, with their shared pixels marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSlider,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from spurview.pipeline.places import best_first, scores_of
from spurview.pipeline.wording import count
from spurview.ui import icons, theme
from spurview.ui.document import Document
from spurview.ui.images.image_grid import ImageGrid
from spurview.ui.images.large_view import LargeView
from spurview.ui.images.look_state import LookState
from spurview.ui.images.tiles import Look, Tiles, whole_factors
from spurview.ui.images.tool_row import ToolRow
from spurview.ui.selection import Focus, Selection
from spurview.ui.widgets.labels import Elided, EmptyText, label

EMPTY = "Select points or a class to see their images here."
_FIRST_TILE_PX = 84


@dataclass(frozen=True)
class Listing:
    """The rows to show, in order, and what they are in words."""

    rows: NDArray[np.int64]
    caption: str


class ImagesPane(QWidget):
    """Header, controls and grid; opens the large view."""

    # The large view was made, once; carries its window.
    large_view_made = Signal(object)
    # Images came where there were none, or the last ones went.
    emptied_or_filled = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        focus: Focus,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._selection, self._focus = document, selection, focus
        self._asked: Listing | None = None
        self._asked_for = np.empty(0, np.int64)
        self._caption = ""
        self._is_folded = False
        self._large: LargeView | None = None
        self._look = LookState(self)
        self._tiles = Tiles(document)
        self._grid = ImageGrid(document, self._tiles, focus)
        self.setAccessibleName("Images")
        self.setMinimumWidth(400)
        self._build()
        self._connect()
        self.reload()

    @property
    def grid(self) -> ImageGrid:
        return self._grid

    @property
    def look(self) -> LookState:
        """What is shown of the images and how it is highlighted."""
        return self._look

    @property
    def large_view(self) -> LargeView | None:
        """The large view, once it was opened."""
        return self._large

    @property
    def caption(self) -> str:
        """What the images are, as the header says it."""
        return self._caption

    @property
    def is_empty(self) -> bool:
        """Whether there is no image to show."""
        return self._pages.currentIndex() == 0

    @property
    def size_slider(self) -> QSlider:
        return self._size

    def sizeHint(self) -> QSize:
        return QSize(550, 404)

    def fold(self, folded: bool) -> None:
        """Leave the header alone, which then says how images come here; or show all again."""
        self._is_folded = folded
        self._body.setHidden(folded)
        for part in (self._size, *self._size_icons):
            part.setHidden(folded)
        self._words.text = EMPTY if folded else self._caption

    def show_rows(self, rows: Iterable[int], caption: str) -> None:
        """Select rows and show them in the given order under a caption of its own."""
        listing = Listing(np.fromiter(rows, np.int64), caption)
        self._ask(listing, listing.rows)

    def reload(self) -> None:
        """Read everything again: another project, or other products."""
        self._tiles.forget()
        height, width = self._document.reader.shape("/images/pixels")[1:3]
        self._zooms = whole_factors(height, width)
        self._size.setRange(0, len(self._zooms) - 1)
        sizes = [abs(zoom * width - _FIRST_TILE_PX) for zoom in self._zooms]
        self._size.setValue(int(np.argmin(sizes)))
        self._relook()
        self._renew()

    def open_large(self, row: int) -> None:
        """Show one image large; the view steps through the rows of the grid."""
        if self._large is None:
            self._large = LargeView(self._document, self._focus, self._look, self)
            self.large_view_made.emit(self._large)
        self._large.open_at(self._grid.row_array, row, self._caption)

    def _follow_large(self) -> None:
        """A verdict given in the large view leads to the next candidate: show its images there."""
        if self._large is not None and self._large.isVisible() and len(self._grid.row_array):
            self.open_large(int(self._grid.row_array[0]))

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # A dock makes it its title bar, by which the pane can be dragged.
        self.title_bar = self._header()
        layout.addWidget(self.title_bar)
        self._body = QWidget()
        stacked = QStackedLayout(self._body)
        self._empty = EmptyText(EMPTY)
        filled = QWidget()
        inside = QVBoxLayout(filled)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(ToolRow(self._look))
        inside.addWidget(self._grid, 1)
        stacked.addWidget(self._empty)
        stacked.addWidget(filled)
        self._pages = stacked
        layout.addWidget(self._body, 1)

    def _header(self) -> QWidget:
        header = QWidget()
        line = QHBoxLayout(header)
        line.setContentsMargins(16, 6, 16, 6)
        line.setSpacing(8)
        # A dock gives its title bar the hinted height and asks for no least one.
        line.addStrut(28)
        line.addWidget(label("Images", "title"))
        self._words = Elided()
        line.addWidget(self._words, 1)
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setFixedWidth(72)
        self._size.setPageStep(1)
        self._size.setAccessibleName("Size of the images")
        self._size.setToolTip("Size of the images")
        self._size_icons = [QLabel(), QLabel()]
        line.addWidget(self._size_icons[0])
        line.addWidget(self._size)
        line.addWidget(self._size_icons[1])
        header.setMinimumHeight(40)
        self._paint_icons()
        return header

    def _connect(self) -> None:
        self._selection.changed.connect(self._renew)
        self._focus.candidate_changed.connect(self._on_candidate)
        self._look.changed.connect(self._relook)
        self._size.valueChanged.connect(self._relook)
        self._grid.opened.connect(self.open_large)
        self._grid.extended.connect(self._on_extended)
        self._document.replaced.connect(self._forget)
        self._document.stages_changed.connect(self._on_stages)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._relook()

    def _paint_icons(self) -> None:
        colour = theme.current().text2
        for image, size in zip(self._size_icons, (12, 16), strict=True):
            image.setPixmap(icons.pixmap("image", colour, size, self.devicePixelRatioF()))

    def _on_candidate(self, _: object) -> None:
        self._asked = None
        self._relook()
        self._renew()
        # Once the members of the new candidate are selected.
        QTimer.singleShot(0, self, self._follow_large)

    def _on_stages(self, _: object) -> None:
        self.reload()

    def _on_extended(self, rows: list[int]) -> None:
        # The grid keeps showing what it shows: narrowing it under the cursor would lose the range.
        self._ask(Listing(self._grid.row_array, self._caption), rows)

    def _ask(self, listing: Listing, selected: Iterable[int]) -> None:
        """Show a listing for as long as exactly `selected` stays selected."""
        chosen = np.unique(np.fromiter(selected, np.int64))
        self._asked, self._asked_for = listing, chosen
        self._selection.set_rows(chosen)
        self._renew()

    def _forget(self) -> None:
        self._asked = None
        if self._large is not None:
            self._large.close()
        self.reload()

    def _relook(self, *_: object) -> None:
        """The looks have changed: what is shown, highlight, size, or whose map is shown."""
        self._grid.set_look(
            Look(
                self._look.what,
                self._look.highlight,
                self._zooms[self._size.value()],
                self._focus.candidate_id,
            )
        )

    def _renew(self) -> None:
        listing = self._listing()
        self._caption = listing.caption
        self._words.text = EMPTY if self._is_folded else listing.caption
        if not np.array_equal(listing.rows, self._grid.row_array):
            self._grid.show_rows(listing.rows)
        was_empty = self.is_empty
        self._pages.setCurrentIndex(1 if len(listing.rows) else 0)
        if was_empty != self.is_empty:
            self.emptied_or_filled.emit()

    def _listing(self) -> Listing:
        selected = self._selection.rows
        if self._asked is not None and np.array_equal(selected, self._asked_for):
            return self._asked
        self._asked = None
        candidate_id = self._focus.candidate_id
        known = self._document.rows_of(candidate_id)
        if candidate_id is None or known is None:
            words = f"{count(len(selected))} selected" if len(selected) else ""
            return Listing(selected, words)
        name = self._document.display_name(candidate_id)
        members = known.members.astype(np.int64)
        if not len(selected) or np.array_equal(np.sort(members), selected):
            words = f"{count(len(members))} in {name}, most typical first"
            return Listing(members, words)
        scores = scores_of(self._document.reader, known.index)
        ordered = best_first(selected, scores)
        words = f"{count(len(selected))} selected, closest to {name} first"
        return Listing(ordered, words)
