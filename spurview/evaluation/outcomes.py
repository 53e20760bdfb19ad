"""Finished runs seen pattern by pattern: what was learnt, found, ranked, alarmed.

A pattern counts for finding only where the network learnt it. Knows nothing of files or wording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from spurview.evaluation.measures import FOUND_F1
from spurview.evaluation.rows import Number, Row


@dataclass(frozen=True)
class PlantedIn:
    """One planted pattern of one run."""

    row: Row
    index: int

    def number(self, column: str) -> Number:
        """What is known of the pattern in this column; None where it is not known."""
        value: Number = getattr(self.row, column)[self.index]
        return value

    def word(self, column: str) -> str:
        """The pattern's word in this column, empty where it is not known."""
        value: str | None = getattr(self.row, column)[self.index]
        return value or ""

    @property
    def is_learnt(self) -> bool:
        """Whether the network learnt it."""
        return bool(self.number("learnt"))

    @property
    def is_found(self) -> bool:
        """Whether a candidate is the pattern."""
        return self.number("rank") is not None

    @property
    def is_alarmed(self) -> bool:
        """Whether the candidate that is the pattern is an alarm."""
        return self.word("outcome") == "alarm"

    @property
    def false_before(self) -> int | None:
        """How many candidates that are no planted pattern rank before it; None: not found."""
        rank = self.number("rank")
        if rank is None:
            return None
        others = sum(other is not None and other < rank for other in self.row.rank)
        return int(rank) - 1 - others

    @property
    def is_first_of_literal(self) -> bool:
        """Whether the literal method's first cluster is the pattern."""
        best = self.number("literal_best_f1")
        return self.number("literal_rank") == 1 and best is not None and best >= FOUND_F1


def planted_in(row: Row) -> list[PlantedIn]:
    """The patterns of a run, in their order."""
    return [PlantedIn(row, index) for index in range(row.n_patterns)]


@dataclass(frozen=True)
class Runs:
    """Runs to be told of together, and the clean runs that their scores are compared with."""

    rows: Sequence[Row]
    clean: Sequence[Row] = field(default=())

    @cached_property
    def learnt(self) -> list[list[PlantedIn]]:
        """The learnt patterns, run by run."""
        return [[p for p in planted_in(row) if p.is_learnt] for row in self.rows]

    @cached_property
    def all_learnt(self) -> list[PlantedIn]:
        """The learnt patterns of all runs."""
        return [pattern for run in self.learnt for pattern in run]

    @property
    def not_learnt(self) -> list[PlantedIn]:
        """The patterns that no network learnt: counted, and listed apart."""
        return [p for row in self.rows for p in planted_in(row) if not p.is_learnt]

    @property
    def n_planted(self) -> int:
        """How many patterns were planted."""
        return sum(row.n_patterns for row in self.rows)

    @property
    def with_learnt(self) -> list[Row]:
        """The runs whose network learnt a pattern."""
        return [row for row, learnt in zip(self.rows, self.learnt, strict=True) if learnt]

    def each(self, value: Callable[[PlantedIn], Number]) -> list[list[float]]:
        """A value of the learnt patterns, run by run, left out where it is not known."""
        return [known(value(pattern) for pattern in run) for run in self.learnt]


def known(values: Iterable[Number]) -> list[float]:
    """The values that are known."""
    return [value for value in values if value is not None]
