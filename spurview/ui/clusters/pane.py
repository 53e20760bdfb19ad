"""The left pane: filter, banner, tree, summary. Asks for focus; shows where the focus is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from spurview.pipeline.findings import Findings
from spurview.pipeline.stages import STAGE_NAMES
from spurview.pipeline.wording import chance_words, stale_sentence
from spurview.ui import icons, theme
from spurview.ui.candidate_dialogs import aside_words
from spurview.ui.clusters.entries import CandidateEntry, ClassEntry
from spurview.ui.clusters.lines import Banner, Summary
from spurview.ui.clusters.model import CandidateModel
from spurview.ui.clusters.thumbnails import Thumbnails
from spurview.ui.clusters.tree import CandidateTree
from spurview.ui.document import Document
from spurview.ui.document_parts import Change
from spurview.ui.selection import Focus
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.link_button import LinkButton

_EMPTY = "Candidates appear here, most suspicious first, once the stages above have run."


class ClustersPane(QWidget):
    """Classes and clusters."""

    # The person chose a candidate; carries its id.
    candidate_requested = Signal(str)
    # The person chose a class heading; carries the class's index.
    class_requested = Signal(int)
    # The person wants to see what can be done with the chosen row; carries the place on the screen.
    menu_requested = Signal(QPoint)
    # The line about verdicts that match nothing now.
    aside_requested = Signal()
    # The Run button of the empty pane.
    run_requested = Signal()

    def __init__(self, document: Document, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._focus = document, focus
        self._thumbnails = Thumbnails(document)
        self.model = CandidateModel(document, self)
        self.title_bar = _TitleBar()
        self.tree = CandidateTree(self.model, self._thumbnails)
        self.banner = Banner()
        self.aside_button = LinkButton("")
        self.aside_button.hide()
        self.summary = Summary()
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
        for part in (self.banner, self.tree, self.aside_button, self.summary):
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
        self.aside_button.clicked.connect(self.aside_requested)
        self.tree.chosen.connect(self._on_chosen)
        self.tree.menu_requested.connect(self.menu_requested)
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
        self._show_aside()
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
        self._show_aside()
        self._show_focus()

    def _show_aside(self) -> None:
        words = aside_words(len(self._document.aside))
        self.aside_button.setText(words)
        self.aside_button.setVisible(bool(words))

    def _show_focus(self, *_: object) -> None:
        index = QModelIndex()
        if self._focus.candidate_id is not None:
            index = self.model.index_of(self._focus.candidate_id)
        elif self._focus.class_index is not None:
            index = self.model.index_of_class(self._focus.class_index)
        self.tree.show_chosen(index)


class _TitleBar(QWidget):
    """Title and filter box; serves as the dock's title bar."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.addStrut(28)
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


def _summary(findings: Findings) -> str:
    found, alarms = len(findings.findings), findings.alarms
    words = f"{found} candidate{'' if found == 1 else 's'} found"
    if found:
        words = f"{words}, {alarms} alarm{'' if alarms == 1 else 's'}"
    return f"{words}; {chance_words(findings.chance)}" if findings.chance else words


def _stale_reason(document: Document) -> str:
    """Why what is shown is out of date; empty when it is not."""
    if document.findings is None or not document.findings.stale:
        return ""
    claims = [name for name in STAGE_NAMES if name != "layout"]
    return stale_sentence({name: document.states[name] for name in claims})
