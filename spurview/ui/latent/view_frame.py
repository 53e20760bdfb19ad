"""A latent view under its header: what it shows, a menu for another kind, start, cancel, close."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from spurview.ui import icons, theme
from spurview.ui.latent.latent_view import LatentView
from spurview.ui.latent.layouts import Status
from spurview.ui.latent.view_kinds import KINDS, Kind
from spurview.ui.selection import Focus, Selection
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import Elided


class ViewFrame(QWidget):
    """One view of a kind; what it says is wished for, its pane does."""

    # The person chose another kind; carries its key.
    kind_requested = Signal(str)
    # The person wants the layout computed, or that stopped.
    start_requested = Signal()
    cancel_requested = Signal()
    # The person closes the view.
    close_requested = Signal()

    def __init__(
        self, kind: Kind, selection: Selection, focus: Focus, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.view = LatentView(kind.title, selection, focus)
        self.title = TitleButton()
        self.compute_button = FlatButton("Compute", "play", name="Compute this layout")
        self.cancel_button = FlatButton("Cancel", "circle-stop", name="Cancel this layout")
        self.close_button = FlatButton("", "x", name="Close this view")
        self.close_button.setToolTip("Close this view")
        self._subtitle = Elided()
        self._menu = QMenu(self)
        self._build()
        self.set_kind(kind)

    @property
    def kind(self) -> Kind:
        return self._kind

    @property
    def subtitle(self) -> str:
        """What stands beside the title, in full."""
        return self._subtitle.text

    def set_kind(self, kind: Kind) -> None:
        """Show another kind; the points come with `show_status` and the view's `show_points`."""
        self._kind = kind
        self.title.setText(kind.title)
        self.title.setAccessibleName(f"{kind.title}: choose what this view shows")
        self.view.setAccessibleName(kind.title)
        self.close_button.setAccessibleName(f"Close the view {kind.title}")
        for action in self._menu.actions():
            action.setChecked(action.data() == kind.key)

    def show_status(self, status: Status, what: str) -> None:
        """Say what is laid out, or why nothing is yet; `what` is shown once it is there."""
        self._subtitle.text = what if status.state == "there" else ""
        self._subtitle.setToolTip(self._subtitle.text)
        self.compute_button.setVisible(status.state == "possible")
        self.cancel_button.setVisible(status.state == "running")
        self.view.empty_text = _words(self._kind, status)
        self.view.viewport().update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().canvas)
        painter.end()

    def _build(self) -> None:
        for kind in KINDS.values():
            action = self._menu.addAction(kind.title)
            action.setCheckable(True)
            action.setData(kind.key)
            action.triggered.connect(lambda _=False, key=kind.key: self.kind_requested.emit(key))
        self.title.setMenu(self._menu)
        self.title.setPopupMode(FlatButton.ToolButtonPopupMode.InstantPopup)
        self.compute_button.clicked.connect(self.start_requested)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.close_button.clicked.connect(self.close_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._header())
        layout.addWidget(self.view, 1)

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(self.title)
        row.addWidget(self._subtitle, 1)
        for button in (self.compute_button, self.cancel_button, self.close_button):
            row.addWidget(button)
        return row


class TitleButton(FlatButton):
    """The title in bold with a chevron, which opens the menu of kinds."""

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(600))
        width = metrics.horizontalAdvance(self.text()) + 8 + 4 + icons.ICON_PX + 4
        return QSize(width, max(28, metrics.height() + 8))

    def _paint_content(self, painter: QPainter, shown: theme.Theme) -> None:
        font = theme.font(600)
        painter.setFont(font)
        painter.setPen(shown.text)
        wide = QFontMetrics(font).horizontalAdvance(self.text())
        area = QRectF(8, 0, wide + 1, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
        arrow = QRectF(area.right() + 4, 0, icons.ICON_PX, self.height())
        icons.paint(painter, "chevron-down", arrow, shown.text2)


def _words(kind: Kind, status: Status) -> str:
    """What stands in a view without points."""
    if status.failure is not None:
        return status.failure.sentence
    if status.state == "running":
        share = f", {status.done / status.total:.0%}" if status.total and status.done else ""
        return f"{status.message.capitalize()}{share.replace('%', ' %')}"
    if status.state == "possible" and kind.makes == "asked":
        return "This layout takes a while. It is computed when you ask for it."
    return kind.empty_text
