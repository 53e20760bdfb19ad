"""A small plot that only shows: no menu, mouse or focus; imports pyqtgraph, so import it late."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from spurview.ui import theme


def still_plot(background: QColor, height_px: int) -> pg.PlotWidget:
    """The empty plot, with quiet lines across and the window's font at its axes."""
    plot = pg.PlotWidget(background=background)
    plot.setFixedHeight(height_px)
    plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setMenuEnabled(False)
    plot.setMouseEnabled(False, False)
    plot.hideButtons()
    plot.showGrid(y=True, alpha=0.12)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setTextPen(theme.current().text2)
        axis.setStyle(tickFont=theme.font(), tickLength=0)
    return plot
