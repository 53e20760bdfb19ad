"""One measured number beside its base, the table of all, and the JSON they are kept in."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np

import spurview

Scale = Literal["quick", "normal", "full"]

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "PySide6-Essentials", "pyqtgraph")
_HEADER = ("figure", "measured", "base", "ratio", "goal", "")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table.

    name: what was measured; value: in `unit`; base: the value of the peer or of the smallest
    case, measured in the same run, or None where there is nothing to compare with; base_name: which
    that is; goal: in words, empty where none was set; note: what else is worth knowing.
    """

    name: str
    value: float
    unit: str
    base: float | None = None
    base_name: str = ""
    goal: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over base."""
        return self.value / self.base if self.base else None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one benchmark, with where and when they were measured."""

    benchmark: str
    scale: Scale
    date: str
    machine: str
    cores: int
    threads: int
    load: float
    versions: dict[str, str]
    figures: list[Figure]


def measured(
    benchmark: str, scale: Scale, figures: list[Figure], *, cores: int, threads: int, load: float
) -> Measured:
    """The figures with versions, machine and date (UTC).

    cores: of the machine; threads: that the benchmark used; load: of the machine when it began.
    """
    return Measured(
        benchmark=benchmark,
        scale=scale,
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=f"{platform.machine()} {platform.system()}",
        cores=cores,
        threads=threads,
        load=round(load, 2),
        versions={
            "spurview": spurview.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        figures=figures,
    )


def write_json(path: Path, results: Sequence[Measured]) -> None:
    """All benchmarks of one run as a list; a figure's ratio is its value over its base."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(list(results))) + b"\n")


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """b of the value ~ size^b, by least squares of the logarithms: 1 is linear growth.

    Raises ValueError for fewer than two different sizes, or for values that are not positive.
    """
    if len(set(sizes)) < 2 or min(*sizes, *values) <= 0:
        raise ValueError(f"no growth can be fitted to {values} at {sizes}")
    slope, _ = np.polyfit(np.log(sizes), np.log(values), 1)
    return float(slope)


def table(figures: Sequence[Figure]) -> str:
    """The figures in columns as wide as they need, one a line."""
    rows = [_HEADER, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    base = "" if figure.base is None else f"{figure.base:.3g} {figure.base_name}".strip()
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    value = f"{figure.value:.3g} {figure.unit}".strip()
    return figure.name, value, base, ratio, figure.goal, figure.note
