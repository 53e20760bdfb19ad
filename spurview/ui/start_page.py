"""What the window shows without a project: what spurview does, and ways in."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from spurview.ui import icons, theme
from spurview.ui.preferences import Preferences
from spurview.ui.project_cards import Card, card_width, recent_card, sample_card
from spurview.ui.samples import NO_SAMPLES, sample_projects
from spurview.ui.widgets.flow import FlowLayout
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.link_button import LinkButton

WHAT = (
    "Finds what an image classifier has learnt that it should not have, shows the pixels, "
    "and proves by experiment that the network obeys them."
)
_NO_RECENT = (
    "Projects you open appear here. New project makes one from your own images; “spurview demo” in "
    "a terminal makes one to try."
)
_LEFT_PX = 320
_SIDE_PX, _GAP_PX = 40, 16


class StartPage(QWidget):
    """Left: what it is and the buttons. Right: recent projects and samples as cards."""

    # The New project… button.
    new_requested = Signal()
    # The Open… button.
    open_requested = Signal()
    # A card or the sample button; carries the Path.
    path_requested = Signal(object)

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._samples = sample_projects()
        self.cards: list[Card] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left())
        row.addWidget(_Rule())
        self._fit()
        theme.keeper().text_scaled.connect(self._fit)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("Recent projects and samples")
        # The cards in it are the stops of the keyboard.
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row.addWidget(self._scroll, 1)
        preferences.changed.connect(self._on_preferences)
        self.refresh()

    def _on_preferences(self, fields: frozenset[str]) -> None:
        if "recent" in fields and self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Show the recent projects as they are now."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(_SIDE_PX, 64, _SIDE_PX, 32)
        column.setSpacing(8)
        recent = self._preferences.remembered.recent
        self.cards = []
        if recent:
            column.addLayout(self._recent_heading())
            column.addWidget(self._cards([recent_card(r, self._preferences) for r in recent]))
            column.addSpacing(24)
        if self._samples:
            column.addWidget(_title("Samples"))
            column.addWidget(self._cards([sample_card(path) for path in self._samples]))
        elif not recent:
            for title, told in (("Recent", _NO_RECENT), ("Samples", NO_SAMPLES)):
                column.addWidget(_title(title))
                words = _indented(label(told, "quiet"))
                words.setWordWrap(True)
                column.addWidget(words)
                column.addSpacing(24)
        column.addStretch(1)
        self._scroll.setWidget(holder)
        self._fit_cards()
        self.sample_button.setVisible(bool(self._samples))
        first_time = not recent and bool(self._samples)
        # The one thing to do stands first: the sample at the first time, a new project later.
        self._ways.removeWidget(self.sample_button)
        self._ways.insertWidget(0 if first_time else -1, self.sample_button)
        first, second, third = self._ways_in_order()
        QWidget.setTabOrder(first, second)
        QWidget.setTabOrder(second, third)
        for button, accent in (
            (self.sample_button, first_time),
            (self.new_button, not first_time),
            (self.open_button, False),
        ):
            button.setProperty("accent", accent)
            button.setFlat(not accent)
            button.style().unpolish(button)
            button.style().polish(button)
        self._tint()

    def focus_first(self) -> None:
        """The keyboard begins at the one thing to do."""
        self._ways_in_order()[0].setFocus()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def _fit(self) -> None:
        """The left column as wide as its text needs."""
        self._side.setFixedWidth(round(_LEFT_PX * theme.text_scale()))
        self._fit_cards()

    def _fit_cards(self) -> None:
        """A row of the longer list beside one another, as far as they can be read so."""
        most = max(len(self._preferences.remembered.recent), len(self._samples))
        left = self._side.width()
        # The bar of the scroll area takes 8 pixels where it is needed.
        room = self.width() - left - 1 - 2 * _SIDE_PX - 8
        for card in self.cards:
            card.set_width(card_width(room, most, _GAP_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_cards()

    def _left(self) -> QWidget:
        side = QWidget()
        self._side = side
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
        self.new_button = _WayIn("New project…", "Ctrl+N")
        self.new_button.setToolTip("Make a project from your own images (Ctrl+N)")
        self.new_button.clicked.connect(self.new_requested)
        self.open_button = _WayIn("Open…", "Ctrl+O")
        self.open_button.setToolTip("Open a project (Ctrl+O)")
        self.open_button.clicked.connect(self.open_requested)
        self.sample_button = _WayIn("Open the sample")
        self.sample_button.clicked.connect(lambda: self.path_requested.emit(self._samples[0]))
        self.sample_button.setToolTip("Open the project that ships along")
        self._ways = QVBoxLayout()
        self._ways.setSpacing(8)
        for button in (self.sample_button, self.new_button, self.open_button):
            button.setIconSize(QSize(icons.ICON_PX + 8, icons.ICON_PX))
            self._ways.addWidget(button)
        column.addLayout(self._ways)
        column.addStretch(1)
        drop = label("Drop a project file or a folder of images anywhere in this window.", "quiet")
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
        for button, name in (
            (self.new_button, "plus"),
            (self.open_button, "folder-open"),
            (self.sample_button, "play"),
        ):
            accent = bool(button.property("accent"))
            button.setIcon(icons.icon(name, shown.on_accent if accent else shown.text2, gap=8))

    def _ways_in_order(self) -> list[QWidget]:
        items = [self._ways.itemAt(place) for place in range(self._ways.count())]
        return [widget for item in items if item and (widget := item.widget()) is not None]

    def _recent_heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(_title("Recent"), 1)
        self.clear_button = LinkButton("Clear list", "Clear the list of recent projects")
        self.clear_button.setToolTip("The projects themselves stay where they are")
        self.clear_button.clicked.connect(self._preferences.forget_all_projects)
        row.addWidget(self.clear_button)
        return row

    def _cards(self, cards: list[Card]) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, gap=_GAP_PX, row_gap=_GAP_PX)
        flow.setContentsMargins(0, 0, 0, 0)
        for card in cards:
            card.clicked.connect(lambda _=False, path=card.path: self.path_requested.emit(path))
            card.removal_requested.connect(lambda path: self._preferences.forget_project(str(path)))
            flow.addWidget(card)
        self.cards += cards
        return holder


class _WayIn(QPushButton):
    """A wide button: icon and text at the left, its key at the right."""

    def __init__(self, text: str, key: str = "") -> None:
        super().__init__(text)
        # Outside a dialog a button would take Space alone.
        self.setAutoDefault(True)
        self._key = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        self.setStyleSheet("text-align: left; min-height: 22px;")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        shown = theme.current()
        painter = QPainter(self)
        painter.setPen(shown.on_accent if self.property("accent") else shown.text2)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -14, 0), side, self._key)
        painter.end()


class _Rule(QWidget):
    """A line one pixel wide."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(1)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().line)
        painter.end()


def _title(text: str) -> QLabel:
    return _indented(label(text, "title"))


def _indented(words: QLabel) -> QLabel:
    """In line with the pictures, which stand 8 pixels inside their cards."""
    words.setContentsMargins(8, 0, 0, 0)
    return words
