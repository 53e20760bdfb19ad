"""The list of a dialog's pages at its left: done, present, to come, and what each holds."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from spurview.ui import icons, theme

WIDTH_PX = 216
_TOLD = Qt.ItemDataRole.UserRole
_STATE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex


class Steps(QListWidget):
    """Pages that are done, and the first that is not, can be gone to."""

    # The person wants another page; carries its number.
    page_requested = Signal(int)

    def __init__(self, titles: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName("Steps")
        self.setItemDelegate(_Step(self))
        # The first step stands beside the page's headline.
        self.setStyleSheet("QListWidget { padding-top: 24px; }")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for title in titles:
            self.addItem(QListWidgetItem(title))
        self.currentRowChanged.connect(self.page_requested)

    def show_state(self, current: int, done: list[bool], told: list[str]) -> None:
        """Mark what is done and enable what can be gone to."""
        reachable = True
        for row, (is_done, text) in enumerate(zip(done, told, strict=True)):
            item = self.item(row)
            item.setData(_TOLD, text if is_done else "")
            state = "present" if row == current else "done" if is_done and reachable else "open"
            item.setData(_STATE, state)
            flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
            item.setFlags(flags if reachable else Qt.ItemFlag.NoItemFlags)
            words = {"present": "present page", "done": "done", "open": "to come"}[state]
            said = f"{item.text()}, {words}" + (f", {text}" if is_done and text else "")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            reachable = reachable and is_done
        was = self.blockSignals(True)
        self.setCurrentRow(current)
        self.blockSignals(was)


class _Step(QStyledItemDelegate):
    """A page's mark and title, and below it what it holds."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH_PX, max(48, 2 * option.fontMetrics.height() + 12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shown = theme.current()
        area: QRect = option.rect
        state = index.data(_STATE) or "open"
        painter.save()
        if state == "present":
            painter.fillRect(area, shown.selection)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, shown.hover)
        icon, colour = {
            "done": ("check", shown.text2),
            "present": ("circle-dot", shown.accent),
            "open": ("circle", shown.text2),
        }[state]
        place = QRectF(area.left() + 16, area.center().y() - 8, 16, 16)
        icons.paint(painter, icon, place, colour, 16)
        told = index.data(_TOLD) or ""
        left, width = area.left() + 44, area.width() - 52
        tall = option.fontMetrics.height()
        top = area.center().y() - (tall if told else tall / 2)
        painter.setFont(theme.font(600 if state == "present" else 500))
        painter.setPen(shown.text2 if state == "open" else shown.text)
        painter.drawText(QRectF(left, top, width, tall), 0, index.data(Qt.ItemDataRole.DisplayRole))
        painter.setFont(theme.font())
        painter.setPen(shown.text2)
        text = option.fontMetrics.elidedText(told, Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(left, top + tall, width, tall), 0, text)
        painter.restore()
