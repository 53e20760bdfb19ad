"""The last page: image size, where it is computed, what it takes, and where it is saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QSizePolicy

from spurview.core.settings import ImagesSettings, Settings
from spurview.jobs import JobRunner, Work
from spurview.pipeline.wording import count, duration
from spurview.ui.dialogs import dialog_jobs
from spurview.ui.dialogs.choices import ClassifierChoice, SourceChoice, working_size
from spurview.ui.dialogs.job_line import JobLine
from spurview.ui.dialogs.latest import Latest
from spurview.ui.dialogs.page import Note, Page, add_field, fields
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.number_box import WholeBox

if TYPE_CHECKING:
    from spurview.pipeline.estimate import Estimate

_ASPECTS = (("crop", "Cut to a square"), ("pad", "Fill up to a square"), ("stretch", "Stretch"))


class SummaryPage(Page):
    """What will be made; the project is created from here."""

    title = "Summary"

    def __init__(self, runner: JobRunner, device: str) -> None:
        super().__init__("What will be made")
        self._device = device
        self._images: tuple[SourceChoice, SourceChoice] | None = None
        self._classifier: ClassifierChoice | None = None
        self.side = WholeBox()
        self.side.setRange(0, 512)
        self.side.setSpecialValueText("As the images")
        self.aspect = ChoiceBox()
        for key, text in _ASPECTS:
            self.aspect.addItem(text, key)
        self.path = QLineEdit()
        self.path.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choose = QPushButton("Choose…")
        self.choose.setAutoDefault(False)
        self.lines = {
            name: label("", "value", wrap=True)
            for name in ("Images", "Pool", "Classifier", "Images become", "Computed on", "Takes")
        }
        for name, line in self.lines.items():
            line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            line.setAccessibleName(name)
        self.failure = Note()
        self.job = JobLine()
        self._lay_out()
        self._measure = Latest(runner, "estimate", self)
        self._measure.arrived.connect(self._show_estimate)
        self._measure.failed.connect(lambda _: self._say_takes(""))
        self.side.valueChanged.connect(self._on_change)
        self.aspect.currentIndexChanged.connect(self._on_change)
        self.path.textChanged.connect(lambda _: self.changed.emit())
        self.choose.clicked.connect(self._choose)

    def _lay_out(self) -> None:
        chosen, size, cost, place = (fields() for _ in range(4))
        for name in ("Images", "Pool", "Classifier"):
            add_field(chosen, name, self.lines[name])
        add_field(size, "Working size", self.side, tip="Width and height of all images, in pixels")
        add_field(size, "Not square", self.aspect, tip="What becomes of images that are no square")
        add_field(size, "Images become", self.lines["Images become"])
        for name in ("Computed on", "Takes"):
            said = add_field(cost, name, self.lines[name])
            # What it takes may need two lines.
            cost.setAlignment(said, Qt.AlignmentFlag.AlignTop)
        add_field(place, "Save as", self.path, self.choose)
        for grid in (chosen, size, cost, place):
            self.column.addLayout(grid)
        self.column.addWidget(self.failure)
        self.column.addStretch(1)
        self.column.addWidget(self.job)

    # What the dialog asks.

    @property
    def is_done(self) -> bool:
        return bool(self.path.text().strip()) and not self.job.is_busy

    def image_settings(self, usual: ImagesSettings) -> ImagesSettings:
        """The settings of the images as they are chosen here."""
        return msgspec.structs.replace(
            usual, size_px=self._size_px, aspect=self.aspect.currentData()
        )

    @property
    def _size_px(self) -> int:
        # Images of less than 8 pixels are none.
        value = self.side.value()
        return value if value >= 8 else 0

    def suggest(self, path: Path) -> None:
        """A place to save to, unless the person has written one."""
        if not self.path.text().strip():
            self.path.setText(str(path))

    def show_choices(
        self, interest: SourceChoice, pool: SourceChoice, classifier: ClassifierChoice, told: str
    ) -> None:
        """What was chosen on the other pages."""
        self._images, self._classifier = (interest, pool), classifier
        classes = interest.classes
        named = ", ".join(classes[:6]) + (", …" if len(classes) > 6 else "")
        self.lines["Images"].setText(
            f"{count(interest.images)} of {count(len(classes))} classes: {named}"
        )
        self.lines["Pool"].setText(f"{count(pool.images)} images")
        self.lines["Classifier"].setText(told)
        self.lines["Computed on"].setText(
            {"auto": "a GPU where there is one, else the CPU"}.get(
                self._device, self._device.upper()
            )
        )
        self._renew()

    def stop(self) -> None:
        """Want no answer any more."""
        self._measure.stop()
        self.job.stop()

    # Inside.

    def _on_change(self) -> None:
        self._renew()
        self.changed.emit()

    def _renew(self) -> None:
        if self._images is None or self._classifier is None:
            return
        interest, pool = self._images
        height, width = working_size(interest, pool, self._size_px)
        self.lines["Images become"].setText(f"{width} × {height} pixels")
        self._say_takes("measuring…")
        shape = (height, width, 3)
        settings: Settings = self._classifier.settings
        n_train = 0 if self._classifier.network else interest.images
        n_all = interest.images + pool.images

        def make() -> Work:
            return dialog_jobs.estimating(
                settings, n_train, n_all - n_train, shape, len(interest.classes)
            )

        self._measure.ask(make)

    def _show_estimate(self, found: Estimate) -> None:
        size_mb = max(1, round(found.project_bytes / 1e6))
        self._say_takes(
            f"about {duration(found.seconds)} to train on the {found.device.upper()}, as a few "
            "steps just now tell, and then the search; at most about "
            f"{count(size_mb)} MB on the disk"
        )

    def _say_takes(self, text: str) -> None:
        self.lines["Takes"].setText(text or "–")

    def _choose(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, "Save the project as", self.path.text(), "spurview projects (*.spurview)"
        )
        if path:
            self.path.setText(path)
