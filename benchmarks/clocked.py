"""Milliseconds of single steps: by the clock, and of the processor alone.

The clock says what a person waits, on a machine that does nothing else. Where other work runs
beside, the processor's time says more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

Step = Callable[[], object]


@dataclass(frozen=True)
class Spent:
    """Of one step, or of one that stands for many."""

    wall_ms: float
    cpu_ms: float


def spent(steps: Iterable[Step], cpu: Callable[[], float] = time.thread_time) -> list[Spent]:
    """What each step took; `cpu` is the clock of this thread's processor time or of the process's.

    What making a step takes is not counted.
    """
    found = []
    for step in steps:
        wall, used = time.perf_counter(), cpu()
        step()
        found.append(Spent(1000 * (time.perf_counter() - wall), 1000 * (cpu() - used)))
    return found


def middle(times: list[Spent]) -> Spent:
    """The median of each."""
    return _at(times, 50)


def slow(times: list[Spent]) -> Spent:
    """What 95 of 100 stay under, of each."""
    return _at(times, 95)


def _at(times: list[Spent], percent: float) -> Spent:
    wall = np.percentile([one.wall_ms for one in times], percent)
    cpu = np.percentile([one.cpu_ms for one in times], percent)
    return Spent(float(wall), float(cpu))
