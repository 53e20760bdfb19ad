"""The left pane: filter, banner, tree, summary. Asks for focus; shows where the focus is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from spurview.pipeline.findings import Findings
from spurview.ui import icons, theme
from spurview.ui.clusters.delegate import CandidateDelegate
from spurview.ui.clusters.entries import CandidateEntry, ClassEntry
from spurview.ui.clusters.header import CandidateHeader
from spurview.ui.clusters.model import CandidateModel
from spurview.ui.clusters.thumbnails import Thumbnails
from spurview.ui.document import Change, Document
from spurview.ui.selection import Focus
from spurview.ui.widgets.labels import label

_EMPTY = "Candidates appear here, most suspicious first, once the stages above have run."


class ClustersPane(QWidget):
    """Classes and clusters."""

    # The person chose a candidate; carries its id.
    candidate_requested = Signal(str)
    # The person chose a class heading; carries the class's index.
    class_requested = Signal(int)
    # The Run button of the empty pane.
    run_requested = Signal()

    def __init__(self, document: Document, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._focus = document, focus
        self._thumbnails = Thumbnails(document)
        self.model = CandidateModel(document, self)
        self.title_bar = _TitleBar()
        self.tree = _Tree(self.model, self._thumbnails)
        self.banner = _Banner()
        self.summary = _Summary()
        # With its parent at once: a page added to a homeless layout flashes up as a window.
        self._stack = QStackedLayout(self)
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def filter_box(self) -> QLineEdit:
        return self.title_bar.filter_box

    def _lay_out(self) -> None:
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.banner, self.tree, self.summary):
            column.addWidget(part, 1 if part is self.tree else 0)
        self._stack.addWidget(full)
        self._stack.addWidget(self._empty_page())

    def _empty_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(16)
        column.addWidget(label(_EMPTY, "quiet", wrap=True))
        self.run_button = QPushButton("Run")
        self.run_button.clicked.connect(self.run_requested)
        column.addWidget(self.run_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return page

    def _connect(self) -> None:
        self.filter_box.textChanged.connect(self._on_filter)
        self.tree.chosen.connect(self._on_chosen)
        self._document.verdicts_changed.connect(self._on_verdicts)
        self._document.stages_changed.connect(self._on_products)
        self._document.replaced.connect(self._on_replaced)
        self._focus.candidate_changed.connect(self._show_focus)
        self._focus.class_changed.connect(self._show_focus)
        theme.keeper().changed.connect(self._repaint)

    def _repaint(self, _: object) -> None:
        self.tree.viewport().update()

    def _on_filter(self, text: str) -> None:
        self.model.set_filter(text)
        self._show_focus()

    def _on_chosen(self, index: QModelIndex) -> None:
        entry = self.model.entry(index)
        if isinstance(entry, CandidateEntry):
            self.candidate_requested.emit(entry.id)
        elif isinstance(entry, ClassEntry):
            self.class_requested.emit(entry.class_index)

    def _on_verdicts(self, _: Change) -> None:
        self.model.reload()
        self._show_focus()

    def _on_products(self, _: object = None) -> None:
        self._thumbnails.clear()
        self._refresh()

    def _on_replaced(self) -> None:
        self.filter_box.clear()
        self._on_products()

    def _refresh(self) -> None:
        self.model.reload()
        findings = self._document.findings
        self._stack.setCurrentIndex(0 if findings is not None else 1)
        self.run_button.setVisible(not self._document.read_only)
        self.summary.say(_summary(findings) if findings else "")
        self.banner.say(_stale_reason(self._document))
        self._show_focus()

    def _show_focus(self, *_: object) -> None:
        index = QModelIndex()
        if self._focus.candidate_id is not None:
            index = self.model.index_of(self._focus.candidate_id)
        elif self._focus.class_index is not None:
            index = self.model.index_of_class(self._focus.class_index)
        self.tree.show_chosen(index)


class _Tree(QTreeView):
    """Single rows, chosen by click, arrows or Enter; a click on a chevron folds."""

    # The person chose a row.
    chosen = Signal(QModelIndex)

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


class _TitleBar(QWidget):
    """Title and filter box; serves as the dock's title bar."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.addWidget(label("Classes and clusters", "title"), 1)
        self.filter_box = QLineEdit()
        self.filter_box.setPlaceholderText("Filter")
        self.filter_box.setAccessibleName("Filter classes and clusters")
        self.filter_box.setClearButtonEnabled(True)
        self.filter_box.setFixedWidth(136)
        self._action = self.filter_box.addAction(
            icons.icon("list-filter", theme.current().text2),
            QLineEdit.ActionPosition.LeadingPosition,
        )
        row.addWidget(self.filter_box)
        theme.keeper().changed.connect(self._retint)

    def _retint(self, shown: theme.Theme) -> None:
        self._action.setIcon(icons.icon("list-filter", shown.text2))


class _Line(QWidget):
    """An icon and one elided line."""

    icon_name = "info"
    inset_px = 16

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def say(self, text: str) -> None:
        """Show the text; empty hides the line."""
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setVisible(bool(text))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        self.paint_ground(painter, shown)
        box = QRectF(self.inset_px, 0, 16, self.height())
        icons.paint(painter, self.icon_name, box, shown.text2)
        painter.setPen(self.colour(shown))
        left = self.inset_px + 24
        room = self.width() - left - 8
        cut = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, cut)
        painter.end()

    def paint_ground(self, painter: QPainter, shown: theme.Theme) -> None:
        """Nothing behind the line."""

    def colour(self, shown: theme.Theme):  # type: ignore[no-untyped-def]
        return shown.text2

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)


class _Summary(_Line):
    def sizeHint(self) -> QSize:
        return QSize(200, max(48, self.fontMetrics().height() + 24))


class _Banner(_Line):
    icon_name = "circle-dashed"

    def sizeHint(self) -> QSize:
        return QSize(200, max(32, self.fontMetrics().height() + 12))

    def paint_ground(self, painter: QPainter, shown: theme.Theme) -> None:
        painter.fillRect(self.rect(), shown.raised)

    def colour(self, shown: theme.Theme):  # type: ignore[no-untyped-def]
        return shown.text


def _summary(findings: Findings) -> str:
    found, alarms = len(findings.findings), findings.alarms
    words = f"{found} candidate{'' if found == 1 else 's'} found"
    return f"{words}, {alarms} alarm{'' if alarms == 1 else 's'}" if found else words


def _stale_reason(document: Document) -> str:
    """Why what is shown is out of date; empty when it is not."""
    states = document.states
    if document.findings is None or not document.findings.stale:
        return ""
    first = next((name for name, state in states.items() if state != "fresh"), None)
    if first is None or first in ("verification", "candidates"):
        return "Stale: from before an earlier stage changed"
    return f"Stale: from before the {first} stage changed"
