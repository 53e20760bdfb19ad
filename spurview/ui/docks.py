"""Where the panes stand: docks, their sizes, how they share a change of the window's width."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

_LEFT_PX, _RIGHT_PX = 352, 550
_IMAGES_SHARE, _EVIDENCE_SHARE = 52, 48
_TABS_BELOW_PX = 1200
# Of spare width the right column takes this share, the plots the rest.
_RIGHT_SHARE = 0.4
_AT_PX = 1440


class Docks:
    """The three docks of the window, built once."""

    def __init__(
        self, window: QMainWindow, classes: QWidget, images: QWidget, evidence: QWidget
    ) -> None:
        self._window = window
        self._width = window.width()
        self.classes = _dock(window, "Classes and clusters", "classes", classes)
        self.images = _dock(window, "Images", "images", images)
        self.evidence = _dock(window, "Evidence", "evidence", evidence)
        self.classes.setMinimumWidth(320)
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
        if window.width() < _TABS_BELOW_PX:
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
        if (before < _TABS_BELOW_PX) != (now < _TABS_BELOW_PX):
            self._tabs(now < _TABS_BELOW_PX)
        if not self.images.isFloating():
            width = self.images.width() + round((now - before) * _RIGHT_SHARE)
            self._window.resizeDocks([self.images], [max(width, 400)], Qt.Orientation.Horizontal)

    def show_only_when(self, has_project: bool) -> None:
        """Hide the docks on the start page."""
        for dock in self.all:
            dock.setVisible(has_project)

    def _tabs(self, narrow: bool) -> None:
        if self.images.isFloating() or self.evidence.isFloating():
            return
        if narrow:
            self._window.tabifyDockWidget(self.images, self.evidence)
            self.images.raise_()
        else:
            self._window.splitDockWidget(self.images, self.evidence, Qt.Orientation.Vertical)
            self._window.resizeDocks(
                [self.images, self.evidence],
                [_IMAGES_SHARE * 10, _EVIDENCE_SHARE * 10],
                Qt.Orientation.Vertical,
            )

    def _size(self) -> None:
        window = self._window
        right = _RIGHT_PX + round((window.width() - _AT_PX) * _RIGHT_SHARE)
        window.resizeDocks(
            [self.classes, self.images], [_LEFT_PX, max(right, 448)], Qt.Orientation.Horizontal
        )
        if window.width() >= _TABS_BELOW_PX:
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
