"""The new-project dialog: four short pages, each of which shows what it found at once."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from spurview.core.errors import InputError
from spurview.core.settings import Settings
from spurview.jobs import Failure, JobRunner
from spurview.ui.agreement import Agreement
from spurview.ui.dialogs import dialog_jobs
from spurview.ui.dialogs.classifier_page import ClassifierPage
from spurview.ui.dialogs.page import Page
from spurview.ui.dialogs.source_page import SourcePage
from spurview.ui.dialogs.steps import Steps
from spurview.ui.dialogs.summary_page import SummaryPage
from spurview.ui.file_choice import free_name

_SUMMARY = 3


class NewProjectDialog(QDialog):
    """Makes a project of what is chosen on its pages."""

    # The project was made; carries its Path, and whether a test pattern is to be planted next.
    made = Signal(object, bool)

    def __init__(
        self,
        runner: JobRunner,
        agreement: Agreement,
        *,
        folder: Path | None = None,
        save_in: Path | None = None,
        device: str = "auto",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("New project")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(880, 600)
        self.resize(1008, 680)
        self._runner = runner
        self._save_in = save_in or Path.home()
        self._plants = False
        # The last page that was gone to, and what the summary was made from.
        self._reached = 0
        self._shown: object = None
        self.interest = SourcePage("interest", runner)
        self.pool = SourcePage("pool", runner)
        self.classifier = ClassifierPage(runner, agreement)
        self.summary = SummaryPage(runner, device)
        self.pages: tuple[Page, ...] = (self.interest, self.pool, self.classifier, self.summary)
        self.steps = Steps([page.title for page in self.pages])
        self.stack = QStackedWidget()
        for page in self.pages:
            self.stack.addWidget(page)
            page.changed.connect(self._renew)
        self._lay_out()
        self.steps.page_requested.connect(self.go_to)
        if folder is not None:
            self.interest.show_source(folder)
        self._renew()
        self.interest.path.setFocus()

    def _lay_out(self) -> None:
        self.plant = QPushButton("Plant a test pattern…")
        self.plant.setToolTip("Make the project, then one beside it with a pattern to be found")
        self.cancel = QPushButton("Cancel")
        self.back = QPushButton("Back")
        self.next = QPushButton("Next")
        self.next.setDefault(True)
        for button in (self.plant, self.cancel, self.back):
            button.setAutoDefault(False)
        self.plant.clicked.connect(self._make_and_plant)
        self.cancel.clicked.connect(self.reject)
        self.back.clicked.connect(lambda: self.go_to(self.stack.currentIndex() - 1))
        self.next.clicked.connect(self._on_next)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(24, 12, 24, 12)
        buttons.setSpacing(8)
        buttons.addWidget(self.plant)
        buttons.addStretch(1)
        for button in (self.cancel, self.back, self.next):
            buttons.addWidget(button)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.steps)
        upper.addWidget(_line(upright=True))
        upper.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper, 1)
        column.addWidget(_line(upright=False))
        column.addLayout(buttons)

    # Going through the pages.

    def go_to(self, number: int) -> None:
        """Show a page, where those before it are done."""
        if not 0 <= number < len(self.pages) or self.summary.job.is_busy:
            return
        if all(page.is_done for page in self.pages[:number]):
            self.stack.setCurrentIndex(number)
        self._renew()

    def _on_next(self) -> None:
        number = self.stack.currentIndex()
        if number == _SUMMARY:
            self._make(plants=False)
        else:
            self.go_to(number + 1)

    def _renew(self) -> None:
        """Pass on what the pages know of one another, and enable what can be pressed."""
        number = self.stack.currentIndex()
        interest, pool = self.interest.choice, self.pool.choice
        if interest is not None:
            self.pool.compare_with(interest.specs)
            self.summary.suggest(self._suggestion(interest.specs[0].text))
        if interest is not None and pool is not None:
            self.classifier.set_images(interest, pool, self._settings())
        self._reached = max(self._reached, number)
        done = [page.is_done for page in self.pages]
        if number == _SUMMARY and all(done[:_SUMMARY]):
            self._show_summary()
        seen = [is_done and row < self._reached for row, is_done in enumerate(done)]
        self.steps.show_state(number, seen, [page.told for page in self.pages])
        is_making = self.summary.job.is_busy
        self.steps.setEnabled(not is_making)
        self.back.setEnabled(number > 0 and not is_making)
        self.next.setText("Make the project" if number == _SUMMARY else "Next")
        self.next.setEnabled(done[number] and not is_making)
        self.plant.setEnabled(all(done) and self._reached == _SUMMARY and not is_making)

    def _settings(self) -> Settings:
        usual = Settings()
        images = self.summary.image_settings(usual.images)
        return msgspec.structs.replace(usual, images=images)

    def _show_summary(self) -> None:
        interest, pool = self.interest.choice, self.pool.choice
        assert interest is not None
        assert pool is not None
        shown = (interest, pool, self.classifier.choice, self.classifier.told)
        if shown != self._shown:
            self._shown = shown
            self.summary.show_choices(*shown)

    def _suggestion(self, text: str) -> Path:
        """A free name for the project, after the images of interest."""
        stem = Path(text.partition(":")[2] or text.rstrip(":")).stem or "project"
        return free_name(self._save_in / f"{stem}.spurview")

    # Making it.

    def _make_and_plant(self) -> None:
        self._make(plants=True)

    def _make(self, *, plants: bool) -> None:
        interest, pool = self.interest.choice, self.pool.choice
        if interest is None or pool is None:
            return
        self.stack.setCurrentIndex(_SUMMARY)
        self.summary.failure.say("")
        try:
            path = dialog_jobs.checked_name(self.summary.path.text())
            choice = self.classifier.choice
        except InputError as error:
            self.summary.failure.fail(str(error))
            return
        self._plants = plants
        self.summary.stop()
        work = dialog_jobs.creating(
            path, interest.specs, pool.specs, choice.settings, choice.network, choice.weights
        )
        job = self._runner.submit("new project", work)
        job.finished.connect(lambda _: self._on_made(path))
        job.failed.connect(self._on_failed)
        self.summary.job.watch(job, "Reading the images")
        job.ended.connect(self._renew)
        self._renew()

    def _on_made(self, path: Path) -> None:
        self.made.emit(path, self._plants)
        self.accept()

    def _on_failed(self, failure: Failure) -> None:
        self.summary.failure.fail(failure.sentence)

    def done(self, result: int) -> None:
        """Leave; nothing of this dialog goes on."""
        for page in (self.interest, self.pool, self.classifier, self.summary):
            page.stop()
        super().done(result)


def _line(*, upright: bool) -> QFrame:
    line = QFrame()
    if upright:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    line.setStyleSheet("background: palette(mid);")
    return line
