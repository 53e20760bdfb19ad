"""The page of the classifier: trained here, one of the person's own, or a file of predictions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from spurview.core.errors import InputError
from spurview.core.settings import Settings
from spurview.jobs import Failure, JobRunner
from spurview.pipeline.network_request import NetworkRequest
from spurview.ui.agreement import Agreement, not_agreed
from spurview.ui.dialogs import dialog_jobs
from spurview.ui.dialogs.choices import ClassifierChoice, SourceChoice
from spurview.ui.dialogs.latest import Latest
from spurview.ui.dialogs.network_fields import NetworkFields
from spurview.ui.dialogs.page import Page, add_field, fields, rule, scrolled
from spurview.ui.dialogs.radio import Radio
from spurview.ui.dialogs.training_fields import TrainingFields
from spurview.ui.dialogs.tryout_panel import TryoutPanel
from spurview.ui.widgets.labels import label

if TYPE_CHECKING:
    from spurview.pipeline.trying import Tryout

_TRAINED = (
    "The network is trained on the images of interest when the project is first run; nine "
    "tenths of them are for training, the others show how well it does."
)
_PREDICTIONS = "CSV or npz (*.csv *.npz);;All files (*)"


class ClassifierPage(Page):
    """Three ways; those with a file are tried on 16 images before going on."""

    title = "Classifier"

    def __init__(self, runner: JobRunner, agreement: Agreement) -> None:
        super().__init__("Which classifier?")
        self._agreement = agreement
        self._interest: SourceChoice | None = None
        self._pool: SourceChoice | None = None
        self._settings = Settings()
        self._turn = 0
        self._asked_for: set[str] = set()
        self._is_tried = False
        self.train = Radio("Train one here")
        self.own = Radio("Open my own network", "safetensors, state dict, ONNX or a Python file")
        self.foretold = Radio("Use a file of predictions", "without removal and insertion tests")
        self.train.setChecked(True)
        self.training = TrainingFields()
        self.network = NetworkFields()
        self.predictions = QLineEdit()
        self.predictions.setPlaceholderText("CSV or npz: key, and class or probabilities")
        self.predictions.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choose = QPushButton("Choose…")
        self.choose.setAutoDefault(False)
        self.tryout = TryoutPanel()
        self._lay_out()
        self._try = Latest(runner, "test run", self)
        self._connect()
        self._fit()

    def _lay_out(self) -> None:
        ways = QVBoxLayout()
        ways.setSpacing(4)
        for radio in (self.train, self.own, self.foretold):
            ways.addWidget(radio)
        self.column.addLayout(ways)
        self._of_predictions = QWidget()
        grid = fields()
        self._of_predictions.setLayout(grid)
        add_field(grid, "File", self.predictions, self.choose)
        self._trained = label(_TRAINED, "quiet", wrap=True)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for part in (self.training, self.network, self._of_predictions):
            holder = QVBoxLayout()
            holder.setContentsMargins(24, 0, 0, 0)
            holder.addWidget(part)
            column.addLayout(holder)
        self._line = rule()
        column.addWidget(self._line)
        column.addWidget(self._trained)
        column.addWidget(self.tryout)
        column.addStretch(1)
        self.column.addWidget(scrolled(inside, "Classifier"), 1)

    def _connect(self) -> None:
        for radio in (self.train, self.own, self.foretold):
            radio.toggled.connect(lambda on: self._on_change() if on else None)
        self.training.changed.connect(self._on_change)
        self.network.changed.connect(self._on_change)
        self.predictions.textChanged.connect(self._on_change)
        self.choose.clicked.connect(self._choose)
        self.tryout.others.clicked.connect(self._try_others)
        self.tryout.open_file.clicked.connect(self._ask_again)
        self._try.arrived.connect(self._show)
        self._try.failed.connect(self._fail)

    # What the dialog asks.

    @property
    def told(self) -> str:
        if self.train.isChecked():
            return self.training.told
        if self.own.isChecked():
            return self.network.told
        return Path(self.predictions.text().strip()).name

    @property
    def is_done(self) -> bool:
        return self.train.isChecked() or self._is_tried

    @property
    def choice(self) -> ClassifierChoice:
        """Raises InputError where what is written cannot be meant."""
        if self.train.isChecked():
            trained = self.training.changed_in(self._settings.classifier)
            settings = msgspec.structs.replace(self._settings, classifier=trained)
            return ClassifierChoice(None, settings, self.training.weights.text().strip())
        return ClassifierChoice(self._request(), self._settings)

    def set_images(self, interest: SourceChoice, pool: SourceChoice, settings: Settings) -> None:
        """What the network is tried on; asks it anew where that changed."""
        if (interest, pool, settings) == (self._interest, self._pool, self._settings):
            return
        self._interest, self._pool, self._settings = interest, pool, settings
        self._on_change()

    def stop(self) -> None:
        """Want no answer any more."""
        self._try.stop()

    # Inside.

    def _request(self) -> NetworkRequest | None:
        trusted = self._agreement.digests
        if self.own.isChecked():
            return self.network.request(trusted)
        file = self.predictions.text().strip()
        if not file:
            return None
        return NetworkRequest(f"predictions:{Path(file).expanduser()}", trusted=trusted)

    def _on_change(self) -> None:
        self._is_tried = False
        self._fit()
        self._ask()
        self.changed.emit()

    def _fit(self) -> None:
        is_trained = self.train.isChecked()
        self.train.more = self.training.told
        self.training.setVisible(is_trained)
        self.network.setVisible(self.own.isChecked())
        self._of_predictions.setVisible(self.foretold.isChecked())
        self._trained.setVisible(is_trained)
        self.tryout.setVisible(not is_trained)

    def _ask(self) -> None:
        """Try the network as it is described now."""
        self._try.stop()
        if self.train.isChecked() or self._interest is None or self._pool is None:
            return
        try:
            request = self._request()
        except InputError as error:
            self.tryout.fail(str(error))
            return
        if request is None:
            self.tryout.clear(
                "Choose the network's file."
                if self.own.isChecked()
                else "Choose the file of predictions."
            )
            return
        interest, pool, images = self._interest.specs, self._pool.specs, self._settings.images
        turn = self._turn
        self.tryout.wait()
        self._try.ask(lambda: dialog_jobs.trying(request, interest, pool, images, turn))

    def _try_others(self) -> None:
        self._turn += 1
        self._ask()

    def _show(self, tried: Tryout) -> None:
        self._is_tried = True
        self.tryout.show_tryout(tried)
        self.changed.emit()

    def _fail(self, failure: Failure) -> None:
        asked = not_agreed(failure)
        if asked is None:
            self.tryout.fail(failure.sentence)
        else:
            self._waiting = asked
            self.tryout.fail(
                f"{asked.path.name} is {asked.what}: it is opened once you have agreed to it.",
                may_open=True,
            )
            if asked.digest not in self._asked_for:
                # Once by itself; whoever turned away is not asked again and again.
                self._asked_for.add(asked.digest)
                self._ask_again()
        self.changed.emit()

    def _ask_again(self) -> None:
        self._agreement.ask(self, self._waiting, self._on_change)

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "The file of predictions", self.predictions.text(), _PREDICTIONS
        )
        if path:
            self.predictions.setText(path)
