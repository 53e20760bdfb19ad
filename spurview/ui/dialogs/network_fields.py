"""The fields that name a network of the person's own, and the request they stand for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from spurview.core.architectures import TORCHVISION
from spurview.core.errors import InputError
from spurview.core.network_description import Preprocessing
from spurview.pipeline.network_request import NetworkRequest
from spurview.ui.dialogs.page import add_field, fields, set_field_shown
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.number_box import WholeBox

_FILES = "Networks (*.safetensors *.pt *.pth *.onnx *.py);;All files (*)"
_OF_FILE, _OF_TORCHVISION = "file", "torchvision"
# The entries that most of its architectures have; any other is refused with the names it has.
_ENTRIES = ("DEFAULT", "IMAGENET1K_V1", "IMAGENET1K_V2")
_USUAL, _PLAIN, _OWN, _FILE = "usual", "plain", "own", "file"


class NetworkFields(QWidget):
    """File, architecture or function, and what its images go through."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.weights = ChoiceBox()
        self.weights.addItem("A file", _OF_FILE)
        self.weights.addItem("torchvision's own, if on this machine", _OF_TORCHVISION)
        self.weights.setAccessibleName("Where the weights are")
        self.entry = ChoiceBox()
        for name in _ENTRIES:
            self.entry.addItem(name, name)
        self.entry.setAccessibleName("Which of torchvision's weights")
        self.file = _line("safetensors, .pt, .pth, .onnx or .py")
        self.choose = _button("Choose…")
        self.library = ChoiceBox()
        for name in ("torchvision", "timm"):
            self.library.addItem(name, name)
        self.architecture = _architectures()
        self.timm_name = _line("A model of timm")
        self.function = _line("Name of the function that returns the network")
        self.preprocessing = ChoiceBox()
        for key, text in (
            (_USUAL, "As its makers trained it"),
            (_PLAIN, "Values 0 to 1"),
            (_OWN, "Mean and deviation"),
            (_FILE, "From a TOML file"),
        ):
            self.preprocessing.addItem(text, key)
        self.mean, self.std = _narrow("0.485, 0.456, 0.406"), _narrow("0.229, 0.224, 0.225")
        self.side = WholeBox()
        self.side.setRange(0, 4096)
        self.side.setSpecialValueText("Working size")
        self.side.setAccessibleName("Size of the network's images")
        self.channels = ChoiceBox()
        for name in ("RGB", "BGR", "grey"):
            self.channels.addItem(name, name)
        self.toml = _line("A TOML file, as docs/networks.md has it")
        self.choose_toml = _button("Choose…")
        self.names = _line("Not needed where the network has exactly the classes of interest")
        self.choose_names = _button("Choose…")
        self._lay_out()
        self._connect()
        self._fit()

    def _lay_out(self) -> None:
        grid = fields()
        self.setLayout(grid)
        add_field(grid, "Weights", self.weights, self.entry)
        self._of_file = add_field(grid, "File", self.file, self.choose)
        self._of_weights = add_field(
            grid, "Architecture", self.library, self.architecture, self.timm_name
        )
        self._of_python = add_field(grid, "Function", self.function)
        add_field(grid, "Normalisation", self.preprocessing)
        self._own_values = add_field(
            grid, "", label("mean", "quiet"), self.mean, label("std", "quiet"), self.std
        )
        self._own_size = add_field(
            grid, "", label("size", "quiet"), self.side, label("channels", "quiet"), self.channels
        )
        self._own_file = add_field(grid, "", self.toml, self.choose_toml)
        add_field(
            grid, "Class names", self.names, self.choose_names, tip="The classes in its order"
        )
        self.mean.setAccessibleName("Mean")
        self.std.setAccessibleName("Standard deviation")
        self.channels.setAccessibleName("Channels")

    def _connect(self) -> None:
        lines = (
            self.file,
            self.timm_name,
            self.function,
            self.mean,
            self.std,
            self.toml,
            self.names,
        )
        for editor in lines:
            editor.textChanged.connect(self._on_change)
        for box in (
            self.weights,
            self.entry,
            self.library,
            self.architecture,
            self.preprocessing,
            self.channels,
        ):
            box.currentTextChanged.connect(self._on_change)
        self.side.valueChanged.connect(self._on_change)
        self.choose.clicked.connect(lambda: _choose(self, self.file, "The network's file", _FILES))
        self.choose_toml.clicked.connect(
            lambda: _choose(self, self.toml, "The preprocessing", "TOML (*.toml);;All files (*)")
        )
        self.choose_names.clicked.connect(
            lambda: _choose(self, self.names, "The class names", "All files (*)")
        )

    def _on_change(self) -> None:
        self._fit()
        self.changed.emit()

    @property
    def is_named(self) -> bool:
        """Whether the weights are torchvision's own, by their name."""
        return self.weights.currentData() == _OF_TORCHVISION

    @property
    def told(self) -> str:
        """The network in a few words."""
        if self.is_named:
            return f"{self.architecture.currentText()}, {self.entry.currentText()}"
        return Path(self.file.text().strip()).name

    @property
    def suffix(self) -> str:
        return "" if self.is_named else Path(self.file.text().strip()).suffix.lower()

    def _fit(self) -> None:
        """Show the fields that this kind of file needs."""
        set_field_shown(self._of_python, self.suffix == ".py")
        set_field_shown(self._of_weights, self.suffix not in (".py", ".onnx"))
        self.entry.setVisible(self.is_named)
        set_field_shown(self._of_file, not self.is_named)
        is_timm = self.library.currentData() == "timm" and not self.is_named
        self.library.setVisible(not self.is_named and self.suffix not in (".py", ".onnx"))
        self.architecture.setVisible(not is_timm)
        self.timm_name.setVisible(is_timm)
        chosen = self.preprocessing.currentData()
        set_field_shown(self._own_values, chosen == _OWN)
        set_field_shown(self._own_size, chosen == _OWN)
        set_field_shown(self._own_file, chosen == _FILE)

    def request(self, trusted: frozenset[str]) -> NetworkRequest | None:
        """The network as it is written now; None while too little is.

        Raises InputError where what is written cannot be meant.
        """
        classifier = self._classifier()
        if not classifier:
            return None
        names = self.names.text().strip()
        return NetworkRequest(
            classifier,
            self._steps(),
            Path(names).expanduser() if names else None,
            trusted,
        )

    def _classifier(self) -> str:
        """As `--classifier` has it; empty while too little is written."""
        file = self.file.text().strip()
        if self.is_named:
            return f"torchvision:{self.architecture.currentText()}:{self.entry.currentText()}"
        if not file:
            return ""
        file = str(Path(file).expanduser())
        if self.suffix == ".onnx":
            return f"onnx:{file}"
        if self.suffix == ".py":
            name = self.function.text().strip()
            return f"python:{file}:{name}" if name else ""
        library = self.library.currentData()
        is_timm = library == "timm"
        name = self.timm_name.text().strip() if is_timm else self.architecture.currentText()
        return f"{library}:{name}:{file}" if name else ""

    def _steps(self) -> str | Preprocessing:
        chosen = self.preprocessing.currentData()
        if chosen == _OWN:
            return Preprocessing(
                height=self.side.value(),
                width=self.side.value(),
                mean=_numbers(self.mean.text(), "mean", 0.0),
                std=_numbers(self.std.text(), "std", 1.0),
                channels=self.channels.currentData(),
            )
        return {_PLAIN: "plain", _FILE: self.toml.text().strip()}.get(chosen, "")


def _numbers(text: str, name: str, default: float) -> tuple[float, ...]:
    parts = [part for part in text.replace(";", ",").split(",") if part.strip()]
    if not parts:
        return (default,)
    try:
        values = tuple(float(part) for part in parts)
    except ValueError as error:
        raise InputError(
            f"The {name} is one number, or one for each channel with commas between: {text}."
        ) from error
    if len(values) > 3:
        raise InputError(f"The {name} has {len(values)} numbers where 1 or 3 are expected.")
    return values


def _line(hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setPlaceholderText(hint)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    return made


def _narrow(hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setPlaceholderText(hint)
    made.setFixedWidth(160)
    return made


def _button(text: str) -> QPushButton:
    made = QPushButton(text)
    made.setAutoDefault(False)
    return made


def _architectures() -> QComboBox:
    made = ChoiceBox()
    for name in TORCHVISION:
        made.addItem(name, name)
    made.setCurrentText("resnet18")
    return made


def _choose(parent: QWidget, line: QLineEdit, title: str, kinds: str) -> None:
    path, _ = QFileDialog.getOpenFileName(parent, title, line.text(), kinds)
    if path:
        line.setText(path)
