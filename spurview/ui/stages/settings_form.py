"""The settings of one stage as a form: every change is a command at once, and can be undone."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from spurview.core.architectures import SMALL_CNN
from spurview.core.errors import SpurviewError
from spurview.core.settings import Settings
from spurview.ui import commands
from spurview.ui.document import Document
from spurview.ui.stages.facts import TITLES
from spurview.ui.stages.setting_fields import (
    DECIMALS,
    FIXED_STAGES,
    SettingField,
    Value,
    fields_of,
    value_of,
    with_value,
)
from spurview.ui.stages.setting_words import Words, words_of
from spurview.ui.widgets.check_box import CheckBox
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.number_box import NumberBox, WholeBox

_MOST = 2**31 - 1
_EDITOR_PX = 160
_FIXED = "These were fixed when the images were read: make a new project to change them."
_turns = itertools.count(1)

Editor = WholeBox | NumberBox | ChoiceBox | CheckBox | QLineEdit


class SettingsForm(QWidget):
    """One row per setting: name, editor, and a way back to the default."""

    # A value could not be used; carries the sentence, empty once another is in use.
    refused = Signal(str)

    def __init__(self, document: Document, stage: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self.stage = document, stage
        # Steps of one dial merge while this form is open.
        self._turn = next(_turns)
        self.fields = fields_of(stage)
        self.editors: dict[str, Editor] = {}
        self.resets: dict[str, FlatButton] = {}
        self.is_fixed = document.read_only or stage in FIXED_STAGES
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        for row, field in enumerate(self.fields):
            self._add_row(grid, row, field)
        grid.addLayout(self._foot(), len(self.fields), 0, 1, 3)
        document.stages_changed.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show the document's settings, after a change from wherever it came."""
        settings = self._document.info.settings
        for field in self.fields:
            value = value_of(settings, field.key)
            _show(self.editors[field.key], value)
            self.resets[field.key].setEnabled(not self.is_fixed and value != field.default)
        changed = any(value_of(settings, f.key) != f.default for f in self.fields)
        self.reset_all.setEnabled(not self.is_fixed and changed)

    def _add_row(self, grid: QGridLayout, row: int, field: SettingField) -> None:
        words = words_of(field.key)
        name = label(words.name, "quiet")
        name.setToolTip(words.tip)
        editor = _editor(field, words, lambda value: self._change(field, value))
        editor.setAccessibleName(words.name)
        editor.setAccessibleDescription(words.tip)
        editor.setToolTip(_tip(field, words))
        editor.setEnabled(not self.is_fixed)
        name.setBuddy(editor)
        default = _default(field, words)
        reset = FlatButton(icon_name="undo-2", name=f"{words.name}: back to {default}")
        reset.setToolTip(f"Back to the default, {default}")
        reset.clicked.connect(lambda: self._change(field, field.default))
        self.editors[field.key], self.resets[field.key] = editor, reset
        grid.addWidget(name, row, 0)
        grid.addWidget(editor, row, 1)
        grid.addWidget(reset, row, 2)

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.reset_all = QPushButton("All to default")
        self.reset_all.setToolTip(f"Every setting of {TITLES[self.stage]} back to its default")
        self.reset_all.clicked.connect(self._reset_all)
        said = _FIXED if self.stage in FIXED_STAGES else ""
        if said:
            self.reset_all.hide()
            row.addWidget(label(said, "quiet", wrap=True), 1)
        else:
            row.addWidget(self.reset_all)
            row.addStretch(1)
        return row

    def _change(self, field: SettingField, value: Value) -> None:
        name = words_of(field.key).name.lower()
        try:
            settings = with_value(self._document.info.settings, field.key, value)
        except SpurviewError as error:
            self.refused.emit(str(error))
            self.refresh()
            return
        self._apply(settings, f"change {name} of {self.stage}", f"{self._turn} {field.key}")

    def _reset_all(self) -> None:
        settings = self._document.info.settings
        for field in self.fields:
            settings = with_value(settings, field.key, field.default)
        self._apply(settings, f"reset the settings of {self.stage}", "")

    def _apply(self, settings: Settings, text: str, merge_key: str) -> None:
        self.refused.emit("")
        commands.set_settings(self._document, settings, text, merge_key=merge_key)


def _editor(field: SettingField, words: Words, changed: Callable[[Value], None]) -> Editor:
    made: Editor
    if field.kind == "whole":
        made = WholeBox()
        made.setRange(int(field.low or 0), int(_MOST if field.high is None else field.high))
        made.setSuffix(f" {words.unit}" if words.unit else "")
        made.setSpecialValueText(words.zero if field.low == 0 else "")
        made.valueChanged.connect(changed)
    elif field.kind == "number":
        made = NumberBox(DECIMALS)
        made.setRange(field.low or 0.0, _MOST if field.high is None else field.high)
        made.valueChanged.connect(changed)
    elif field.kind == "choice":
        made = ChoiceBox()
        for choice in field.choices:
            made.addItem(_spelled(field, choice), choice)
        box = made
        made.currentIndexChanged.connect(lambda _: changed(box.currentData()))
    elif field.kind == "yes_no":
        made = CheckBox()
        made.toggled.connect(changed)
    else:
        line = made = QLineEdit()
        made.editingFinished.connect(lambda: changed(line.text()))
    made.setMinimumWidth(_EDITOR_PX)
    return made


def _spelled(field: SettingField, choice: str) -> str:
    """Plain words; names of networks stay as their library spells them."""
    if field.key == "classifier.architecture":
        return "small CNN" if choice == SMALL_CNN else choice
    return choice.replace("-", " ").replace("_", " ").capitalize()


def _show(editor: Editor, value: Value) -> None:
    with QSignalBlocker(editor):
        if isinstance(editor, (WholeBox, NumberBox)):
            editor.setValue(value)  # type: ignore[arg-type]
        elif isinstance(editor, ChoiceBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, CheckBox):
            editor.setChecked(bool(value))
        else:
            editor.setText(str(value))


def _tip(field: SettingField, words: Words) -> str:
    """What the setting does, its range, its default."""
    lines = [words.tip] if words.tip else []
    default = _default(field, words)
    if field.low is not None and field.high is not None:
        lines.append(f"From {field.low:g} to {field.high:.10g}; default {default}.")
    else:
        lines.append(f"Default {default}.")
    return "\n".join(lines)


def _default(field: SettingField, words: Words) -> str:
    """The default in words."""
    if field.kind == "yes_no":
        return "on" if field.default else "off"
    if field.low == 0 and field.default == 0 and words.zero:
        return words.zero.lower()
    return str(field.default) or "empty"
