"""The few settings of a network that is trained here; all others stand in the stage's pop-over."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QSizePolicy, QWidget

from spurview.core.architectures import SMALL_CNN, TORCHVISION
from spurview.core.settings import ClassifierSettings
from spurview.ui.dialogs.page import add_field, fields
from spurview.ui.stages.setting_words import words_of
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.number_box import WholeBox

_AUGMENTATIONS = ("none", "flip", "shift", "flip-shift")
_WEIGHTS = "safetensors (*.safetensors);;All files (*)"


class TrainingFields(QWidget):
    """Architecture, epochs, augmentation, and weights to begin with."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        usual = ClassifierSettings()
        self.architecture = ChoiceBox()
        for name in (SMALL_CNN, *TORCHVISION):
            self.architecture.addItem("small CNN" if name == SMALL_CNN else name, name)
        self.epochs = WholeBox()
        self.epochs.setRange(1, 10_000)
        self.epochs.setValue(usual.epochs)
        self.augmentation = ChoiceBox()
        for name in _AUGMENTATIONS:
            self.augmentation.addItem(name.replace("-", " and "), name)
        self.weights = QLineEdit()
        self.weights.setPlaceholderText("None: from nothing")
        self.weights.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choose = QPushButton("Choose…")
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self._choose)
        grid = fields()
        self.setLayout(grid)
        for key, name, editors in (
            ("architecture", "Architecture", (self.architecture,)),
            ("epochs", "Epochs", (self.epochs,)),
            ("augmentation", "Augmentation", (self.augmentation,)),
            ("weights", "Start from", (self.weights, self.choose)),
        ):
            add_field(grid, name, *editors, tip=words_of(f"classifier.{key}").tip)
        self.architecture.currentIndexChanged.connect(self.changed)
        self.epochs.valueChanged.connect(self.changed)
        self.augmentation.currentIndexChanged.connect(self.changed)
        self.weights.textChanged.connect(self.changed)

    @property
    def told(self) -> str:
        """What would be trained, in few words."""
        n = self.epochs.value()
        return f"{self.architecture.currentText()}, {n} epoch{'' if n == 1 else 's'}"

    def changed_in(self, settings: ClassifierSettings) -> ClassifierSettings:
        """The settings with what is chosen here."""
        return msgspec.structs.replace(
            settings,
            architecture=self.architecture.currentData(),
            epochs=self.epochs.value(),
            augmentation=self.augmentation.currentData(),
        )

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Weights to start from", self.weights.text(), _WEIGHTS
        )
        if path:
            self.weights.setText(path)
