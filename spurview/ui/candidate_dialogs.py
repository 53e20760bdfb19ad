"""Small dialogs about one candidate: name, note, tags, what to merge it with, which class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from spurview.project.model import Verdict
from spurview.ui.widgets.check_box import CheckBox
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.labels import label

_WIDTH_PX = 420


class Asking(QDialog):
    """A title, what is asked below it, OK and Cancel; `word` names what OK does."""

    def __init__(self, title: str, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH_PX)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(12)
        self._column.addWidget(label(title, "title"))
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(word)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _ask(self, *parts: QWidget) -> None:
        """Put the parts between title and buttons; the first gets the keyboard."""
        for part in parts:
            self._column.addWidget(part)
        self._column.addWidget(self.buttons)


class NameDialog(Asking):
    """One line: what the person calls a candidate."""

    def __init__(self, shown: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Rename {shown}", "Rename", parent)
        self.editor = QLineEdit(name)
        self.editor.setAccessibleName(f"Name of {shown}")
        self.editor.setPlaceholderText("Empty: the name by class and rank")
        self.editor.setMaxLength(80)
        self.editor.selectAll()
        self._ask(self.editor)
        self.editor.setFocus()

    @property
    def text(self) -> str:
        return self.editor.text()


class NoteDialog(Asking):
    """A few lines of text; Ctrl+Enter keeps them, since Enter begins a line."""

    def __init__(self, shown: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Note on {shown}", "Keep the note", parent)
        self.editor = QPlainTextEdit(note)
        self.editor.setAccessibleName(f"Note on {shown}")
        self.editor.setMinimumSize(440, 160)
        self.editor.setTabChangesFocus(True)
        self.editor.moveCursor(QTextCursor.MoveOperation.End)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            keys = QKeySequence(Qt.Modifier.CTRL | key)
            QShortcut(keys, self).activated.connect(self.accept)
        self.ok.setToolTip("Ctrl+Enter")
        self._ask(self.editor)
        self.editor.setFocus()

    @property
    def text(self) -> str:
        return self.editor.toPlainText()


class TagsDialog(Asking):
    """A box for every tag in use, and a line for new ones, divided by commas."""

    def __init__(
        self, shown: str, tags: Sequence[str], known: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(f"Tags of {shown}", "Set the tags", parent)
        self.boxes = [CheckBox(tag) for tag in sorted({*tags, *known})]
        for box in self.boxes:
            box.setChecked(box.text() in tags)
        self.editor = QLineEdit()
        self.editor.setAccessibleName("New tags")
        self.editor.setPlaceholderText("New tags, divided by commas")
        self._ask(*self.boxes, self.editor)
        self.editor.setFocus()

    @property
    def tags(self) -> list[str]:
        chosen = [box.text() for box in self.boxes if box.isChecked()]
        return chosen + self.editor.text().split(",")


class ClassDialog(Asking):
    """Which class a candidate of these images stands for, where they got several."""

    def __init__(self, counts: Mapping[str, int], parent: QWidget | None = None) -> None:
        super().__init__("Which class?", "Make the candidate", parent)
        self._classes = list(counts)
        self.choice: QComboBox = ChoiceBox()
        self.choice.setAccessibleName("Class of the candidate")
        for name, n in counts.items():
            self.choice.addItem(f"{name}: {n} image{'' if n == 1 else 's'}")
        self._ask(
            label(
                "The selected images got several classes. A candidate has one: "
                "images of the others are left out.",
                wrap=True,
            ),
            self.choice,
        )
        self.choice.setFocus()

    @property
    def class_name(self) -> str:
        return self._classes[self.choice.currentIndex()]


class MergeDialog(Asking):
    """Which candidates of the same class a candidate is merged with."""

    def __init__(
        self, shown: str, others: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        """others: name by id of the other candidates of the class."""
        super().__init__(f"Merge {shown} with", "Merge", parent)
        self.boxes = {i: CheckBox(name) for i, name in others.items()}
        for box in self.boxes.values():
            box.toggled.connect(self._offer)
        self._ask(*self.boxes.values())
        self._offer()

    @property
    def ids(self) -> list[str]:
        return [i for i, box in self.boxes.items() if box.isChecked()]

    def _offer(self) -> None:
        self.ok.setEnabled(bool(self.ids))


class AsideDialog(QDialog):
    """Verdicts of an earlier run that no candidate matches now; they are kept."""

    _COLUMNS = ("Class", "Name", "Verdict", "Note", "Tags", "Images", "Time")

    def __init__(self, aside: Sequence[Verdict], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Verdicts that match nothing now")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(760, 320)
        self.table = QTableWidget(len(aside), len(self._COLUMNS))
        self.table.setAccessibleName("Verdicts that match nothing now")
        self.table.setHorizontalHeaderLabels(list(self._COLUMNS))
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        for row, verdict in enumerate(aside):
            for column, text in enumerate(_cells(verdict)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(row, column, item)
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addWidget(label(aside_words(len(aside)), "title"))
        box.addWidget(
            label(
                "They are kept with the project and come back with the candidate, should a later "
                "run find its images again.",
                wrap=True,
            )
        )
        box.addWidget(self.table, 1)
        box.addWidget(buttons)


def aside_words(n: int) -> str:
    """How many verdicts stand aside, in one sentence; nothing for none."""
    if not n:
        return ""
    return (
        "1 verdict of an earlier run matches nothing now"
        if n == 1
        else f"{n} verdicts of an earlier run match nothing now"
    )


def _cells(verdict: Verdict) -> tuple[str, ...]:
    return (
        verdict.class_name,
        verdict.name,
        verdict.verdict or "undecided",
        verdict.note,
        ", ".join(verdict.tags),
        str(len(verdict.members)),
        verdict.time.replace("T", " ").removesuffix("Z"),
    )
