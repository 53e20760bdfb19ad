"""The tree of classes and candidates: choosing by click, arrows or Enter, folding by chevron."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QTreeView

from spurview.ui.clusters.delegate import CandidateDelegate
from spurview.ui.clusters.entries import COLUMNS, ClassEntry, Column
from spurview.ui.clusters.header import CandidateHeader
from spurview.ui.clusters.model import CandidateModel
from spurview.ui.clusters.thumbnails import Thumbnails


class CandidateTree(QTreeView):
    """Single rows, chosen by click, arrows or Enter; a click on a chevron folds."""

    # The person chose a row.
    chosen = Signal(QModelIndex)
    # A right click or the menu key on a candidate; carries the place on the screen.
    menu_requested = Signal(QPoint)

    def __init__(self, model: CandidateModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setAccessibleName("Classes and clusters")
        self.setModel(model)
        self.setItemDelegate(CandidateDelegate(thumbnails, self))
        self.setHeader(CandidateHeader(self))
        self.setIndentation(0)
        self.setRootIsDecorated(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QTreeView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTreeView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setExpandsOnDoubleClick(False)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self._folded: set[int] = set()
        self._shows_focus = False
        self.collapsed.connect(lambda index: self._note_fold(index, True))
        self.expanded.connect(lambda index: self._note_fold(index, False))
        model.modelReset.connect(self._unfold)
        self.selectionModel().currentChanged.connect(self._on_current)
        self._unfold()

    def show_chosen(self, index: QModelIndex) -> None:
        """Mark a row as chosen without asking for it again."""
        self._shows_focus = True
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        else:
            self.selectionModel().clear()
        self._shows_focus = False

    def sort_by(self, column: Column) -> None:
        """Sort by a column, the most first; once more turns the order round."""
        section, header = COLUMNS.index(column), self.header()
        order = Qt.SortOrder.DescendingOrder
        if header.sortIndicatorSection() == section and header.sortIndicatorOrder() == order:
            order = Qt.SortOrder.AscendingOrder
        self.sortByColumn(section, order)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.chosen.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the keyboard without choosing: Qt would make the first row current."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)
        else:
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            self.setCurrentIndex(index.siblingAtColumn(0))
        elif index.isValid():
            place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        if index.isValid() and index.parent().isValid():
            self.menu_requested.emit(place)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here, not a search."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        on_chevron = event.position().x() < 34 and not index.parent().isValid()
        if index.isValid() and on_chevron and event.button() == Qt.MouseButton.LeftButton:
            self.setExpanded(index, not self.isExpanded(index))
            return
        was_current = index.siblingAtColumn(0) == self.currentIndex().siblingAtColumn(0)
        super().mousePressEvent(event)
        if index.isValid() and was_current:
            # Clicking the focused row again brings its images back into the selection.
            self.chosen.emit(index.siblingAtColumn(0))

    def drawBranches(self, *_: object) -> None:
        """The delegate paints the chevrons."""

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        if not self._shows_focus and index.isValid():
            self.chosen.emit(index.siblingAtColumn(0))

    def _note_fold(self, index: QModelIndex, folded: bool) -> None:
        entry = self.model().entry(index)  # type: ignore[attr-defined]
        if isinstance(entry, ClassEntry):
            (self._folded.add if folded else self._folded.discard)(entry.class_index)

    def _unfold(self) -> None:
        model = self.model()
        for row in range(model.rowCount()):
            heading = model.index(row, 0)
            self.setFirstColumnSpanned(row, QModelIndex(), True)
            entry = model.entry(heading)  # type: ignore[attr-defined]
            self.setExpanded(heading, entry.class_index not in self._folded)
            if not entry.candidates:
                self.setFirstColumnSpanned(0, heading, True)
