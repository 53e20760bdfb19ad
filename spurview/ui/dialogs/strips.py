"""Pictures of a source beside one another: example images, and the answers of a test run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from spurview.core.shared_pixels import SMOOTH_FROM_PX
from spurview.ui import icons, theme
from spurview.ui.markers import paint_marker
from spurview.ui.widgets.pictures import to_qimage

_GAP = 4
_TILE_GAP = 8
_MARKER_PX = 9


class ExampleStrip(QWidget):
    """A row, or several, of small square pictures; as many as fit."""

    def __init__(
        self, pictures: NDArray[np.uint8], name: str, *, side_px: int = 40, wraps: bool = False
    ) -> None:
        super().__init__()
        self._images = [to_qimage(picture) for picture in pictures]
        self._side, self._wraps = side_px, wraps
        self._smooth = len(pictures) > 0 and min(pictures.shape[1:3]) >= SMOOTH_FROM_PX
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(wraps)
        self.setSizePolicy(policy)

    def _across(self, width: int) -> int:
        return max(1, (width + _GAP) // (self._side + _GAP))

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self._images) // self._across(width)) if self._wraps else 1
        return rows * (self._side + _GAP) - _GAP

    def sizeHint(self) -> QSize:
        return QSize(len(self._images) * (self._side + _GAP), self._side)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        across = self._across(self.width())
        for place, image in enumerate(self._images):
            row, column = divmod(place, across)
            if row and not self._wraps:
                break
            left, top = column * (self._side + _GAP), row * (self._side + _GAP)
            painter.drawImage(QRectF(left, top, self._side, self._side), image)
        painter.end()


@dataclass(frozen=True)
class Answer:
    """What the network said of one image. is_right: None where any class is right."""

    text: str
    class_index: int
    confidence: float | None
    is_right: bool | None


class AnswerGrid(QWidget):
    """Pictures in rows of eight, each over the class it got; paler while the answers are old."""

    _ACROSS = 8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[object] = []
        self.answers: list[Answer] = []
        self.is_old = False
        self._smooth = False
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_answers(self, pictures: NDArray[np.uint8], answers: Sequence[Answer]) -> None:
        """Put others in their place; none clears it."""
        self._images = [to_qimage(picture) for picture in pictures]
        self._smooth = len(pictures) > 0 and min(pictures.shape[1:3]) >= SMOOTH_FROM_PX
        self.answers, self.is_old = list(answers), False
        told = "; ".join(_told(answer) for answer in answers)
        self.setAccessibleName(f"Test run: {told}" if told else "Test run: no answer yet")
        self.updateGeometry()
        self.update()

    def grow_old(self) -> None:
        """Show the answers as those of before a change."""
        self.is_old = True
        self.update()

    def heightForWidth(self, width: int) -> int:
        if not self._images:
            return 0
        rows = -(-len(self._images) // self._ACROSS)
        return rows * (self._side(width) + self._caption()) + (rows - 1) * _TILE_GAP

    def sizeHint(self) -> QSize:
        return QSize(640, self.heightForWidth(640))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self.heightForWidth(320))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        painter.setOpacity(0.35 if self.is_old else 1)
        side = self._side(self.width())
        for place, (image, answer) in enumerate(zip(self._images, self.answers, strict=True)):
            row, column = divmod(place, self._ACROSS)
            left = column * (side + _TILE_GAP)
            top = row * (side + self._caption() + _TILE_GAP)
            painter.drawImage(QRectF(left, top, side, side), image)  # type: ignore[call-overload]
            self._paint_answer(painter, answer, QRectF(left, top + side, side, self._caption()))
        painter.end()

    def _paint_answer(self, painter: QPainter, answer: Answer, area: QRectF) -> None:
        shown, metrics = theme.current(), self.fontMetrics()
        centre = QPointF(area.left() + _MARKER_PX / 2, area.center().y())
        paint_marker(painter, centre, answer.class_index, _MARKER_PX)
        sure = "" if answer.confidence is None else f"{answer.confidence:.2f}"
        left = area.left() + _MARKER_PX + 5
        mark = 16 if answer.is_right is not None else 0
        room = area.right() - left - metrics.horizontalAdvance(sure) - mark - 6
        name = metrics.elidedText(answer.text, Qt.TextElideMode.ElideRight, int(room))
        painter.setPen(shown.text)
        painter.setFont(theme.font(600))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, area.top(), room + 6, area.height()), middle, name)
        left += metrics.horizontalAdvance(name) + 6
        painter.setFont(theme.font())
        painter.setPen(shown.text2)
        painter.drawText(QRectF(left, area.top(), 80, area.height()), middle, sure)
        if answer.is_right is not None:
            place = QRectF(area.right() - 14, area.center().y() - 7, 14, 14)
            icon, colour = ("check", shown.text2) if answer.is_right else ("x", shown.alarm)
            icons.paint(painter, icon, place, colour, 13)

    def _side(self, width: int) -> int:
        return max(16, (width - (self._ACROSS - 1) * _TILE_GAP) // self._ACROSS)

    def _caption(self) -> int:
        return self.fontMetrics().height() + 8


def _told(answer: Answer) -> str:
    right = {True: ", its own", False: ", not its own", None: ""}[answer.is_right]
    return f"{answer.text}{right}"
