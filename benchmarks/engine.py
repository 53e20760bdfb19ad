"""How the engine's time grows with the pool, with the classes, and with the size of the images.

Measured are the two calls that the stages *candidates* and *verification* make, in CPU seconds of
one thread, which other work on the machine disturbs least. In every round all cases take turns.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from benchmarks.constructed import Case, Constructed, constructed
from benchmarks.figures import Figure, Measured, Scale, exponent, measured
from benchmarks.sampling import Shares
from spurview.core.material import Floats, Rows, f1
from spurview.core.progress import silent
from spurview.core.search import Found, search
from spurview.core.settings import CandidatesSettings, VerificationSettings
from spurview.core.verification import Suspect, verify_all

T = TypeVar("T")

# What none of these calls is shared by the families (neighbours, covariances) or is evidence.
FAMILIES = {
    ("spurview.core.whole_family", ""): "whole image",
    ("spurview.core.detectors.by_family", "whole_image_proposals"): "whole image",
    ("spurview.core.local_family", ""): "local",
    ("spurview.core.detectors.by_family", "local_proposals"): "local",
    ("spurview.core.detectors.reverse", ""): "local",
    ("spurview.core.rematching", ""): "local",
    ("spurview.core.moved_family", ""): "moved",
}
# "Close to linear"; a fit over two sizes is off by about a tenth.
_MOST_EXPONENT = 1.2
_GOAL = f"close to linear (<= {_MOST_EXPONENT})"
_CLASSES = 10
_WARM_UP = Case(300, 2)
_GOAL_POOL, _GOAL_MINUTES = 100_000, 2


@dataclass(frozen=True)
class Series:
    """Cases that differ in one thing, smallest first, and the number that counts it for each.

    goal: of the fitted growth, empty where none was set.
    """

    name: str
    cases: tuple[Case, ...]
    sizes: tuple[int, ...]
    labels: tuple[str, ...]
    goal: str = ""


@dataclass(frozen=True)
class Timing:
    """CPU seconds of one case: the search, the tests of all its candidates and of the planted one.

    n_found: candidates; network_s: of it all in the network; shares: of the search, by family;
    planted_s: None where the planted pattern was not found.
    """

    search_s: float
    verify_s: float
    planted_s: float | None
    n_found: int
    network_s: float
    shares: dict[str, float]


class _Clocked:
    """A call that adds up the CPU time spent in it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def call(self, work: Callable[[], T]) -> T:
        start = time.process_time()
        try:
            return work()
        finally:
            self.seconds += time.process_time() - start


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """All series of a scale; `say` gets a line for every case before it is measured."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    every = series_of(scale)
    with one_thread():
        timings = timings_of(cases_of(every), 1 if scale == "quick" else 2, say)
    figures = [figure for s in every for figure in figures_of(s, [timings[c] for c in s.cases])]
    cores = os.cpu_count() or 1
    return measured("engine", scale, figures, cores=cores, threads=1, load=load)


def series_of(scale: Scale) -> list[Series]:
    """Pool sizes, numbers of classes, and image sizes in grey and in colour."""
    pools = {
        "quick": (1000, 2000, 4000),
        "normal": (1000, 2000, 4000, 8000),
        "full": (1000, 2000, 4000, 8000, 16_000, 30_000),
    }[scale]
    sides = (28, 48, 64) if scale == "quick" else (28, 40, 64, 96)
    n_pool = 1000 if scale == "quick" else 2000
    return [
        pool_series(pools, n_classes=_CLASSES),
        class_series((2, 5, 10), n_pool=n_pool),
        image_series(sides, n_pool=n_pool, channels=1),
        image_series(sides[:2] if scale == "quick" else sides, n_pool=n_pool, channels=3),
    ]


def pool_series(pools: Sequence[int], n_classes: int, side_px: int = 28) -> Series:
    """Pools of these many grey images."""
    cases = tuple(Case(n, n_classes, side_px) for n in pools)
    name = f"pool images, {n_classes} classes, {side_px} px"
    return Series(name, cases, tuple(pools), tuple(f"{n:,}" for n in pools), _GOAL)


def class_series(numbers: Sequence[int], n_pool: int) -> Series:
    """One pool size, shared out among these many classes."""
    cases = tuple(Case(n_pool, n) for n in numbers)
    name = f"classes, {n_pool:,} pool images, 28 px"
    return Series(name, cases, tuple(numbers), tuple(f"{n}" for n in numbers))


def image_series(sides_px: Sequence[int], n_pool: int, channels: int) -> Series:
    """Square images of these sides; growth is counted in their pixels."""
    cases = tuple(Case(n_pool, 2, side, channels) for side in sides_px)
    name = f"image pixels, {'grey' if channels == 1 else 'colour'}, {n_pool:,} pool images"
    sizes = tuple(side * side for side in sides_px)
    return Series(name, cases, sizes, tuple(f"{side} px" for side in sides_px))


def cases_of(every: Sequence[Series]) -> list[Case]:
    """Every case once: the series cross in some."""
    return list(dict.fromkeys(case for series in every for case in series.cases))


def timings_of(
    cases: Sequence[Case], rounds: int, say: Callable[[str], None]
) -> dict[Case, Timing]:
    """The quickest of each case; in every round the cases take turns."""
    # The first search of a process loads libraries, which is no part of its work.
    time_case(constructed(_WARM_UP))
    best: dict[Case, Timing] = {}
    for turn in range(rounds):
        for case in cases:
            say(f"round {turn + 1} of {rounds}: {case}")
            timing = time_case(constructed(case))
            best[case] = quickest(best[case], timing) if case in best else timing
    return best


def quickest(one: Timing, other: Timing) -> Timing:
    """The lesser time of either for each call, the rest from the quicker search.

    The same case does the same work each time: what is above the least is disturbance.
    """
    first, second = sorted((one, other), key=lambda t: t.search_s)
    planted = [t.planted_s for t in (one, other) if t.planted_s is not None]
    return replace(
        first,
        verify_s=min(first.verify_s, second.verify_s),
        planted_s=min(planted, default=None),
    )


def time_case(made: Constructed) -> Timing:
    """Search and verification of one pool, each called once."""
    material, shape, network = made.material, made.material.shape, _Clocked()

    def gradients(images: Floats, class_index: int, rows: Rows) -> Floats:
        pixels = images.reshape(-1, *shape)
        slopes = network.call(lambda: made.network.margin_gradients(pixels, class_index, rows))
        return slopes.reshape(images.shape)

    def logits(images: Floats, rows: Rows | None = None) -> Floats:
        return network.call(lambda: made.network.logits(images, rows))

    searching, testing, planted = _Clocked(), _Clocked(), _Clocked()
    with Shares(FAMILIES) as shares:
        found, _ = searching.call(
            lambda: search(
                material, gradients, settings=CandidatesSettings(), seed=0, report=silent
            )
        )
    verify = partial(
        verify_all, material, settings=VerificationSettings(), seed=0, report=silent, logits=logits
    )
    suspects = [Suspect(f.record, f.candidate, f.template) for f in found]
    testing.call(lambda: verify(suspects))
    network_s = network.seconds
    the_planted = planted_among(found, made)
    if the_planted is not None:
        planted.call(lambda: verify([suspects[the_planted]]))
    return Timing(
        searching.seconds,
        testing.seconds,
        None if the_planted is None else planted.seconds,
        len(found),
        network_s,
        shares.shares(),
    )


def planted_among(found: Sequence[Found], made: Constructed) -> int | None:
    """Place of the candidate that is the planted pattern: the right class, member F1 of .5."""
    pool = made.material.pool
    scores = [
        f1(f.candidate.hits & pool, made.carriers & pool)
        if f.candidate.class_index == made.target
        else 0.0
        for f in found
    ]
    best = int(np.argmax(scores)) if scores else 0
    return best if scores and scores[best] >= 0.5 else None


def figures_of(series: Series, timings: Sequence[Timing]) -> list[Figure]:
    """Each call at each size beside the smallest, then the fitted growth."""
    return [
        *_growth(series, "candidates", [t.search_s for t in timings], _notes(timings)),
        *_growth(series, "verification", [t.verify_s for t in timings], _tested(timings)),
        *_growth_of_planted(series, timings),
        *_at_the_goal(series, [t.search_s for t in timings]),
    ]


def _growth(
    series: Series, what: str, seconds: Sequence[float], notes: Sequence[str]
) -> Iterator[Figure]:
    for label, size, value, note in zip(series.labels, series.sizes, seconds, notes, strict=True):
        yield Figure(
            name=f"{what} | {series.name}: {label}",
            value=value,
            unit="s",
            base=seconds[0],
            base_name=f"s at {series.labels[0]}",
            goal=f"linear: {size / series.sizes[0]:.2f}",
            note=note,
        )
    yield Figure(
        name=f"{what} | {series.name}: growth",
        value=exponent(series.sizes, seconds),
        unit="exponent",
        goal=series.goal,
    )


def _growth_of_planted(series: Series, timings: Sequence[Timing]) -> Iterator[Figure]:
    """The tests of one pattern, whose number does not hang on how many candidates there are."""
    seconds = [t.planted_s for t in timings if t.planted_s is not None]
    if len(seconds) == len(timings):
        yield from _growth(series, "testing the planted pattern", seconds, [""] * len(seconds))


def _at_the_goal(series: Series, seconds: Sequence[float]) -> Iterator[Figure]:
    """What the growth of a pool of ten classes says of 100,000 images; not measured.

    By its last step: fixed costs make a fit over all sizes promise too much.
    """
    if series.cases[0].n_classes != _CLASSES or not series.goal:
        return
    last = exponent(series.sizes[-2:], seconds[-2:])
    ahead = (_GOAL_POOL / series.sizes[-1]) ** last
    yield Figure(
        name=f"candidates | {_GOAL_POOL:,} pool images, {_CLASSES} classes, extrapolated",
        value=seconds[-1] * ahead / 60,
        unit="CPU min",
        goal=f"<= {_GOAL_MINUTES}",
        note=f"from {series.labels[-1]} by the last step's exponent, {last:.2f}",
    )


def _notes(timings: Sequence[Timing]) -> list[str]:
    return [", ".join(f"{part} {share:.0%}" for part, share in t.shares.items()) for t in timings]


def _tested(timings: Sequence[Timing]) -> list[str]:
    return [f"{t.n_found} candidates; network {t.network_s:.2g} s of both" for t in timings]


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for torch, BLAS and OpenMP: CPU seconds are then the work that was done."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(before)
