"""Finds originals again that were moved: a source, the folder that holds it now, how many."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QSizePolicy, QWidget

from spurview.core.errors import InputError
from spurview.jobs import JobRunner
from spurview.pipeline.relocate import Relocation, has_files
from spurview.pipeline.wording import count
from spurview.project.source_paths import source_path
from spurview.ui import commands
from spurview.ui.dialogs import tool_jobs
from spurview.ui.dialogs.latest import Latest
from spurview.ui.dialogs.page import Note, add_field, fields
from spurview.ui.dialogs.tool_dialog import ToolDialog
from spurview.ui.document import Document
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.labels import label

_WHAT = (
    "The project knows its images by their content: files that were moved or renamed are found "
    "again, and no other file is taken for them. Everything but the full-resolution view works "
    "without them."
)


class LocateDialog(ToolDialog):
    """What is found is a change of the project, with undo, kept by the next save."""

    def __init__(
        self, document: Document, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__("Locate moved images", "Look for them", runner, parent)
        self.resize(680, 360)
        self._document = document
        self._project_dir = document.path.parent
        self.body.addWidget(label(_WHAT, wrap=True))
        self.source = ChoiceBox()
        for number, record in enumerate(document.info.sources):
            if source_path(record, self._project_dir) is not None:
                self.source.addItem(f"{record.role}: {record.location}", number)
        self.place = QLineEdit()
        self.place.setPlaceholderText("Where the images are now")
        self.place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choose = QPushButton("Choose…")
        self.choose.setAutoDefault(False)
        grid = fields()
        add_field(grid, "Source", self.source)
        add_field(grid, "Now in", self.place, self.choose)
        self.body.addLayout(grid)
        self.state, self.outcome = Note(), Note()
        self.body.addWidget(self.state)
        self.body.addWidget(self.outcome)
        self.body.addStretch(1)
        self.choose.clicked.connect(self._choose)
        self.place.textChanged.connect(self._renew)
        self._missing = Latest(runner, "sources", self)
        self._missing.arrived.connect(self._show_missing)
        self._missing.ask(lambda: tool_jobs.missing(document.info, self._project_dir))
        self._renew()
        self.place.setFocus()

    def start(self) -> None:
        """Look below the folder for the images of the source."""
        document = self._document
        work = tool_jobs.locating(
            document.info,
            document.stage_reader,
            self.source.currentData(),
            Path(self.place.text().strip()).expanduser(),
            self._project_dir,
        )
        self.outcome.say("")
        job = self.run_job("locate", work, "Looking for the images")
        job.finished.connect(self._take)

    def _take(self, found: Relocation) -> None:
        left = len(found.missing)
        told = f"{count(found.found)} images were found"
        told += f", {count(left)} are still missing, the first {found.missing[0]}." if left else "."
        number = self.source.currentData()
        sources = list(self._document.info.sources)
        sources[number] = found.info.sources[number]
        try:
            is_changed = commands.set_sources(self._document, sources, "locate images")
        except InputError as error:
            self.failure.fail(str(error))
            return
        told += " Save the project to keep this." if is_changed else " They are where they were."
        self.outcome.say(told, "triangle-alert" if left else "check")
        self.state.say("")

    def _show_missing(self, numbers: list[int]) -> None:
        if not self.source.count():
            self.state.say("The images of this project ship with spurview and cannot be moved.")
            return
        names = [self._document.info.sources[n].location for n in numbers]
        if names:
            self.state.say(f"No longer there: {', '.join(names)}.", "triangle-alert")
            self.source.setCurrentIndex(max(0, self.source.findData(numbers[0])))
        else:
            self.state.say("Every source is where the project says.", "check")

    def _renew(self) -> None:
        is_ready = self.source.count() > 0 and bool(self.place.text().strip())
        self.act.setEnabled(is_ready and not self.job.is_busy)

    def _choose(self) -> None:
        record = self._document.info.sources[self.source.currentData()]
        start = self.place.text() or str(self._project_dir)
        if has_files(record) and record.kind not in ("csv", "parquet"):
            path = QFileDialog.getExistingDirectory(self, "Where the images are now", start)
        else:
            path, _ = QFileDialog.getOpenFileName(self, "Where the file is now", start)
        if path:
            self.place.setText(path)

    def done(self, result: int) -> None:
        """Leave; nothing is looked for any more."""
        self._missing.stop()
        super().done(result)
