"""The files of a report: summary.md, summary.csv, plots and index.html, made from finished runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spurview.evaluation.page import page
from spurview.evaluation.plots import plots_of
from spurview.evaluation.rows import Row
from spurview.evaluation.summary import Summary, to_csv
from spurview.evaluation.summary_text import markdown
from spurview.pipeline.export import write_whole

RUNS = "runs.csv"
PAGE = "index.html"


def write_report(folder: Path, rows: Sequence[Row], summary: Summary) -> list[Path]:
    """Write the report of the runs into the folder; gives the files written.

    Raises InputError where one cannot be written.
    """
    plots = plots_of(rows, summary)
    files = {
        "summary.md": markdown(summary).encode(),
        "summary.csv": to_csv(summary).encode(),
        PAGE: page(summary, rows, plots).encode(),
    }
    for plot in plots:
        files |= {f"{plot.name}.png": plot.png, f"{plot.name}.svg": plot.svg.encode()}
    for name, data in files.items():
        write_whole(folder / name, data)
    return [folder / name for name in files]
