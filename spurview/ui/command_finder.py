"""The finder that runs any command of the menus by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QMenuBar,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from spurview.ui import theme
from spurview.ui.widgets.labels import label

_COMMAND_ROLE = Qt.ItemDataRole.UserRole + 1
_ROW_PX = 28
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 10,
    Qt.Key.Key_PageUp: -10,
}

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Command:
    """One entry of the menus, and the menus it stands in, as in ``File, Open recent``."""

    where: str
    action: QAction

    @property
    def name(self) -> str:
        """Its text without the marks of the menu."""
        return self.action.text().replace("&", "")

    @property
    def keys(self) -> str:
        return self.action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def is_found_by(self, words: Sequence[str]) -> bool:
        """Whether each word is in its name, its menu or its tip."""
        said = f"{self.where} {self.name} {self.action.toolTip()}".casefold()
        return all(word in said for word in words)


def commands_of(bar: QMenuBar) -> list[Command]:
    """Every entry of the menus that would do something now."""
    found: list[Command] = []
    for action in bar.actions():
        menu = action.menu()
        if isinstance(menu, QMenu):
            found += _entries(menu, action.text().replace("&", ""))
    return found


def _entries(menu: QMenu, where: str) -> list[Command]:
    # Menus that are filled when they open are filled now.
    menu.aboutToShow.emit()
    found: list[Command] = []
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            found += _entries(below, f"{where}, {action.text().replace('&', '')}")
        elif not action.isSeparator() and action.isVisible() and action.isEnabled():
            found.append(Command(where, action))
    return found


class CommandFinder(QDialog):
    """Type a part of a name, Enter runs it."""

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(560, 400)
        self._commands = list(commands)
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
        self.list.itemClicked.connect(lambda _: self._run_current())
        self.none = label("No command has these words in its name.", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.box)
        column.addWidget(self.none)
        column.addWidget(self.list, 1)
        self._fill("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _STEPS.get(Qt.Key(event.key()), 0)
            if step:
                place = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(place, self.list.count() - 1)))
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        self.list.clear()
        # Names that begin with what was typed come first; otherwise the menus' order stays.
        found = [command for command in self._commands if command.is_found_by(words)]
        found.sort(key=lambda c: not c.name.casefold().startswith(text.casefold().strip()))
        for command in found:
            item = QListWidgetItem(command.name)
            item.setData(_COMMAND_ROLE, command)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                ", ".join(part for part in (command.name, command.where, command.keys) if part),
            )
            item.setToolTip(command.action.toolTip())
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.none.setVisible(not found)
        self.box.setAccessibleDescription(f"{len(found)} found")

    def _run_current(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            item.data(_COMMAND_ROLE).action.trigger()


class _CommandDelegate(QStyledItemDelegate):
    """A command's name, its menu in the second colour, its key at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, max(_ROW_PX, option.fontMetrics.height() + 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shown, area = theme.current(), option.rect
        command = index.data(_COMMAND_ROLE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, shown.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, shown.hover)
        inside = area.adjusted(8, 0, -8, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        keys = metrics.horizontalAdvance(command.keys)
        painter.setPen(shown.text2)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, command.keys)
        inside.setRight(inside.right() - keys - 16)
        painter.setPen(shown.text)
        name = metrics.elidedText(command.name, Qt.TextElideMode.ElideMiddle, inside.width())
        painter.drawText(inside, middle, name)
        inside.setLeft(inside.left() + metrics.horizontalAdvance(name) + 12)
        painter.setPen(shown.text2)
        where = metrics.elidedText(command.where, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, middle, where)
