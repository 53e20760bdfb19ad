"""All keys in one dialog, and the finder that runs any command by name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from spurview.ui import theme
from spurview.ui.actions import MENUS, SPECS, VIEW_KEYS, Actions
from spurview.ui.widgets.labels import label

_ACTION_ROLE = Qt.ItemDataRole.UserRole + 1
_KEYS_ROLE = Qt.ItemDataRole.UserRole + 2
_ROW_PX = 28

Index = QModelIndex | QPersistentModelIndex


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


class CommandFinder(QDialog):
    """Type a part of a name, Enter runs it."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(480, 360)
        self._actions = actions
        self.box = QLineEdit()
        self.box.setPlaceholderText("Name of a command")
        self.box.setAccessibleName("Name of a command")
        self.box.textChanged.connect(self._fill)
        self.box.returnPressed.connect(self._run_current)
        self.box.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        self.list.setItemDelegate(_CommandDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.itemActivated.connect(lambda _: self._run_current())
        self.list.itemClicked.connect(lambda _: self._run_current())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.box)
        column.addWidget(self.list, 1)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                place = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(place, self.list.count() - 1)))
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        self.list.clear()
        for spec in SPECS:
            if not spec.id or not self._actions[spec.id].isEnabled():
                continue
            name = spec.text.replace("&", "")
            searched = f"{spec.menu} {name} {spec.tip}".casefold()
            if all(word in searched for word in words):
                keys = _native(spec.keys[0]) if spec.keys else ""
                item = QListWidgetItem(name)
                item.setData(_KEYS_ROLE, keys)
                item.setData(_ACTION_ROLE, spec.id)
                item.setToolTip(spec.tip)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            self._actions[item.data(_ACTION_ROLE)].trigger()


class _CommandDelegate(QStyledItemDelegate):
    """A command's name, and its key at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, max(_ROW_PX, option.fontMetrics.height() + 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shown, area = theme.current(), option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, shown.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, shown.hover)
        inside = area.adjusted(8, 0, -8, 0)
        painter.setPen(shown.text)
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.setPen(shown.text2)
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(inside, side, index.data(_KEYS_ROLE))


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
    grid.setColumnMinimumWidth(0, 160)
    grid.setColumnStretch(1, 1)
    return part


def _native(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
