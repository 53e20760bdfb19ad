"""Pictures with a caption below, such as before-and-after pairs; each is a button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from spurview.ui import theme
from spurview.ui.markers import paint_marker
from spurview.ui.widgets.frames import is_by_keyboard, paint_frame

_GAP = 4
_MARKER_PX = 9


@dataclass(frozen=True)
class Part:
    """A stretch of a caption, in the second colour when quiet.

    place: in the class palette, of the class whose marker stands in front.
    """

    text: str
    place: int | None = None
    quiet: bool = True


class Captioned(QAbstractButton):
    """One or two square pictures side by side over a line of caption."""

    def __init__(
        self,
        images: Sequence[QImage],
        caption: Sequence[Part],
        name: str,
        *,
        side_px: int = 56,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._images, self._caption, self._side = list(images), list(caption), side_px
        self._is_focus_shown = False
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @property
    def caption_text(self) -> str:
        """The caption as plain text."""
        return " ".join(part.text for part in self._caption)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._is_focus_shown = is_by_keyboard(event)
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        pictures = len(self._images) * (self._side + _GAP) - _GAP
        wide = max(pictures, self._caption_width())
        tall = self.fontMetrics().height() + 4 if self._caption else 0
        return QSize(int(wide), self._side + _GAP + tall)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        for index, image in enumerate(self._images):
            place = QRectF(index * (self._side + _GAP), 0, self._side, self._side)
            painter.drawImage(place, image)
        if self.underMouse() or (self.hasFocus() and self._is_focus_shown):
            wide = len(self._images) * (self._side + _GAP) - _GAP
            area = QRectF(0, 0, wide, self._side)
            paint_frame(painter, area, shown.accent, 2, apart=-2)
        self._paint_caption(painter, shown)
        painter.end()

    def _paint_caption(self, painter: QPainter, shown: theme.Theme) -> None:
        top, left = self._side + _GAP, 0.0
        tall = self.fontMetrics().height() + 2
        for part in self._caption:
            if part.place is not None:
                centre = QPointF(left + _MARKER_PX / 2, top + tall / 2)
                paint_marker(painter, centre, part.place, _MARKER_PX)
                left += _MARKER_PX + _GAP
            painter.setPen(shown.text2 if part.quiet else shown.text)
            wide = self.fontMetrics().horizontalAdvance(part.text)
            area = QRectF(left, top, min(wide + 1, max(0, self.width() - left)), tall)
            fitted = self.fontMetrics().elidedText(
                part.text, Qt.TextElideMode.ElideMiddle, int(area.width())
            )
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, fitted)
            left += wide + _GAP

    def _caption_width(self) -> float:
        wide = 0.0
        for part in self._caption:
            wide += self.fontMetrics().horizontalAdvance(part.text) + _GAP
            wide += _MARKER_PX + _GAP if part.place is not None else 0
        # A long caption is cut rather than tearing the row apart.
        return min(wide, 2.5 * self._side)
