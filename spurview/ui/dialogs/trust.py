"""Asks whether a file that can hold code may be opened: shows the file and its digest.

Which files were agreed to is kept by `ui.agreement`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from spurview.ui.widgets.labels import label

# Of a longer file nobody reads more here.
_SHOWN_BYTES = 256 << 10


class TrustDialog(QDialog):
    """Cancel is what Enter presses: agreeing takes a deliberate step."""

    def __init__(self, path: Path, digest: str, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open a file that can hold code?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(640)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(f"Open {path.name}?", "headline"))
        column.addWidget(
            label(
                f"It is {what}. Open it only where you trust who made it: what it does, it does "
                "with your rights on this computer.",
                wrap=True,
            )
        )
        column.addWidget(_selectable(str(path)))
        column.addWidget(label("SHA-256", "quiet"))
        self.digest = _selectable(digest)
        self.digest.setFont(_fixed_font())
        self.digest.setAccessibleName(f"SHA-256 {digest}")
        column.addWidget(self.digest)
        text, is_same = _text_of(path, digest)
        self.content = QPlainTextEdit(text)
        self.content.setReadOnly(True)
        self.content.setFont(_fixed_font())
        self.content.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.content.setAccessibleName(f"Content of {path.name}")
        self.content.setMinimumHeight(240)
        self.content.setVisible(bool(text))
        column.addWidget(self.content, 1)
        column.addWidget(
            label(
                "This holds for this very file until the window is closed; it is not stored in "
                "the project.",
                "quiet",
                wrap=True,
            )
        )
        self.agree = QPushButton("Open this file")
        self.agree.setAutoDefault(False)
        self.agree.setEnabled(is_same)
        self.agree.clicked.connect(self.accept)
        cancel = QPushButton("Cancel")
        cancel.setDefault(True)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.agree)
        buttons.addWidget(cancel)
        column.addLayout(buttons)
        cancel.setFocus()


def _selectable(text: str) -> QWidget:
    said = label(text, wrap=True)
    said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return said


def _fixed_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def _text_of(path: Path, digest: str) -> tuple[str, bool]:
    """What a Python file says, and whether it still is the one of the digest."""
    if path.suffix.lower() != ".py":
        return "", True
    try:
        data = path.read_bytes()
    except OSError:
        return "The file can no longer be read.", False
    if hashlib.sha256(data).hexdigest() != digest:
        return "The file has changed since it was looked at: choose it again.", False
    text = data[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
    return text + ("\n…" if len(data) > _SHOWN_BYTES else ""), True
