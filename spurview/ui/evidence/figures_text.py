"""The figures of the evidence as tab-separated text, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from spurview.pipeline.csv_tables import as_cell
from spurview.pipeline.effects import insertion_effects, removal_effects
from spurview.pipeline.evidence import Evidence, Occurrence


def figures_text(shown: Evidence) -> str:
    """Two tables with an empty line between: effects with intervals, and where it occurs.

    Shares are 0..1; an empty cell is not known.
    """
    lines: list[tuple[str, ...]] = [("effect", "share", "low", "high")]
    for effect in (*insertion_effects(shown.finding), *removal_effects(shown.finding)):
        low, high = effect.bounds or (None, None)
        lines.append(_cells(effect.name, effect.share, low, high))
    found: list[tuple[str, ...]] = [("images", "in class", "elsewhere", "lift", "q")]
    found.append(_occurrence("Pool, unseen half", shown.pool_occurrence()))
    training = shown.training_occurrence()
    if training is not None:
        found.append(_occurrence("Training images", training))
    return f"{_text(lines)}\n\n{_text(found)}\n"


def _occurrence(name: str, seen: Occurrence) -> tuple[str, ...]:
    return _cells(name, seen.inside, seen.outside, seen.lift, seen.q)


def _cells(*values: object) -> tuple[str, ...]:
    return tuple("" if value is None else str(as_cell(value)) for value in values)


def _text(lines: Iterable[tuple[str, ...]]) -> str:
    return "\n".join("\t".join(line) for line in lines)
