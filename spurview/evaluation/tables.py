"""Estimates in words, and rows of cells as tables of Markdown or of a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from spurview.evaluation.detection import Detection, Point
from spurview.evaluation.intervals import Estimate

NOTHING = "–"


def estimate_text(estimate: Estimate | None) -> str:
    """``19/20 95 % (76–99)`` for a share, ``0.97 (0.95–0.99)`` for a mean, a dash for none."""
    if estimate is None:
        return NOTHING
    if estimate.hits is not None:
        bounds = _bounds(estimate, lambda v: f"{100 * v:.0f}")
        return f"{estimate.hits}/{estimate.n} {percent(estimate.value)}{bounds}"
    digits = 0 if abs(estimate.value) >= 20 else 2
    return f"{estimate.value:.{digits}f}" + _bounds(estimate, lambda v: f"{v:.{digits}f}")


def detection_sentence(what: str, found: Detection, *, of: str = "a flip") -> str:
    """Where detection reaches 50 % and 95 %, or why that cannot be told."""
    if found.curve is None:
        return f"{what}: {found.why_not}"
    half, most = found.curve.points
    end = "95 % beyond 1" if most.at > 1 else f"95 % at {_point(most)}"
    return (
        f"{what}: 50 % at {of} of {_point(half)}, {end}, by logistic fit to "
        f"{len(found.strengths)} patterns with Fieller's intervals."
    )


def markdown_table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as a Markdown table, the first of them its head."""
    for place, row in enumerate(rows):
        yield "| " + " | ".join(escaped(cell) for cell in row) + " |"
        if place == 0:
            yield "|" + "---|" * len(row)


def escaped(text: str) -> str:
    """The text so that Markdown shows it as it is: names come from folders of anybody."""
    for sign in "\\`*_|<[":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows lined up for a terminal, two spaces apart."""
    told = [[" ".join(cell.split()) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in told) for i in range(len(told[0]))]
    for row in told:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _bounds(estimate: Estimate, told: Callable[[float], str]) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    dash = " to " if estimate.low < 0 else "–"
    return f" ({told(estimate.low)}{dash}{told(estimate.high)})"


def percent(value: float) -> str:
    """0.037 -> ``3.7 %``, 0.95 -> ``95 %``."""
    return f"{100 * value:.0f} %" if value in (0, 1) or value >= 0.1 else f"{100 * value:.1f} %"


def _point(point: Point) -> str:
    if point.low is None or point.high is None:
        return f"{point.at:.2f} (no bounds)"
    return f"{point.at:.2f} ({point.low:.2f} to {point.high:.2f})"


def number(n: int, noun: str) -> str:
    """1 -> ``1 run``, 2 -> ``2 runs``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
