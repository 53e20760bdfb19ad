"""A row of widgets of which as many are shown as fit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class OneRow(QWidget):
    """Never wraps and never cuts: what does not fit whole is hidden."""

    def __init__(
        self, widgets: Sequence[QWidget], *, gap: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._widgets, self._gap = list(widgets), gap
        for widget in self._widgets:
            widget.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def shown(self) -> list[QWidget]:
        """The widgets that fit."""
        return [widget for widget in self._widgets if not widget.isHidden()]

    def sizeHint(self) -> QSize:
        sizes = [widget.sizeHint() for widget in self._widgets]
        wide = sum(size.width() + self._gap for size in sizes) - self._gap
        return QSize(max(0, wide), max((size.height() for size in sizes), default=0))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        left = 0
        for widget in self._widgets:
            size = widget.sizeHint()
            fits = left + size.width() <= self.width()
            widget.setVisible(fits)
            widget.setGeometry(left, 0, size.width(), size.height())
            left += size.width() + self._gap
        super().resizeEvent(event)
