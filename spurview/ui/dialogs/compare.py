"""Another network on the same pool: which of its findings are new, gone, unchanged."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from spurview.jobs import JobRunner
from spurview.pipeline.comparison import Compared, seen_words, sentence, shared_words
from spurview.ui.dialogs import tool_jobs
from spurview.ui.dialogs.page import add_field, fields
from spurview.ui.dialogs.tool_dialog import ToolDialog
from spurview.ui.document import Document
from spurview.ui.file_choice import choose_project
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.pictures import to_qimage

_PICTURE_PX = 40
_ROW_PX = 48
_WORDS = {"new": "New", "gone": "Gone", "unchanged": "Unchanged"}


class CompareDialog(ToolDialog):
    """Chooses a project and shows the findings of both in a table."""

    # The person wants to see a finding of the open project; carries its id.
    candidate_requested = Signal(str)

    def __init__(
        self, document: Document, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__("Compare with another network", "Compare", runner, parent)
        self.resize(880, 680)
        self._document = document
        self._shown: tool_jobs.Shown | None = None
        self.path = QLineEdit()
        self.path.setPlaceholderText("A project on the same pool")
        self.path.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choose = QPushButton("Choose…")
        self.choose.setAutoDefault(False)
        grid = fields()
        add_field(grid, "The other project", self.path, self.choose)
        self.body.addLayout(grid)
        self.said = label(
            "Images of the pool are matched by their content, findings by the images that they "
            "share.",
            "quiet",
            wrap=True,
        )
        self.body.addWidget(self.said)
        self.table = QTableWidget(0, 5)
        self.table.setAccessibleName("Findings of both networks")
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setIconSize(QSize(_PICTURE_PX, _PICTURE_PX))
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setHighlightSections(False)
        # In line with the cells, which stand 3 pixels in.
        header.setStyleSheet("QHeaderView::section { padding-left: 3px; }")
        self.table.hide()
        self.body.addWidget(self.table, 1)
        self._space = QWidget()
        self.body.addWidget(self._space, 1)
        self.path.textChanged.connect(lambda text: self.act.setEnabled(bool(text.strip())))
        self.choose.clicked.connect(self._choose)
        self.table.itemActivated.connect(self._on_activated)
        self.act.setEnabled(False)
        self.path.setFocus()

    def start(self) -> None:
        """Read the other project and match its findings."""
        path = Path(self.path.text().strip()).expanduser()
        job = self.run_job("compare", tool_jobs.comparing(self._document, path), "Comparing")
        job.finished.connect(self._show)

    def _show(self, shown: tool_jobs.Shown) -> None:
        self._shown = shown
        found = shown.found
        self.said.setText(sentence(found))
        self.table.setHorizontalHeaderLabels(
            ["Finding", "Class", found.first, found.second, "Images in both"]
        )
        self.table.setRowCount(len(found.findings))
        for row, compared in enumerate(found.findings):
            self._fill(row, compared, shown)
        header = self.table.horizontalHeader()
        self.table.resizeColumnsToContents()
        for column in (0, 1):
            self.table.setColumnWidth(column, self.table.columnWidth(column) + 16)
        for column in (2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self._space.hide()
        self.table.show()

    def _fill(self, row: int, compared: Compared, shown: tool_jobs.Shown) -> None:
        first, second = (
            seen_words(seen, names.get(seen.id, "") if seen else "")
            for seen, names in zip((compared.first, compared.second), shown.names, strict=True)
        )
        cells = (_WORDS[compared.status], compared.class_, first, second, shared_words(compared))
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            self.table.setItem(row, column, item)
        for column, seen, pictures in (
            (2, compared.first, shown.pictures[0]),
            (3, compared.second, shown.pictures[1]),
        ):
            cell = self.table.item(row, column)
            if cell is not None and seen is not None and seen.id in pictures:
                picture = to_qimage(pictures[seen.id])
                how = (
                    Qt.TransformationMode.FastTransformation
                    if picture.width() < 64
                    else Qt.TransformationMode.SmoothTransformation
                )
                fitted = picture.scaled(
                    _PICTURE_PX, _PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio, how
                )
                cell.setIcon(QIcon(QPixmap.fromImage(fitted)))

    def _on_activated(self, item: QTableWidgetItem) -> None:
        if self._shown is None:
            return
        seen = self._shown.found.findings[item.row()].first
        if seen is not None:
            self.candidate_requested.emit(seen.id)

    def _choose(self) -> None:
        path = choose_project(self)
        if path is not None:
            self.path.setText(str(path))
            self.start()
