"""One measured share as a bar: label, bar with its 95 % interval, figure."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from spurview.pipeline.effects import Effect
from spurview.pipeline.wording import interval, percent
from spurview.ui import theme

NARROW_PX = 350
_BAR_PX = 8
_CAP_PX = 4
_GAP = 8


class EffectBar(QWidget):
    """Paints one effect; columns line up where bars of one width stand below one another."""

    def __init__(
        self, effect: Effect, *, label_px: int = 112, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._effect, self._label_px = effect, label_px
        self.setAccessibleName(effect.words())
        self.setToolTip(effect.words())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def effect(self) -> Effect:
        return self._effect

    def sizeHint(self) -> QSize:
        return QSize(320, max(22, self.fontMetrics().height() + 5))

    def minimumSizeHint(self) -> QSize:
        return QSize(220, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        shown, effect = theme.current(), self._effect
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.setFont(theme.font(500 if effect.is_claim else 400))
        painter.setPen(shown.text if effect.is_claim else shown.text2)
        label = QRectF(0, 0, self._label(), area.height())
        name = effect.short_name if self._is_narrow() and effect.short_name else effect.name
        painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, self._fitted(name))
        if effect.share is None:
            self._paint_reason(painter, area.adjusted(self._label() + _GAP, 0, 0, 0), shown)
        else:
            self._paint_bar(painter, area, effect.share, shown)
            self._paint_figures(painter, area, effect.share, shown)
        painter.end()

    def _paint_reason(self, painter: QPainter, area: QRectF, shown: theme.Theme) -> None:
        painter.setFont(theme.font())
        painter.setPen(shown.text2)
        text = self.fontMetrics().elidedText(
            f"not tried: {self._effect.reason}", Qt.TextElideMode.ElideRight, int(area.width())
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_bar(self, painter: QPainter, area: QRectF, share: float, shown: theme.Theme) -> None:
        track = QRectF(
            self._label() + _GAP,
            (area.height() - _BAR_PX) / 2,
            max(24.0, area.width() - self._label() - self._figures_px() - 2 * _GAP),
            _BAR_PX,
        )
        painter.fillRect(track, shown.track)
        filled = QRectF(track)
        filled.setWidth(max(2.0, track.width() * min(max(share, 0), 1)))
        painter.fillRect(filled, self._colour(shown))
        if self._effect.bounds is not None:
            _paint_interval(painter, track, self._effect.bounds, shown.text)

    def _colour(self, shown: theme.Theme) -> QColor:
        return shown.alarm if self._effect.is_claim and self._effect.is_alarm else shown.bar

    def _paint_figures(
        self, painter: QPainter, area: QRectF, share: float, shown: theme.Theme
    ) -> None:
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        figure = area.adjusted(0, 0, -self._interval_px() - _GAP, 0)
        painter.setPen(shown.text if self._effect.is_claim else shown.text2)
        painter.drawText(figure, right, percent(share))
        if self._effect.bounds is not None:
            painter.setFont(theme.font())
            painter.setPen(shown.text2)
            painter.drawText(area, right, interval(self._effect.bounds))

    def _is_narrow(self) -> bool:
        return self.width() < NARROW_PX

    def _label(self) -> float:
        return self._label_px * (0.86 if self._is_narrow() else 1)

    def _figures_px(self) -> int:
        return self.fontMetrics().horizontalAdvance("99.9 %") + _GAP + self._interval_px()

    def _interval_px(self) -> int:
        return self.fontMetrics().horizontalAdvance("99–100")

    def _fitted(self, text: str) -> str:
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(self._label()))


def _paint_interval(
    painter: QPainter, track: QRectF, bounds: tuple[float, float], colour: QColor
) -> None:
    """A line from bound to bound with caps at both ends, in the colour of text."""
    low, high = (track.left() + track.width() * min(max(b, 0), 1) for b in bounds)
    middle = track.center().y()
    painter.setPen(QPen(colour, 2))
    painter.drawLine(QRectF(low, middle, 0, 0).topLeft(), QRectF(high, middle, 0, 0).topLeft())
    painter.setPen(QPen(colour, 1))
    for x in (low, high):
        painter.fillRect(QRectF(round(x) - 0.5, middle - _CAP_PX - 1, 1.5, 2 * _CAP_PX + 2), colour)
