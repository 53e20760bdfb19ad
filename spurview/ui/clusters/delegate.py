"""Paints the rows of the list: class headings, candidates, messages."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from spurview.pipeline.wording import count, percent, times
from spurview.ui import icons, theme
from spurview.ui.clusters.entries import COLUMNS, CandidateEntry, ClassEntry
from spurview.ui.clusters.model import ENTRY_ROLE
from spurview.ui.clusters.thumbnails import Thumbnails
from spurview.ui.direction import cut_name
from spurview.ui.markers import paint_marker

_PICTURE_PX = 40
_BAR_PX = 8
_SHARE_BAR = QSize(48, 4)
_INSET_PX = 16
_GAP_ABOVE_CLASS_PX = 8

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

VERDICT_ICONS = {
    None: "circle",
    "spurious": "ban",
    "genuine": "circle-check",
    "unsure": "circle-help",
}

_ALARM_ICON = "triangle-alert"
_STALE_ICON = "circle-dashed"
HAND_ICONS = {"selection": "lasso", "merge": "merge", "split": "split"}

Index = QModelIndex | QPersistentModelIndex

_MARK_PX = 19


class CandidateDelegate(QStyledItemDelegate):
    """All painting of the tree; sizes follow the font."""

    def __init__(self, thumbnails: Thumbnails, view: QTreeView) -> None:
        super().__init__(view)
        self._thumbnails = thumbnails
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = option.fontMetrics.height()
        entry = index.data(ENTRY_ROLE)
        if isinstance(entry, ClassEntry):
            return QSize(0, max(32, line + 12) + _GAP_ABOVE_CLASS_PX)
        return QSize(0, max(48, line + 16) if isinstance(entry, CandidateEntry) else line + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry = index.data(ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect)
        if isinstance(entry, ClassEntry):
            area.setTop(area.top() + _GAP_ABOVE_CLASS_PX)
            self._ground(painter, option, area)
            self._paint_class(painter, area, entry, expanded=self._view.isExpanded(index))
        elif isinstance(entry, CandidateEntry):
            self._ground(painter, option, area, first=index.column() == 0)
            self._paint_candidate(painter, area, entry, COLUMNS[index.column()])
        elif entry is not None:
            painter.setPen(theme.current().text2)
            area.setLeft(_INSET_PX + 40)
            room = int(area.width()) - _INSET_PX
            painter.drawText(area, _LEFT, fitting_message(painter.fontMetrics(), entry, room))
        painter.restore()

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRectF, *, first: bool = True
    ) -> None:
        shown, state = theme.current(), option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, shown.selection)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, shown.hover)
        if chosen and first:
            painter.fillRect(QRectF(area.left(), area.top(), 3, area.height()), shown.accent)

    def _paint_class(
        self, painter: QPainter, area: QRectF, entry: ClassEntry, *, expanded: bool
    ) -> None:
        shown = theme.current()
        chevron = QRectF(area.left() + 14, area.top(), 16, area.height())
        icons.paint(
            painter, "chevron-down" if expanded else "chevron-right", chevron, shown.text2, 14
        )
        paint_marker(painter, QPointF(area.left() + 41, area.center().y()), entry.place, 9)
        right = area.right() - _INSET_PX
        share = percent(entry.share)
        metrics = painter.fontMetrics()
        share_width = max(40, metrics.horizontalAdvance("100 %"))
        painter.setPen(shown.text)
        painter.drawText(_box(right - share_width, area, share_width), _RIGHT, share)
        room = right - share_width - (area.left() + 54)
        pool, has_bar = _fitting(metrics, entry, room)
        bar_left = right - share_width - 8
        if has_bar:
            bar_left -= _SHARE_BAR.width()
            bar = QRectF(bar_left, area.center().y() - 2, _SHARE_BAR.width(), _SHARE_BAR.height())
            self._bar(painter, bar, entry.share, shown.class_colour(entry.place))
        pool_width = metrics.horizontalAdvance(pool)
        painter.setPen(shown.text2)
        painter.drawText(_box(bar_left - 8 - pool_width, area, pool_width + 1), _RIGHT, pool)
        painter.setPen(shown.text)
        painter.setFont(theme.font(600))
        room = bar_left - 16 - pool_width - (area.left() + 54)
        name = painter.fontMetrics().elidedText(entry.name, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(_box(area.left() + 54, area, room), _LEFT, name)

    def _paint_candidate(
        self, painter: QPainter, area: QRectF, entry: CandidateEntry, column: str
    ) -> None:
        found, shown = entry.finding, theme.current()
        if column == "candidate":
            self._paint_name(painter, area, entry)
        elif column == "size":
            painter.setPen(shown.text)
            painter.drawText(area, _RIGHT, count(entry.size))
        elif column == "lift":
            known = found.pool.lift is not None
            painter.setPen(shown.text if known else shown.text2)
            painter.drawText(area, _RIGHT, times(found.pool.lift) if known else "–")
        elif column == "insertion":
            self._paint_insertion(painter, area.adjusted(10, 0, 0, 0), entry)
        else:
            box = QRectF(area.right() - _INSET_PX - 17, area.top(), 18, area.height())
            colour = shown.text2 if found.verdict is None else shown.text
            icons.paint(painter, VERDICT_ICONS[found.verdict], box, colour)

    def _paint_name(self, painter: QPainter, area: QRectF, entry: CandidateEntry) -> None:
        shown = theme.current()
        picture = self._thumbnails.picture(entry.id)
        top = area.center().y() - _PICTURE_PX / 2
        frame = QRectF(area.left() + _INSET_PX, top, _PICTURE_PX, _PICTURE_PX)
        painter.fillRect(frame, QColor(0, 0, 0))
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.width() >= 40)
            painter.drawImage(_fitted(frame, picture.width(), picture.height()), picture)
        left = frame.right() + 9
        painter.setPen(shown.text)
        painter.setFont(theme.font(500))
        metrics = painter.fontMetrics()
        marks, room = _fitting_marks(metrics, entry, area.right() - left)
        name = cut_name(metrics, entry.name, int(room))
        painter.drawText(_box(left, area, room), _LEFT, name)
        left += metrics.horizontalAdvance(name) + 3
        for icon in marks:
            box = QRectF(left, area.top(), 16, area.height())
            alarm = icon == _ALARM_ICON
            icons.paint(
                painter, icon, box, shown.alarm if alarm else shown.text2, 16 if alarm else 14
            )
            left += _MARK_PX
        if entry.finding.note and left + 14 < area.right():
            box = QRectF(left, area.top(), 14, area.height())
            icons.paint(painter, "sticky-note", box, shown.text2, 12)

    def _paint_insertion(self, painter: QPainter, area: QRectF, entry: CandidateEntry) -> None:
        shown, put = theme.current(), entry.finding.insertion
        if put is None:
            painter.setPen(shown.text2)
            painter.drawText(area, _RIGHT, "not tested")
            return
        number = max(40, painter.fontMetrics().horizontalAdvance("100 %"))
        bar = QRectF(
            area.left(), area.center().y() - _BAR_PX / 2, area.width() - number - 4, _BAR_PX
        )
        self._bar(painter, bar, put.flip, shown.alarm if entry.finding.alarm else shown.bar)
        tick = bar.left() + bar.width() * min(put.null_control, 1)
        painter.fillRect(QRectF(round(tick) - 1, bar.top() - 3, 2, bar.height() + 6), shown.text)
        painter.setPen(shown.text)
        painter.drawText(area, _RIGHT, percent(put.flip))

    @staticmethod
    def _bar(painter: QPainter, bar: QRectF, share: float, colour: QColor) -> None:
        painter.fillRect(bar, theme.current().track)
        filled = QRectF(bar)
        filled.setWidth(max(bar.width() * min(max(share, 0), 1), 1 if share > 0 else 0))
        painter.fillRect(filled, colour)


def _marks(entry: CandidateEntry) -> list[str]:
    """Icons beside the name that always have room: the alarm, how a person made it, staleness."""
    marks = [_ALARM_ICON] if entry.finding.alarm else []
    marks += [HAND_ICONS[entry.finding.origin]] if entry.finding.origin else []
    return [*marks, _STALE_ICON] if entry.is_stale else marks


def fitting_message(metrics: QFontMetrics, message: str, room: int) -> str:
    """A class's message; where it has no room, what is needed alone: the heading has the count."""
    said, comma, needed = message.partition(", ")
    if comma and metrics.horizontalAdvance(message) > room:
        message = f"{said.partition(':')[0]}: {needed}"
    return metrics.elidedText(message, Qt.TextElideMode.ElideRight, room)


