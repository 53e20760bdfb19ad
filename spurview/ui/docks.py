"""Where the panes stand: docks, their sizes, how they share a change of the window's width."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from spurview.ui import theme

_LEFT_PX, _LEFT_LEAST_PX, _RIGHT_PX = 352, 320, 550
_IMAGES_SHARE, _EVIDENCE_SHARE = 52, 48
_TABS_BELOW_PX = 1200
# Of spare width the right column takes this share, the plots the rest.
_RIGHT_SHARE = 0.4
_AT_PX = 1440


class Docks(QObject):
    """The three docks of the window, built once."""

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
        theme.keeper().text_scaled.connect(self._follow_text)
        self.arrange()

    @property
    def all(self) -> tuple[QDockWidget, QDockWidget, QDockWidget]:
        return self.classes, self.images, self.evidence

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
            window.splitDockWidget(self.images, self.evidence, Qt.Orientation.Vertical)
        for dock in self.all:
            dock.show()
        self._size()

    def follow_width(self) -> None:
        """Share a change of the window's width, and turn to tabs where it is narrow."""
        before, now = self._width, self._window.width()
        self._width = now
        if before == now or self.images.isHidden():
            return
        self._turn_to_tabs_where_narrow()
        if not self.images.isFloating():
            width = self.images.width() + round((now - before) * _RIGHT_SHARE)
            self._window.resizeDocks([self.images], [max(width, 400)], Qt.Orientation.Horizontal)

    def show_only_when(self, has_project: bool) -> None:
        """Hide the docks on the start page."""
        for dock in self.all:
            dock.setVisible(has_project)

    def _narrow(self) -> bool:
        """Whether Images and Evidence have no room below one another."""
        return self._window.width() < _TABS_BELOW_PX * theme.text_scale()

    def _turn_to_tabs_where_narrow(self) -> None:
        if self._is_narrow != self._narrow():
            self._is_narrow = not self._is_narrow
            self._tabs(self._is_narrow)

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
        if narrow:
            self._window.tabifyDockWidget(self.images, self.evidence)
            self.images.raise_()
        else:
            # Out of the tabs first: beside a tab, Qt would make another tab.
            hidden = self.evidence.isHidden()
            self._window.removeDockWidget(self.evidence)
            self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.evidence)
            self._window.splitDockWidget(self.images, self.evidence, Qt.Orientation.Vertical)
            self.evidence.setVisible(not hidden)
            self._window.resizeDocks(
                [self.images, self.evidence],
                [_IMAGES_SHARE * 10, _EVIDENCE_SHARE * 10],
                Qt.Orientation.Vertical,
            )

    def _size(self) -> None:
        window = self._window
        right = _RIGHT_PX + round((window.width() - _AT_PX) * _RIGHT_SHARE)
        least = min(round(_LEFT_LEAST_PX * theme.text_scale()), round(window.width() * 0.3))
        self.classes.setMinimumWidth(least)
        window.resizeDocks(
            [self.classes, self.images], [self._left, max(right, 448)], Qt.Orientation.Horizontal
        )
        if not self._is_narrow:
            window.resizeDocks(
                [self.images, self.evidence],
                [_IMAGES_SHARE * 10, _EVIDENCE_SHARE * 10],
                Qt.Orientation.Vertical,
            )


def _dock(window: QMainWindow, title: str, name: str, pane: QWidget) -> QDockWidget:
    """A dock around the pane; the pane's own header, where it has one, is the dock's title bar."""
    dock = QDockWidget(title, window)
    dock.setObjectName(name)
    dock.setAccessibleName(title)
    header = getattr(pane, "title_bar", None)
    dock.setTitleBarWidget(header if isinstance(header, QWidget) else QWidget())
    dock.setWidget(pane)
    return dock
