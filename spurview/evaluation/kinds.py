"""Kinds of run, and suites of them: how many runs each takes and what the seed draws.

A kind gives ranges from which the seed draws one cell, so that `kind:seed` names a run for ever.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct

from spurview.core.errors import InputError
from spurview.core.plant import Kind as PatternKind
from spurview.evaluation.cells import Cell, Jitter, Planting, Where
from spurview.evaluation.rows import Group
from spurview.sources.spec import DIGITS, PHOTOGRAPHS

# Keeps the draw of a cell apart from every other use of its seed.
_KIND_STREAM = 505
# Crops are larger and of three channels: fewer of them, and more epochs over those that are left.
_PHOTOGRAPHS_POOL = 2500
_PHOTOGRAPHS_SETTINGS: dict[str, str | int | float] = {"classifier.epochs": 15}


class Drawn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A planting of which the seed draws the rest.

    patterns: seeds take them in turn; sides_px, strengths, class_shares: least and most, ends
    included; times: how many such patterns, each of another class.
    """

    patterns: tuple[PatternKind, ...]
    sides_px: tuple[int, int] = (4, 8)
    level: str = ""
    strengths: tuple[float, float] = (1.0, 1.0)
    class_shares: tuple[float, float] = (0.8, 1.0)
    pool_share: float = 0.05
    place: Literal["quiet", "random"] = "quiet"
    jitter_px: Jitter = 0
    where: Where = "class"
    times: Annotated[int, Meta(ge=1, le=20)] = 1

    def __post_init__(self) -> None:
        if not self.patterns:
            raise ValueError("a planting needs at least one pattern")
        for name in ("sides_px", "strengths", "class_shares"):
            least, most = getattr(self, name)
            if least > most:
                raise ValueError(f"{name} goes from {least} down to {most}")


class RunKind(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of run: its images, what is planted, and how many runs it takes.

    sources: the seed takes one after the other; least, most: runs, as many as it takes until
    `learnt` of them have a pattern that the network learnt; both alike for a fixed number.
    """

    name: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    group: Group = "planted"
    sources: tuple[str, ...] = (DIGITS,)
    plantings: tuple[Drawn, ...] = ()
    least: Annotated[int, Meta(ge=1)] = 10
    most: Annotated[int, Meta(ge=1)] = 40
    learnt: Annotated[int, Meta(ge=0)] = 10
    n_interest: Annotated[int, Meta(ge=2)] = 5
    interest_images: Annotated[int, Meta(ge=0)] = 0
    pool_images: Annotated[int, Meta(ge=0)] = 0
    settings: dict[str, str | int | float] = {}

    def __post_init__(self) -> None:
        if not self.sources:
            raise ValueError(f"{self.name} has no source")
        if self.least > self.most:
            raise ValueError(
                f"{self.name} takes at least {self.least} runs but at most {self.most}"
            )


class Suite(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kinds of run under one name, in the order they are run in."""

    name: str
    kinds: tuple[RunKind, ...]

    def __post_init__(self) -> None:
        names = [kind.name for kind in self.kinds]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two kinds are called {name}")

    def kind(self, name: str) -> RunKind:
        """The kind of this name. Raises InputError where there is none."""
        for kind in self.kinds:
            if kind.name == name:
                return kind
        names = ", ".join(kind.name for kind in self.kinds)
        raise InputError(f"The suite {self.name} has no kind {name!r}: its kinds are {names}.")


def cell_of(kind: RunKind, seed: int) -> Cell:
    """The cell of a kind and a seed, always the same."""
    # By name, so that a kind draws the same however many stand before it.
    rng = np.random.default_rng([seed, _KIND_STREAM, *kind.name.encode()])
    source = kind.sources[seed % len(kind.sources)]
    # By full rounds through the sources, so that each of them meets every pattern.
    turn = seed // len(kind.sources)
    plantings = [
        _planting(drawn, rng, turn + time)
        for drawn in kind.plantings
        for time in range(drawn.times)
    ]
    small = source == PHOTOGRAPHS
    return Cell(
        kind=kind.name,
        seed=seed,
        group=kind.group,
        source=source,
        n_interest=kind.n_interest,
        interest_images=kind.interest_images,
        pool_images=kind.pool_images or (_PHOTOGRAPHS_POOL if small else 0),
        plantings=tuple(plantings),
        settings=(_PHOTOGRAPHS_SETTINGS if small else {}) | kind.settings,
    )


def _planting(drawn: Drawn, rng: np.random.Generator, turn: int) -> Planting:
    pattern = drawn.patterns[turn % len(drawn.patterns)]
    least, most = drawn.sides_px
    return msgspec.convert(
        {
            "pattern": pattern,
            "side_px": int(rng.integers(least, most + 1)),
            "level": drawn.level,
            "strength": round(float(rng.uniform(*drawn.strengths)), 3),
            "share_of_class": round(float(rng.uniform(*drawn.class_shares)), 3),
            "share_of_pool": drawn.pool_share,
            "place": drawn.place,
            "jitter_px": drawn.jitter_px,
            "where": drawn.where,
        },
        Planting,
    )
