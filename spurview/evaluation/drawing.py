"""How reports are drawn: style, strips, intervals, dots; the same figure gives the same bytes.

With `plots` and `sensitivity_plot` the only module that knows matplotlib, and without its state:
figures are made and drawn as objects. Knows nothing of runs.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from spurview.evaluation.intervals import Estimate

# The colours of the light window (ui.theme), which a test compares; no window may be loaded here.
OURS, OTHER, GREY = "#1D5BCB", "#E46F19", "#767C87"
ALARM, TEXT, TEXT2, LINE = "#B82E14", "#1A1C20", "#565B65", "#D3D6DC"
_DPI = 150
_WIDTH_IN = 8.0
_ROW_IN = 0.42
_STYLE: dict[Any, Any] = {
    # Names of kinds are shown as they are, whatever signs they hold.
    "text.parse_math": False,
    "svg.hashsalt": "spurview",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": TEXT,
    "axes.labelcolor": TEXT2,
    "axes.edgecolor": LINE,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "xtick.color": TEXT2,
    "ytick.color": TEXT2,
    "xtick.labelcolor": TEXT2,
    "ytick.labelcolor": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


@dataclass(frozen=True)
class Plot:
    """One plot: a name for its files, what it shows in a sentence, and how it is drawn."""

    name: str
    shows: str
    png: bytes
    svg: str


def drawn(name: str, shows: str, figure: Callable[[], Figure]) -> Plot:
    """The plot of the figure that the function makes, in the report's style."""
    with matplotlib.rc_context(_STYLE):
        made = figure()
        FigureCanvasAgg(made)
        png, svg = io.BytesIO(), io.BytesIO()
        made.savefig(png, format="png", dpi=_DPI, metadata={"Software": None})
        made.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Plot(name, shows, png.getvalue(), svg.getvalue().decode())


def panels(number: int, height_in: float) -> tuple[Figure, list[Axes]]:
    """Panels side by side with one upright axis."""
    made = Figure(figsize=(_WIDTH_IN, height_in), layout="constrained")
    axes = made.subplots(1, number, sharey=True, squeeze=False)
    return made, list(axes[0])


def strips(names: Sequence[str]) -> tuple[Figure, Axes]:
    """One level line a name, the first on top."""
    made = Figure(figsize=(_WIDTH_IN, 1.4 + _ROW_IN * len(names)), layout="constrained")
    axes = made.add_subplot()
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), [" ".join(name.split()) for name in names])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    return made, axes


def interval(
    axes: Axes, at: float, estimate: Estimate, colour: str, *, upright: bool = False
) -> None:
    """A dot with its interval, level or upright."""
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    ends, middle = ([at, at], [low, high]), ([at], [estimate.value])
    if not upright:
        ends, middle = ends[::-1], middle[::-1]
    axes.plot(*ends, color=colour, linewidth=1.6, solid_capstyle="butt", zorder=3)
    axes.plot(*middle, "o", color=colour, markersize=6, markeredgecolor="white", zorder=4)


def dots(
    axes: Axes,
    at: float,
    values: Sequence[float],
    colour: str,
    *,
    width: float = 0.5,
    marker: str = "o",
) -> None:
    """Values of one strip, spread around its line so that all can be seen."""
    y = at + width * spread(len(values))
    edge = 1.0 if marker == "x" else 0.0
    axes.plot(values, y, marker, color=colour, alpha=0.65, markersize=4.5, markeredgewidth=edge)


def spread(n: int) -> NDArray[np.float64]:
    """(n,) numbers in -.5 to .5 that keep apart from their neighbours, always the same."""
    return np.asarray((np.arange(n) * 0.6180339887 + 0.5) % 1 - 0.5, np.float64)


def share_axis(axes: Axes, label: str) -> None:
    """The level axis as shares from 0 to 100 %."""
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel(label)


def legend(axes: Axes, entries: Sequence[tuple[str, str, str]]) -> None:
    """Labels with their colours and markers, in one line above the axes."""
    for label, colour, marker in entries:
        axes.plot([], [], marker, color=colour, label=label, markersize=5)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=len(entries), borderaxespad=0,
        handletextpad=0.2,
    )  # fmt: skip
