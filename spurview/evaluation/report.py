"""The files of a report, made from finished runs: of a suite, or of trials on own images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from spurview.evaluation import sensitivity, sensitivity_plot
from spurview.evaluation.drawing import Plot
from spurview.evaluation.page import page
from spurview.evaluation.plots import plots_of
from spurview.evaluation.rows import Row
from spurview.evaluation.sensitivity import Sensitivity
from spurview.evaluation.summary import Summary, to_csv
from spurview.evaluation.summary_text import markdown
from spurview.pipeline.whole_files import write_whole

PAGE = "index.html"
SENSITIVITY = "sensitivity.md"


def write_report(folder: Path, rows: Sequence[Row], summary: Summary) -> list[Path]:
    """Write summary.md, summary.csv, plots and index.html; gives the files written.

    Raises InputError where one cannot be written.
    """
    plots = plots_of(rows, summary)
    texts = {
        "summary.md": markdown(summary),
        "summary.csv": to_csv(summary),
        PAGE: page(summary, rows, plots),
    }
    return _written(folder, texts, plots)


def write_sensitivity(folder: Path, told: Sensitivity) -> list[Path]:
    """Write sensitivity.md, sensitivity.json and plots; gives the files written.

    Raises InputError where one cannot be written.
    """
    texts = {
        SENSITIVITY: sensitivity.markdown(told),
        "sensitivity.json": sensitivity.to_json(told) + "\n",
    }
    return _written(folder, texts, sensitivity_plot.plots_of(told))


def _written(folder: Path, texts: Mapping[str, str], plots: Sequence[Plot]) -> list[Path]:
    files = {name: text.encode() for name, text in texts.items()}
    for plot in plots:
        files |= {f"{plot.name}.png": plot.png, f"{plot.name}.svg": plot.svg.encode()}
    for name, data in files.items():
        write_whole(folder / name, data)
    return [folder / name for name in files]
