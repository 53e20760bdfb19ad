"""Plants a test pattern: what, where, how often, with a preview; makes an experiment beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from spurview.core.errors import InputError
from spurview.jobs import Failure, JobRunner, Work
from spurview.pipeline.experiment import (
    EVERYWHERE,
    Look,
    Plan,
    classes_to_plant_in,
    why_trained_here,
)
from spurview.pipeline.wording import count
from spurview.ui.dialogs import tool_jobs
from spurview.ui.dialogs.dialog_jobs import checked_name
from spurview.ui.dialogs.latest import Latest
from spurview.ui.dialogs.page import Note, add_field, fields, set_field_shown
from spurview.ui.dialogs.strips import ExampleStrip
from spurview.ui.dialogs.tool_dialog import ToolDialog
from spurview.ui.document import Document
from spurview.ui.file_choice import free_name
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.number_box import WholeBox

_WHAT = (
    ("noise", "Noise"),
    ("solid", "Solid patch"),
    ("watermark", "Watermark"),
    ("strokes", "Strokes"),
    ("picture", "Own picture"),
    ("tint", "Tint"),
    ("noise everywhere", "Noise everywhere"),
)
_WHERE = (("fixed", "Fixed"), ("jittered", "Jittered"), ("anywhere", "Anywhere"))
_PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.gif *.bmp *.tif *.tiff);;All files (*)"
_PREVIEW_PX = 84


class PlantDialog(ToolDialog):
    """Nothing of the project itself is changed."""

    # The experiment was made; carries its Path.
    made = Signal(object)

    def __init__(
        self, document: Document, runner: JobRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__("Plant a test pattern", "Make the experiment", runner, parent)
        self.resize(880, 600)
        self._reader, self._info = document.stage_reader, document.info
        self._folder = document.path.parent
        height, width = self._reader.shape("/images/pixels")[1:3]
        side = min(height, width)
        self.class_name = ChoiceBox()
        for name in classes_to_plant_in(self._reader, self._info):
            self.class_name.addItem(name, name)
        self.what, self.where = _choice(_WHAT), _choice(_WHERE)
        self.picture = QLineEdit()
        self.picture.setPlaceholderText("A picture file")
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choose = QPushButton("Choose…")
        self.choose.setAutoDefault(False)
        self.side = _number(2, max(2, side - 2), max(4, round(side * 6 / 28)), " px")
        self.jitter = _number(1, max(1, side // 2), max(1, side // 14), " px")
        self.strength = _number(5, 100, 100, " %")
        self.of_class = _number(1, 100, 80, " %")
        self.of_pool = _number(1, 100, 5, " %")
        self.seed = _number(0, 9999, 0, "")
        name = f"{document.path.stem}-planted.spurview"
        self.path = QLineEdit(str(free_name(self._folder / name)))
        self.path.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.trained_here = Note()
        self.trained_here.say(why_trained_here(self._info))
        self.said = label("", "quiet", wrap=True)
        self._lay_out()
        self._look = Latest(runner, "preview", self)
        self._look.arrived.connect(self._show)
        self._look.failed.connect(self._fail_preview)
        self._connect()
        self._renew()
        self.class_name.setFocus()

    def _lay_out(self) -> None:
        grid = fields()
        add_field(grid, "Class", self.class_name, tip="The class whose training images get it")
        add_field(grid, "Pattern", self.what)
        self._picture_row = add_field(grid, "Picture", self.picture, self.choose)
        self._side_row = add_field(grid, "Size", self.side)
        self._where_row = add_field(grid, "Place", self.where)
        self._jitter_row = add_field(grid, "Moves by up to", self.jitter)
        add_field(grid, "Strength", self.strength, tip="100 % replaces the pixels")
        add_field(grid, "Share of the class", self.of_class, tip="Of its training images")
        add_field(grid, "Share of the pool", self.of_pool)
        add_field(grid, "Seed", self.seed, tip="Another number draws other images and places")
        left = QVBoxLayout()
        left.addLayout(grid)
        left.addStretch(1)
        self._preview = QVBoxLayout()
        self._preview.setSpacing(8)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(label("Preview", "title"))
        right.addLayout(self._preview)
        right.addWidget(self.said)
        right.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(32)
        row.addLayout(left, 1)
        row.addLayout(right, 1)
        self.body.addLayout(row, 1)
        save = fields()
        add_field(save, "Save as", self.path)
        self.body.addLayout(save)
        self.body.addWidget(self.trained_here)
        self._parts: list[QWidget] = []

    def _connect(self) -> None:
        for box in (self.class_name, self.what, self.where):
            box.currentIndexChanged.connect(self._renew)
        for number in (
            self.side,
            self.jitter,
            self.strength,
            self.of_class,
            self.of_pool,
            self.seed,
        ):
            number.valueChanged.connect(self._renew)
        self.picture.textChanged.connect(self._renew)
        self.choose.clicked.connect(self._choose)

    @property
    def plan(self) -> Plan:
        """What is to be planted, as it is chosen now."""
        picture = self.picture.text().strip()
        return Plan(
            class_name=self.class_name.currentData(),
            what=self.what.currentData(),
            where=self.where.currentData(),
            side_px=self.side.value(),
            jitter_px=self.jitter.value(),
            strength=self.strength.value() / 100,
            share_of_class=self.of_class.value() / 100,
            share_of_pool=self.of_pool.value() / 100,
            picture=Path(picture).expanduser() if picture else None,
            seed=self.seed.value(),
        )

    def start(self) -> None:
        """Make the experiment and let it be opened."""
        try:
            path = checked_name(self.path.text())
            if path.absolute().parent.resolve() != self._folder.resolve():
                raise InputError(
                    f"An experiment stands beside its project, in {self._folder}: choose a name "
                    "there."
                )
        except InputError as error:
            self.failure.fail(str(error))
            return
        work = tool_jobs.planting(self._reader, self._info, self.plan, path)
        job = self.run_job("experiment", work, "Planting the pattern")
        job.finished.connect(self._on_made)

    def _on_made(self, path: Path) -> None:
        self.made.emit(path)
        self.accept()

    def _renew(self) -> None:
        what, where = self.what.currentData(), self.where.currentData()
        has_place = what not in EVERYWHERE
        set_field_shown(self._picture_row, what == "picture")
        set_field_shown(self._side_row, has_place)
        set_field_shown(self._where_row, has_place)
        set_field_shown(self._jitter_row, has_place and where == "jittered")
        plan = self.plan

        def make() -> Work:
            return tool_jobs.looking(self._reader, self._info, plan)

        self._look.ask(make)

    def _show(self, found: Look) -> None:
        half = len(found.before) // 2
        parts: list[QWidget] = []
        for title, rows in (
            (f"Class {self.class_name.currentData()}", slice(0, half)),
            ("Pool", slice(half, None)),
        ):
            parts.append(label(title, "quiet"))
            for images, name in ((found.before, "before"), (found.after, "with the pattern")):
                strip = ExampleStrip(
                    np.ascontiguousarray(images[rows]), f"{title} {name}", side_px=_PREVIEW_PX
                )
                strip.setFixedHeight(_PREVIEW_PX)
                parts.append(strip)
        self._fill(parts)
        self.act.setEnabled(not self.job.is_busy)
        self.said.setText(
            f"{count(found.n_class)} training images and {count(found.n_pool)} of the pool get it."
        )

    def _fail_preview(self, failure: Failure) -> None:
        self._fill([])
        self.act.setEnabled(False)
        self.said.setText(failure.sentence)

    def _fill(self, parts: list[QWidget]) -> None:
        for old in self._parts:
            self._preview.removeWidget(old)
            old.hide()
            old.deleteLater()
        for part in parts:
            self._preview.addWidget(part)
        self._parts = parts

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "The picture to plant", self.picture.text(), _PICTURES
        )
        if path:
            self.picture.setText(path)

    def done(self, result: int) -> None:
        """Leave; no preview is wanted any more."""
        self._look.stop()
        super().done(result)


def _choice(options: tuple[tuple[str, str], ...]) -> ChoiceBox:
    made = ChoiceBox()
    for key, text in options:
        made.addItem(text, key)
    return made


def _number(low: int, high: int, value: int, unit: str) -> WholeBox:
    made = WholeBox()
    made.setRange(low, high)
    made.setValue(value)
    made.setSuffix(unit)
    return made
