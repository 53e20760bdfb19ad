"""Where the panes stand: docks, their sizes, how they share a change of the window's width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from spurview.ui import theme

_LEFT_PX, _LEFT_LEAST_PX, _RIGHT_PX = 352, 320, 550
_IMAGES_SHARE, _EVIDENCE_SHARE = 52, 48
_TABS_BELOW_PX = 1200
# Of spare width the right column takes this share, the plots the rest.
_RIGHT_SHARE = 0.4
_AT_PX = 1440
# Of Qt, for widgets that may be as large as they like.
_NO_LIMIT_PX = 16_777_215


class Docks(QObject):
    """The three docks of the window, built once."""

    # Images and Evidence became tabs, or stand below one another again.
    restacked = Signal()

    def __init__(
        self, window: QMainWindow, classes: QWidget, images: QWidget, evidence: QWidget
    ) -> None:
        super().__init__(window)
        self._window = window
        self._width = window.width()
        self.classes = _dock(window, "Classes and clusters", "classes", classes)
        self.images = _dock(window, "Images", "images", images)
        self.evidence = _dock(window, "Evidence", "evidence", evidence)
        self._is_narrow = self._narrow()
        # With silence: Evidence first, Images below it, perhaps as its header alone.
        self._is_silent = self._is_folded = False
        self._widths = (0, 0)
        for dock in self.all:
            dock.installEventFilter(self)
        theme.keeper().text_scaled.connect(self._follow_text)
        self.arrange()

    @property
    def all(self) -> tuple[QDockWidget, QDockWidget, QDockWidget]:
        return self.classes, self.images, self.evidence

    @property
    def is_folded(self) -> bool:
        """Whether Images is its header alone."""
        return self._is_folded

    def arrange(self) -> None:
        """The default arrangement for the window's present width."""
        window, right = self._window, Qt.DockWidgetArea.RightDockWidgetArea
        for dock in self.all:
            dock.setFloating(False)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.classes)
        window.addDockWidget(right, self.images)
        window.addDockWidget(right, self.evidence)
        self._is_narrow = self._narrow()
        if self._is_narrow:
            window.tabifyDockWidget(self.images, self.evidence)
        else:
            window.splitDockWidget(*self._stacked, Qt.Orientation.Vertical)
        for dock in self.all:
            dock.show()
        self._size()
        self.restacked.emit()

    def adopt_widths(self) -> None:
        """Take the present widths for those that the person wants."""
        self._widths = self.classes.width(), self.images.width()

    def show_silence(self, silent: bool, *, folded: bool) -> None:
        """Evidence first where silent; folded: Images is its header alone, if they are stacked."""
        if silent != self._is_silent:
            self._is_silent = silent
            if self._is_stacked:
                self._stack()
        self._fold(folded and self._is_stacked)

    def follow_width(self) -> None:
        """Share a change of the window's width, and turn to tabs where it is narrow."""
        before, now = self._width, self._window.width()
        self._width = now
        if before == now or self.images.isHidden():
            return
        self._turn_to_tabs_where_narrow()
        left, right = self._widths
        self._widths = left, right + round((now - before) * _RIGHT_SHARE)
        self._apply_widths()

    def show_only_when(self, has_project: bool) -> None:
        """Hide the docks on the start page."""
        for dock in self.all:
            dock.setVisible(has_project)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Qt squeezes docks where a window shrinks; only what the person drags is a wish.
        is_dragged = event.type() == QEvent.Type.Resize and QGuiApplication.mouseButtons()
        if is_dragged and self._window.width() == self._width:
            self.adopt_widths()
        return super().eventFilter(watched, event)

    @property
    def _stacked(self) -> tuple[QDockWidget, QDockWidget]:
        first, second = self.images, self.evidence
        return (second, first) if self._is_silent else (first, second)

    @property
    def _is_stacked(self) -> bool:
        """Whether Images and Evidence stand below one another, and not where a person put them."""
        docks, right = (self.images, self.evidence), Qt.DockWidgetArea.RightDockWidgetArea
        return (
            not self._is_narrow
            and not any(dock.isFloating() or dock.isHidden() for dock in docks)
            and all(self._window.dockWidgetArea(dock) == right for dock in docks)
            and not self._window.tabifiedDockWidgets(self.images)
            and self.images.x() == self.evidence.x()
        )

    def _fold(self, folded: bool) -> None:
        if folded == self._is_folded:
            return
        self._is_folded = folded
        header = self.images.titleBarWidget()
        self.images.setMaximumHeight(
            max(header.sizeHint().height(), header.minimumHeight()) if folded else _NO_LIMIT_PX
        )
        if not folded:
            self._share_height()

    def _stack(self) -> None:
        self._window.splitDockWidget(*self._stacked, Qt.Orientation.Vertical)
        self._share_height()

    def _share_height(self) -> None:
        self._window.resizeDocks(
            [self.images, self.evidence],
            [_IMAGES_SHARE * 10, _EVIDENCE_SHARE * 10],
            Qt.Orientation.Vertical,
        )

    def _narrow(self) -> bool:
        """Whether Images and Evidence have no room below one another."""
        return self._window.width() < _TABS_BELOW_PX * theme.text_scale()

    def _turn_to_tabs_where_narrow(self) -> None:
        if self._is_narrow != self._narrow():
            self._is_narrow = not self._is_narrow
            self._tabs(self._is_narrow)
            self.restacked.emit()

    def _follow_text(self) -> None:
        """Larger text needs a wider list and leaves room for fewer panes."""
        self._turn_to_tabs_where_narrow()
        self._size()

    @property
    def _left(self) -> int:
        """The list's width: by its text, but never more than three tenths of the window."""
        return min(round(_LEFT_PX * theme.text_scale()), round(self._window.width() * 0.3))

    def _tabs(self, narrow: bool) -> None:
        if self.images.isFloating() or self.evidence.isFloating():
            return
        self._fold(False)
        if narrow:
            self._window.tabifyDockWidget(self.images, self.evidence)
            self.images.raise_()
        else:
            # Out of the tabs first: beside a tab, Qt would make another tab.
            first, second = self._stacked
            hidden = second.isHidden()
            self._window.removeDockWidget(second)
            self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, second)
            self._window.splitDockWidget(first, second, Qt.Orientation.Vertical)
            second.setVisible(not hidden)
            self._share_height()

    def _size(self) -> None:
        window = self._window
        right = _RIGHT_PX + round((window.width() - _AT_PX) * _RIGHT_SHARE)
        least = min(round(_LEFT_LEAST_PX * theme.text_scale()), round(window.width() * 0.3))
        self.classes.setMinimumWidth(least)
        self._widths = self._left, max(right, 448)
        self._apply_widths()
        if not self._is_narrow:
            self._share_height()

    def _apply_widths(self) -> None:
        left, right = self._widths
        docked = [
            (dock, width)
            for dock, width in ((self.classes, left), (self.images, max(right, 400)))
            if not dock.isFloating() and not dock.isHidden()
        ]
        if docked:
            docks, widths = zip(*docked, strict=True)
            self._window.resizeDocks(list(docks), list(widths), Qt.Orientation.Horizontal)


def _dock(window: QMainWindow, title: str, name: str, pane: QWidget) -> QDockWidget:
    """A dock around the pane; the pane's own header, where it has one, is the dock's title bar."""
    dock = QDockWidget(title, window)
    dock.setObjectName(name)
    dock.setAccessibleName(title)
    header = getattr(pane, "title_bar", None)
    dock.setTitleBarWidget(header if isinstance(header, QWidget) else QWidget())
    dock.setWidget(pane)
    return dock
