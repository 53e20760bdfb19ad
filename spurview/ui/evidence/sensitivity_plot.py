"""How often patterns of each strength were found on trial; imports pyqtgraph, so import it late."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from spurview.pipeline.sensitivity_wording import by_strength, trials_sentence
from spurview.pipeline.wording import percent
from spurview.project.model import SensitivityPoint, SensitivityRecord
from spurview.ui import theme
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.still_plot import still_plot

Floats = NDArray[np.float64]

_HEIGHT_PX = 272


class SensitivityPlot(QWidget):
    """Found and alarmed over strength, with intervals; other shares of images as single marks."""

    def __init__(
        self,
        record: SensitivityRecord,
        *,
        height_px: int = _HEIGHT_PX,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._record, self._height_px = record, height_px
        points = self._points
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.plot = self._plotted()
        layout.addWidget(self.plot)
        layout.addWidget(label(trials_sentence(record), "quiet", wrap=True))
        told = "; ".join(
            f"strength {p.strength:g}: found {p.found} of {p.learnt}, alarmed {p.alarmed}"
            for p in points
        )
        self.setAccessibleName(f"Share of trials that were found, by strength. {told}")
        theme.keeper().changed.connect(self._redraw)

    @property
    def _points(self) -> list[SensitivityPoint]:
        return [p for p in by_strength(self._record) if p.learnt]

    def _redraw(self, *_: object) -> None:
        """In the colours of a theme that changed."""
        before, self.plot = self.plot, self._plotted()
        self._layout.replaceWidget(before, self.plot)
        before.deleteLater()

    def _plotted(self) -> pg.PlotWidget:
        points = self._points
        plot = _empty_plot(self._height_px)
        if points:
            others = [p for p in self._record.points if p.learnt and p not in points]
            _draw(plot, points, others)
        return plot


def _draw(
    plot: pg.PlotWidget, points: Sequence[SensitivityPoint], others: Sequence[SensitivityPoint]
) -> None:
    shown = theme.current()
    strengths = np.array([p.strength for p in points])
    found = np.array([p.found / p.learnt for p in points])
    alarmed = np.array([p.alarmed / p.learnt for p in points])
    low, high = np.array([p.low for p in points]), np.array([p.high for p in points])
    bars = pg.ErrorBarItem(
        x=strengths,
        y=found,
        top=np.maximum(high - found, 0),
        bottom=np.maximum(found - low, 0),
        beam=0.012,
        pen=pg.mkPen(shown.text2, width=1),
    )
    plot.addItem(bars)
    _line(plot, strengths, found, shown.text, Qt.PenStyle.SolidLine, "found", "o")
    _line(plot, strengths, alarmed, shown.alarm, Qt.PenStyle.DashLine, "alarmed", "t1")
    for point in others:
        name = (
            f"in {percent(point.share_of_class)} of the class, "
            f"{percent(point.share_of_pool)} of the pool"
        )
        value = point.found / point.learnt
        plot.plot([point.strength], [value], pen=None, symbol="d", symbolBrush=shown.bar)
        _word(plot, name, point.strength, value, shown.text2)


def _line(
    plot: pg.PlotWidget,
    x: Floats,
    y: Floats,
    colour: QColor,
    style: Qt.PenStyle,
    name: str,
    symbol: str,
) -> None:
    pen = pg.mkPen(colour, width=2, style=style)
    plot.plot(x, y, pen=pen, symbol=symbol, symbolSize=8, symbolBrush=colour)
    _word(plot, name, float(x[0]), float(y[0]), colour)


def _word(plot: pg.PlotWidget, text: str, x: float, y: float, colour: QColor) -> None:
    """Left of the place, as far from it as a mark is wide."""
    said = pg.TextItem(text, color=colour, anchor=(1, 0.5), fill=theme.current().canvas)
    said.setFont(theme.font())
    said.setPos(x - 0.02, y)
    plot.addItem(said)


def _empty_plot(height_px: int) -> pg.PlotWidget:
    shown = theme.current()
    plot = still_plot(shown.canvas, height_px)
    plot.setXRange(0, 1.05, padding=0.02)
    plot.setYRange(-0.08, 1.15, padding=0)
    for side, name in (("left", "share of trials"), ("bottom", "strength of the pattern")):
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(shown.line))
        # The pen gave its colour to the axis' name too, which is read and not only seen.
        axis.setTextPen(shown.text2)
        axis.setStyle(tickLength=-4)
        axis.setLabel(name)
        axis.label.setFont(theme.font())
    plot.getAxis("left").setTicks([[(v / 4, f"{25 * v} %") for v in range(5)]])
    return plot
