"""Spin boxes with our chevrons: Fusion's own arrows vanish once a style sheet touches the box."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

from spurview.ui import icons, theme

_ARROWS_PX = 18


class WholeBox(QSpinBox):
    """A whole number; it counts when typed to its end, and the wheel turns it only when focused."""

    def __init__(self) -> None:
        super().__init__()
        _dress(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_arrows(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class NumberBox(QDoubleSpinBox):
    """A number with a point and no needless zeros: 0.002, not 0.00200."""

    def __init__(self, decimals: int) -> None:
        super().__init__()
        self.setLocale(QLocale.c())
        self.setDecimals(decimals)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        _dress(self)

    def textFromValue(self, value: float) -> str:
        return f"{value:g}" if value >= 1e-4 else f"{value:.{self.decimals()}f}"

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_arrows(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


def _dress(box: QAbstractSpinBox) -> None:
    box.setKeyboardTracking(False)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def _paint_arrows(box: QAbstractSpinBox) -> None:
    painter = QPainter(box)
    colour = theme.current().text2 if box.isEnabled() else theme.current().off
    middle, left = box.height() / 2, box.width() - _ARROWS_PX
    icons.paint(painter, "chevron-up", QRectF(left, middle - 11, 14, 12), colour, 11)
    icons.paint(painter, "chevron-down", QRectF(left, middle - 1, 14, 12), colour, 11)
    painter.end()
