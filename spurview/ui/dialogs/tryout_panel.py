"""The test run of a network: 16 images with the classes they got, and a sentence on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from spurview.pipeline.network_trial import FEW_RIGHT, TRIED
from spurview.ui.dialogs.page import Note
from spurview.ui.dialogs.strips import Answer, AnswerGrid
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import label

if TYPE_CHECKING:
    from spurview.pipeline.trying import Tryout


class TryoutPanel(QWidget):
    """Answers, or why there are none; `open_file` is shown where a file waits for agreement."""

    def __init__(self) -> None:
        super().__init__()
        self.others = FlatButton("Other images", "redo-2")
        self.said = label("", wrap=True)
        self.grid = AnswerGrid()
        self.failure = Note()
        self.notes = Note()
        self.open_file = QPushButton("Look at the file…")
        self.open_file.setAutoDefault(False)
        head = QHBoxLayout()
        head.addWidget(label(f"Test run on {TRIED} images", "title"), 1)
        head.addWidget(self.others)
        ask = QHBoxLayout()
        ask.addWidget(self.open_file)
        ask.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.said)
        column.addWidget(self.failure)
        column.addLayout(ask)
        column.addWidget(self.grid)
        column.addWidget(self.notes)
        column.addStretch(1)
        self.clear()

    def clear(self, said: str = "Choose the network's file.") -> None:
        """Show no answer, and say what to do."""
        self._say(said)
        self.grid.show_answers(np.empty((0, 1, 1, 3), np.uint8), [])
        self.failure.say("")
        self.notes.say("")
        self.open_file.hide()
        self.others.setEnabled(False)

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def wait(self) -> None:
        """The answers shown are of before a change."""
        self._say("Trying the network…")
        self.grid.grow_old()
        self.failure.say("")
        self.notes.say("")
        self.open_file.hide()

    def fail(self, sentence: str, *, may_open: bool = False) -> None:
        """Say why there are no answers."""
        self.clear("")
        if may_open:
            self.failure.say(sentence, "triangle-alert")
        else:
            self.failure.fail(sentence)
        self.open_file.setVisible(may_open)

    def show_tryout(self, tried: Tryout) -> None:
        """Show what a network said."""
        trial = tried.trial
        sure: list[float | None] = [*trial.confidence] or [None] * len(trial.rows)
        answers = [
            Answer(name, number, confidence, None if own is None else own == name)
            for name, number, confidence, own in zip(
                trial.predicted, tried.class_numbers, sure, trial.own, strict=True
            )
        ]
        self.grid.show_answers(tried.pictures, answers)
        self.failure.say("")
        self.open_file.hide()
        self.others.setEnabled(True)
        self._say(_sentence(tried))
        notes = [note for note in tried.notes if note]
        self.notes.say(" ".join(notes), "triangle-alert" if trial.warnings else "info")


def _sentence(tried: Tryout) -> str:
    right, known = tried.trial.right
    of_pool = len(tried.trial.rows) - known
    told = f"{right} of {known} images of interest got their own class."
    if known and right < FEW_RIGHT * known:
        told += " Check the normalisation and the order of the classes."
    if of_pool:
        last = "The last one is" if of_pool == 1 else f"The last {_words(of_pool)} are"
        told += f" {last} from the pool; any class is right for them."
    return told


def _words(n: int) -> str:
    return {2: "two", 3: "three"}.get(n, str(n))
