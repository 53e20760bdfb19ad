"""Small line plots of training curves; imports pyqtgraph, so import it late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from spurview.core.arrays import Array
from spurview.ui import theme
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.still_plot import still_plot

_HEIGHT_PX = 112
_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


@dataclass(frozen=True)
class Curve:
    """One line: values per epoch, told apart by its dashes and its place, not by colour."""

    name: str
    values: Array
    as_percent: bool = False

    @property
    def last(self) -> str:
        value = float(self.values[-1])
        return f"{value * 100:.1f} %" if self.as_percent else f"{value:.3g}"


class CurvePlot(QWidget):
    """A title, the lines over the epochs, and below them each line's name and last value."""

    def __init__(self, title: str, curves: Sequence[Curve], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label(title, "value"))
        layout.addWidget(self._plot(curves))
        layout.addWidget(_Key(curves))
        told = ", ".join(f"{curve.name} {curve.last}" for curve in curves)
        self.setAccessibleName(f"{title} by epoch: {told}")

    def _plot(self, curves: Sequence[Curve]) -> pg.PlotWidget:
        shown = theme.current()
        plot = still_plot(shown.tip, _HEIGHT_PX)
        for side in ("left", "bottom"):
            plot.getAxis(side).setPen(pg.mkPen(None))
        plot.getAxis("left").setWidth(40)
        plot.getAxis("bottom").setTicks([_epoch_ticks(max(len(c.values) for c in curves))])
        for curve, style in zip(curves, _STYLES, strict=False):
            epochs = np.arange(1, len(curve.values) + 1)
            pen = pg.mkPen(shown.text, width=2 if style is _STYLES[0] else 1.5, style=style)
            plot.plot(
                epochs,
                curve.values * (100 if curve.as_percent else 1),
                pen=pen,
                symbol="o" if len(curve.values) == 1 else None,
                symbolBrush=shown.text,
            )
        return plot


def _epoch_ticks(n_epochs: int) -> list[tuple[float, str]]:
    """At most six whole epochs from the first on, all as far apart."""
    step = max(1, -(-(n_epochs - 1) // 5))
    return [(float(epoch), str(epoch)) for epoch in range(1, n_epochs + 1, step)]


class _Key(QWidget):
    """Line samples with names and last values."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(40, 0, 0, 0)
        layout.setSpacing(8)
        for curve, style in zip(curves, _STYLES, strict=False):
            layout.addWidget(_Sample(style))
            layout.addWidget(label(f"{curve.name} {curve.last}", "quiet"))
            layout.addSpacing(8)
        layout.addStretch(1)


class _Sample(QWidget):
    def __init__(self, style: Qt.PenStyle) -> None:
        super().__init__()
        self._style = style
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(24, self.fontMetrics().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(theme.current().text, 2, self._style))
        middle = self.height() // 2
        painter.drawLine(0, middle, self.width(), middle)
        painter.end()
