"""What the window asks and tells: one sentence, and buttons that say what they do.

Nothing here waits in a loop of its own; the answer comes by a call, so that jobs go on.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from spurview import log
from spurview.jobs import Failure
from spurview.ui import icons, theme
from spurview.ui.widgets.labels import label

Answer = Callable[[], None]


class FailureDialog(QDialog):
    """One sentence; the rest behind Details…, and everything to the clipboard by Copy."""

    def __init__(self, title: str, failure: Failure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._failure = failure
        self.details = QPlainTextEdit(failure.details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details")
        self.details.setMinimumSize(560, 240)
        self.details.hide()
        self.details_button = QPushButton("Details…")
        self.details_button.setCheckable(True)
        self.details_button.toggled.connect(self._toggle_details)
        self.copy_button = QPushButton("Copy")
        self.copy_button.clicked.connect(self._copy)
        for button in (self.details_button, self.copy_button):
            button.setAutoDefault(False)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addLayout(self._sentence())
        column.addWidget(self.details)
        self._buttons = buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.details_button)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column.addLayout(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        close.setFocus()

    def offer(self, text: str, answer: Answer) -> QPushButton:
        """A way out beside Close: the dialog goes, then `answer` is called."""
        button = QPushButton(text)
        button.clicked.connect(self.accept)
        button.clicked.connect(answer)
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        button.setDefault(True)
        return button

    def _sentence(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        mark = QLabel()
        mark.setPixmap(
            icons.pixmap("octagon-x", theme.current().alarm, 20, self.devicePixelRatioF())
        )
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        said = label(self._failure.sentence)
        said.setWordWrap(True)
        said.setMinimumSize(QSize(420, 0))
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(said, 1)
        return row

    def _toggle_details(self, shown: bool) -> None:
        self.details.setVisible(shown)
        self.details_button.setText("Hide details" if shown else "Details…")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._failure.sentence}\n\n{self._failure.details}")


def show_failure(parent: QWidget, title: str, failure: Failure) -> FailureDialog:
    """Open the dialog and write the details into the log; the caller need not keep it."""
    log.record_error(f"{title}: {failure.sentence}\n{failure.details}")
    dialog = FailureDialog(title, failure, parent)
    dialog.open()
    return dialog


def ask_unsaved(parent: QWidget, name: str, *, save: Answer, discard: Answer) -> QMessageBox:
    """Save, throw away, or stay."""
    return _ask(
        parent,
        f"Save the changes to {name}?",
        "Unsaved verdicts, settings and results are lost otherwise.",
        accept=("Save", save),
        discard=("Don't save", discard),
        stay="Cancel",
    )


def ask_stop_run(parent: QWidget, *, stop: Answer) -> QMessageBox:
    """Stop the run, or stay."""
    return _ask(
        parent,
        "A run is under way. Stop it?",
        "Finished stages are kept; the present one goes on from here at the next run.",
        accept=("Stop the run", stop),
        stay="Keep running",
        is_staying_default=True,
    )


def ask_missing(
    parent: QWidget, name: str, folder: str, *, locate: Answer, remove: Answer
) -> QMessageBox:
    """A recent project that is no longer where it was: find it, take it off the list, or stay."""
    return _ask(
        parent,
        f"{name} is no longer in {folder}.",
        "It was moved, renamed or deleted, or its disk is not there: locate it, or take it off "
        "the list.",
        accept=("Locate…", locate),
        discard=("Take off the list", remove),
        stay="Cancel",
    )


def ask_replace(parent: QWidget, there: int, folder: str, *, replace: Answer) -> QMessageBox:
    """Replace files that are there already, or stay."""
    files = "One of these files is" if there == 1 else f"{there} of these files are"
    return _ask(
        parent,
        f"{files} in {folder} already. Replace?",
        "What stands in them now is lost; other files in the folder stay as they are.",
        accept=("Replace", replace),
        stay="Cancel",
        is_staying_default=True,
    )


def ask_restore(
    parent: QWidget, found: str, content: str, *, restore: Answer, discard: Answer
) -> QMessageBox:
    """Take over unsaved work of before a crash, throw it away, or decide later."""
    return _ask(
        parent,
        found,
        content,
        accept=("Restore", restore),
        discard=("Discard", discard),
        stay="Later",
    )


def tell(parent: QWidget, sentence: str, more: str = "") -> QMessageBox:
    """Something to know, with nothing to decide."""
    return _ask(parent, sentence, more, accept=("Close", lambda: None))


def _ask(
    parent: QWidget,
    question: str,
    consequence: str,
    *,
    accept: tuple[str, Answer],
    discard: tuple[str, Answer] | None = None,
    stay: str = "",
    is_staying_default: bool = False,
) -> QMessageBox:
    """Open a box with a button for each answer; `stay` changes nothing."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(question)
    box.setInformativeText(consequence)
    box.setWindowTitle("spurview")
    answers = {box.addButton(accept[0], QMessageBox.ButtonRole.AcceptRole): accept[1]}
    if discard:
        button = box.addButton(discard[0], QMessageBox.ButtonRole.DestructiveRole)
        answers[button] = discard[1]
    if stay:
        answers[box.addButton(stay, QMessageBox.ButtonRole.RejectRole)] = lambda: None
    default = [*answers][-1 if is_staying_default else 0]
    box.setDefaultButton(default)
    box.finished.connect(lambda _: _answer(box, answers))
    box.open()
    return box


def _answer(box: QMessageBox, answers: dict[QPushButton, Answer]) -> None:
    clicked = box.clickedButton()
    for button, call in answers.items():
        if button is clicked:
            call()
