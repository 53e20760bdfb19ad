"""How often patterns of each strength were found on trial; imports pyqtgraph, so import it late."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from spurview.pipeline.sensitivity_wording import by_strength, trials_sentence
from spurview.pipeline.wording import percent
from spurview.project.model import SensitivityPoint, SensitivityRecord
from spurview.ui import theme
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.still_plot import still_plot

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
        points = [p for p in by_strength(record) if p.learnt]
        others = [p for p in record.points if p.learnt and p not in points]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.plot = _empty_plot(height_px)
        layout.addWidget(self.plot)
        if points:
            self._draw(points, others)
        layout.addWidget(label(trials_sentence(record), "quiet", wrap=True))
        told = "; ".join(
            f"strength {p.strength:g}: found {p.found} of {p.learnt}, alarmed {p.alarmed}"
            for p in points
        )
        self.setAccessibleName(f"Share of trials that were found, by strength. {told}")

    def _draw(self, points: Sequence[SensitivityPoint], others: Sequence[SensitivityPoint]) -> None:
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
        self.plot.addItem(bars)
        self._line(strengths, found, shown.text, Qt.PenStyle.SolidLine, "found", "o")
        self._line(strengths, alarmed, shown.alarm, Qt.PenStyle.DashLine, "alarmed", "t1")
        for point in others:
            name = (
                f"in {percent(point.share_of_class)} of the class, "
                f"{percent(point.share_of_pool)} of the pool"
            )
            value = point.found / point.learnt
            self.plot.plot([point.strength], [value], pen=None, symbol="d", symbolBrush=shown.bar)
            self._word(name, point.strength, value, shown.text2, (1, 0.5))

    def _line(self, x, y, colour, style, name: str, symbol: str) -> None:  # type: ignore[no-untyped-def]
        pen = pg.mkPen(colour, width=2, style=style)
        self.plot.plot(x, y, pen=pen, symbol=symbol, symbolSize=8, symbolBrush=colour)
        self._word(name, float(x[0]), float(y[0]), colour, (1, 0.5))

    def _word(self, text: str, x: float, y: float, colour, anchor: tuple[float, float]) -> None:  # type: ignore[no-untyped-def]
        said = pg.TextItem(text, color=colour, anchor=anchor, fill=theme.current().canvas)
        said.setFont(theme.font())
        said.setPos(x - (0.02 if anchor[0] == 1 else 0), y)
        self.plot.addItem(said)


def _empty_plot(height_px: int) -> pg.PlotWidget:
    shown = theme.current()
    plot = still_plot(shown.canvas, height_px)
    plot.setXRange(0, 1.05, padding=0.02)
    plot.setYRange(-0.08, 1.15, padding=0)
    for side, name in (("left", "share of trials"), ("bottom", "strength of the pattern")):
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(shown.line))
        axis.setStyle(tickLength=-4)
        axis.setLabel(name)
        axis.label.setFont(theme.font())
    plot.getAxis("left").setTicks([[(v / 4, f"{25 * v} %") for v in range(5)]])
    return plot
