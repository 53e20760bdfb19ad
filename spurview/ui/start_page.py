"""What the window shows without a project: what spurview does, and ways in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from spurview.ui import icons, theme
from spurview.ui.preferences import Preferences, RecentProject
from spurview.ui.samples import sample_projects
from spurview.ui.widgets.flow import FlowLayout
from spurview.ui.widgets.labels import label

WHAT = (
    "Finds what an image classifier has learnt that it should not have, shows the pixels, "
    "and proves by experiment that the network obeys them."
)
_NO_RECENT = (
    "Projects you open appear here. To make one, run “spurview demo”, or “spurview new” on your "
    "own images."
)
_CARD = QSize(264, 220)
_PICTURE = QSize(248, 140)
_LEFT_PX = 320


class StartPage(QWidget):
    """Left: what it is and the buttons. Right: recent projects and samples as cards."""

    # The Open… button.
    open_requested = Signal()
    # A card or the sample button; carries the Path.
    path_requested = Signal(object)

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._samples = sample_projects()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left())
        row.addWidget(_Rule())
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        row.addWidget(self._scroll, 1)
        self.refresh()

    def refresh(self) -> None:
        """Show the recent projects as they are now."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(48, 64, 48, 32)
        column.setSpacing(8)
        recent = [r for r in self._preferences.remembered.recent if Path(r.path).exists()]
        if recent:
            column.addWidget(_title("Recent"))
            column.addWidget(self._cards([_recent_card(r, self._preferences) for r in recent]))
            column.addSpacing(24)
        if self._samples:
            column.addWidget(_title("Samples"))
            column.addWidget(self._cards([_sample_card(path) for path in self._samples]))
        if not recent and not self._samples:
            column.addWidget(_title("Recent"))
            column.addWidget(_indented(label(_NO_RECENT, "quiet")))
        column.addStretch(1)
        self._scroll.setWidget(holder)
        self.sample_button.setVisible(bool(self._samples))
        first_time = not recent and bool(self._samples)
        for button, accent in (
            (self.sample_button, first_time),
            (self.open_button, not first_time),
        ):
            button.setProperty("accent", accent)
            button.setFlat(not accent)
            button.style().unpolish(button)
            button.style().polish(button)
        self._tint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def _left(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(_LEFT_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(40, 64, 40, 40)
        column.setSpacing(16)
        name = QHBoxLayout()
        name.setSpacing(12)
        self._logo = QLabel()
        name.addWidget(self._logo)
        name.addWidget(label("spurview", "headline"), 1)
        column.addLayout(name)
        what = label(WHAT, "quiet")
        what.setWordWrap(True)
        column.addWidget(what)
        column.addSpacing(8)
        self.open_button = QPushButton("Open…")
        self.open_button.clicked.connect(self.open_requested)
        self.sample_button = QPushButton("Open the sample")
        self.sample_button.clicked.connect(lambda: self.path_requested.emit(self._samples[0]))
        for button in (self.sample_button, self.open_button):
            button.setStyleSheet("text-align: left; min-height: 22px;")
            button.setIconSize(QSize(icons.ICON_PX + 8, icons.ICON_PX))
            column.addWidget(button)
        column.addStretch(1)
        drop = label("Drop a project file anywhere in this window.", "quiet")
        drop.setWordWrap(True)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._drop_mark = QLabel()
        line.addWidget(self._drop_mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(drop, 1)
        column.addLayout(line)
        return side

    def _tint(self) -> None:
        shown, ratio = theme.current(), self.devicePixelRatioF()
        self._logo.setPixmap(icons.pixmap("scan-eye", shown.text, 24, ratio))
        self._drop_mark.setPixmap(icons.pixmap("download", shown.text2, 16, ratio))
        for button, name in ((self.open_button, "folder-open"), (self.sample_button, "play")):
            accent = bool(button.property("accent"))
            button.setIcon(icons.icon(name, shown.on_accent if accent else shown.text2, gap=8))

    def _cards(self, cards: list[Card]) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, gap=16, row_gap=16)
        flow.setContentsMargins(0, 0, 0, 0)
        for card in cards:
            card.clicked.connect(lambda _=False, path=card.path: self.path_requested.emit(path))
            flow.addWidget(card)
        return holder


class _Rule(QWidget):
    """A line one pixel wide."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(1)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().line)
        painter.end()


class Card(QAbstractButton):
    """A project's picture, name, what was found, and where it is."""

    def __init__(
        self, path: Path, lines: list[str], *, picture: Path | None = None, alarms: int = 0
    ) -> None:
        super().__init__()
        self.path = path
        self._lines = lines
        self._alarms = alarms
        self._picture = QPixmap(str(picture)) if picture and picture.exists() else QPixmap()
        self.setText(path.name)
        self.setFixedSize(_CARD)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(", ".join([path.name, *lines]))
        self.setToolTip(str(path))

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.hover)
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        well = QRectF(8, 8, _PICTURE.width(), _PICTURE.height())
        painter.fillRect(well, shown.canvas)
        if self._picture.isNull():
            icons.paint(painter, "scan-eye", well, shown.field, 32)
        else:
            painter.drawPixmap(well.toRect(), self._picture)
        self._paint_words(painter, shown, well.bottom() + 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(shown.accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _paint_words(self, painter: QPainter, shown: theme.Theme, top: float) -> None:
        line = self.fontMetrics().height() + 3
        room = _PICTURE.width()
        for place, text in enumerate([self.text(), *self._lines]):
            left = 8.0
            if place == 1 and self._alarms:
                box = QRectF(left, top + line, 16, line)
                icons.paint(painter, "triangle-alert", box, shown.alarm)
                left += 22
            painter.setFont(theme.font(500 if place == 0 else 400))
            is_fact = place == 0 or (place == 1 and self._alarms)
            painter.setPen(shown.text if is_fact else shown.text2)
            cut = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideMiddle, int(room - left + 8)
            )
            painter.drawText(
                QRectF(left, top + place * line, room, line), Qt.AlignmentFlag.AlignVCenter, cut
            )


def _title(text: str) -> QLabel:
    return _indented(label(text, "title"))


def _indented(words: QLabel) -> QLabel:
    """In line with the pictures, which stand 8 pixels inside their cards."""
    words.setContentsMargins(8, 0, 0, 0)
    return words


def _recent_card(recent: RecentProject, preferences: Preferences) -> Card:
    path = Path(recent.path)
    folder = str(path.parent).replace(str(Path.home()), "~", 1)
    where = f"{folder}, {_day(recent.opened)}" if recent.opened else folder
    picture = preferences.folder / recent.picture if recent.picture else None
    return Card(path, [recent.summary, where], picture=picture, alarms=recent.alarms)


def _sample_card(path: Path) -> Card:
    """The first two lines of the page beside it that are no headings say what it is."""
    lines = ["A project that ships with spurview"]
    page = path.with_suffix(".md")
    if page.exists():
        text = page.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line.strip() for line in text if line.strip() and not line.startswith("#")]
        lines = told[:1] or lines
    picture = path.with_suffix(".png")
    return Card(path, lines, picture=picture)


def _day(iso: str) -> str:
    try:
        then = datetime.fromisoformat(iso).astimezone()
    except ValueError:
        return iso
    days = (datetime.now().astimezone().date() - then.date()).days
    if days == 0:
        return f"today {then:%H:%M}"
    return "yesterday" if days == 1 else f"{then.day} {then:%B}"
