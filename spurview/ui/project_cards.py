"""Cards of the start page: a project's picture, name, what was found in it, and where it is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QMenu

from spurview.ui import icons, theme
from spurview.ui.preferences import Preferences, RecentProject
from spurview.ui.samples import first_line

_CARD = QSize(264, 220)
_PICTURE = QSize(248, 140)
_INSET_PX, _LEAST_PX = 8, 200
# The pictures of cards are small: at more than half as wide again they would be blurred.
_MOST_PX = 388
# Where the lines are cut: names and places keep both their ends.
_CUTS = (
    Qt.TextElideMode.ElideMiddle,
    Qt.TextElideMode.ElideRight,
    Qt.TextElideMode.ElideMiddle,
)


class Card(QAbstractButton):
    """A project's picture, name, what was found, and where it is."""

    # The person wants it off the list; carries the Path.
    removal_requested = Signal(object)

    def __init__(
        self,
        path: Path,
        lines: list[str],
        *,
        picture: Path | None = None,
        alarms: int = 0,
        name: str = "",
        is_listed: bool = False,
    ) -> None:
        """is_listed: stands in the list of recent projects, and can be taken off it."""
        super().__init__()
        self.path = path
        self.is_missing = not path.exists()
        self._is_listed = is_listed
        self._lines = lines
        self._alarms = 0 if self.is_missing else alarms
        self._picture = QPixmap(str(picture)) if picture and picture.exists() else QPixmap()
        self.setText(name or path.name)
        self._width = _CARD.width()
        self._fit()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(", ".join([self.text(), *lines]))
        self.setToolTip(str(path))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Open").triggered.connect(lambda: self.click())
        if self._is_listed:
            remove = menu.addAction("&Take off the list")
            remove.triggered.connect(lambda: self.removal_requested.emit(self.path))
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self._is_listed:
            self.removal_requested.emit(self.path)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)

    def set_width(self, width_px: int) -> None:
        """Make it narrower or wider than the mock-up's, its picture as well."""
        self._width = min(width_px, _MOST_PX)
        self._fit()

    def _fit(self) -> None:
        """The card of the mock-up, higher where the text is larger, lower where it is narrower."""
        words = 3 * (self.fontMetrics().height() + 3)
        picture = self._picture_size()
        spare = _CARD.height() - _PICTURE.height() - 8
        self.setFixedSize(self._width, 8 + picture.height() + max(spare, 14 + words))

    def _picture_size(self) -> QSize:
        width = self._width - 2 * _INSET_PX
        return QSize(width, round(width * _PICTURE.height() / _PICTURE.width()))

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        hints = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        painter.setRenderHints(hints)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.hover)
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        picture = self._picture_size()
        well = QRectF(_INSET_PX, 8, picture.width(), picture.height())
        painter.fillRect(well, shown.canvas)
        if self._picture.isNull():
            icons.paint(painter, "scan-eye", well, shown.field, 32)
        else:
            painter.setOpacity(0.35 if self.is_missing else 1.0)
            painter.drawPixmap(well.toRect(), self._picture)
            painter.setOpacity(1.0)
        self._paint_words(painter, shown, well.bottom() + 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(shown.accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _paint_words(self, painter: QPainter, shown: theme.Theme, top: float) -> None:
        line = self.fontMetrics().height() + 3
        room = self._picture_size().width()
        for place, text in enumerate([self.text(), *self._lines]):
            left = 8.0
            mark = self._mark(shown) if place == 1 else None
            if mark is not None:
                icons.paint(painter, mark[0], QRectF(left, top + line, 16, line), mark[1])
                left += 22
            painter.setFont(theme.font(500 if place == 0 else 400))
            is_fact = place == 0 or (place == 1 and bool(self._alarms or self.is_missing))
            painter.setPen(shown.text if is_fact else shown.text2)
            if place == 1 and len(self._lines) == 1:
                # Nothing stands below it: it may take two lines.
                box = QRectF(left, top + line, room, 2 * line)
                painter.drawText(box, Qt.TextFlag.TextWordWrap, text)
                continue
            cut = painter.fontMetrics().elidedText(text, _CUTS[place], int(room - left + 8))
            painter.drawText(
                QRectF(left, top + place * line, room, line), Qt.AlignmentFlag.AlignVCenter, cut
            )

    def _mark(self, shown: theme.Theme) -> tuple[str, QColor] | None:
        """The icon before the second line, and its colour."""
        if self.is_missing:
            return "folder-search", shown.text2
        return ("triangle-alert", shown.alarm) if self._alarms else None


def card_width(room_px: int, most: int, gap_px: int) -> int:
    """The width at which as many of `most` cards stand side by side as the room allows."""
    least = round(_LEAST_PX * theme.text_scale())
    columns = max(1, min(most, (room_px + gap_px) // (least + gap_px)))
    return max(least, (room_px - gap_px * (columns - 1)) // columns)


def recent_card(recent: RecentProject, preferences: Preferences) -> Card:
    path = Path(recent.path)
    folder = str(path.parent).replace(str(Path.home()), "~", 1)
    where = f"{folder}, {_day(recent.opened)}" if recent.opened else folder
    picture = preferences.folder / recent.picture if recent.picture else None
    said = recent.summary if path.exists() else "No longer there"
    return Card(path, [said, where], picture=picture, alarms=recent.alarms, is_listed=True)


def sample_card(path: Path) -> Card:
    """The page beside it says what it is."""
    lines = [first_line(path) or "A project that ships with spurview"]
    name = path.stem.replace("-", " ").replace("_", " ").capitalize()
    return Card(path, lines, picture=path.with_suffix(".png"), name=name)


def _day(iso: str) -> str:
    try:
        then = datetime.fromisoformat(iso).astimezone()
    except ValueError:
        return iso
    days = (datetime.now().astimezone().date() - then.date()).days
    if days == 0:
        return f"today {then:%H:%M}"
    return "yesterday" if days == 1 else f"{then.day} {then:%B}"