def _fitting_marks(
    metrics: QFontMetrics, entry: CandidateEntry, room: float
) -> tuple[list[str], float]:
    """The marks beside a name and what they leave it: they go, the last first, before it is cut.

    The alarm stays; how a candidate was made stands in its tip, staleness in the banner.
    """
    marks, needed = _marks(entry), metrics.horizontalAdvance(entry.name) + 3
    while len(marks) > 1 and needed + _MARK_PX * len(marks) > room:
        marks.pop()
    return marks, room - _MARK_PX * len(marks)


def _fitting(metrics: QFontMetrics, entry: ClassEntry, room: float) -> tuple[str, bool]:
    """What a heading tells of the pool, and whether with a bar: the class's name comes first."""
    name = QFontMetrics(theme.font(600)).horizontalAdvance(entry.name)
    number = count(entry.pool)
    ways = ((f"{number} of pool", True), (number, True), (number, False), ("", False))
    for words, has_bar in ways:
        bar = _SHARE_BAR.width() + 8 if has_bar else 0
        if name + 16 + metrics.horizontalAdvance(words) + 8 + bar <= room:
            return words, has_bar
    return "", False


def _box(left: float, area: QRectF, width: float) -> QRectF:
    return QRectF(left, area.top(), width, area.height())


def _fitted(frame: QRectF, width: int, height: int) -> QRectF:
    """The largest rectangle of that shape in the middle of `frame`."""
    scale = min(frame.width() / max(1, width), frame.height() / max(1, height))
    box = QRectF(0, 0, width * scale, height * scale)
    box.moveCenter(frame.center())
    return box
