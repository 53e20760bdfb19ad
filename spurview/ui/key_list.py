"""All keys in one dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from spurview.ui.command_table import MENUS, SPECS, VIEW_KEYS
from spurview.ui.widgets.labels import label


class KeyList(QDialog):
    """Every key, by menu, in two columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 16, 24, 24)
        row.setSpacing(48)
        groups = _groups()
        half = sum(len(rows) + 2 for _, rows in groups) / 2
        column, filled = _column(row), 0
        for title, rows in groups:
            if filled >= half:
                column, filled = _column(row), 0
            column.insertWidget(column.count() - 1, _group(title, rows))
            filled += len(rows) + 2


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    groups = []
    for menu in MENUS:
        rows = [
            (", ".join(_native(key) for key in spec.keys), spec.text.replace("&", "").rstrip("…"))
            for spec in SPECS
            if spec.menu == menu and spec.keys
        ]
        if rows:
            groups.append((menu, rows))
    for title in dict.fromkeys(group for group, _, _ in VIEW_KEYS):
        groups.append((title, [(keys, what) for group, keys, what in VIEW_KEYS if group == title]))
    return groups


def _column(row: QHBoxLayout) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(16)
    column.addStretch(1)
    row.addLayout(column)
    return column


def _group(title: str, rows: list[tuple[str, str]]) -> QWidget:
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.addWidget(label(title, "title"), 0, 0, 1, 2)
    for line, (keys, what) in enumerate(rows, start=1):
        grid.addWidget(label(keys, "value"), line, 0)
        grid.addWidget(label(what, "quiet"), line, 1)
    grid.setColumnMinimumWidth(0, 144)
    grid.setColumnStretch(1, 1)
    return part


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
