"""How the search by a sample grows with pools that are too large to be searched as a whole.

Constructed images as for the engine, kept as a project keeps them, a byte for a value. Counted is
all that the stage *candidates* does: drawing the sample, the search in it, and telling all images;
in seconds of the processor, one thread.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.constructed import Case, Constructed, constructed
from benchmarks.engine import one_thread
from benchmarks.figures import Figure, Measured, Scale, exponent, measured
from spurview.core.large_pools import (
    SampleSizes,
    part_of,
    sample_sizes,
    sampled_rows,
    search_large,
)
from spurview.core.material import Floats, Rows, f1
from spurview.core.settings import CandidatesSettings

SIZES: dict[Scale, tuple[int, ...]] = {
    "quick": (25_000,),
    "normal": (25_000, 100_000),
    "full": (25_000, 100_000, 300_000),
}
_GOAL_POOL = 100_000


@dataclass(frozen=True)
class Spent:
    """Seconds of the processor in the sample's search and in telling all; what came of it.

    agreement: F1 of the best candidate's hits with the carriers; memory_mb: the most held.
    """

    sought_s: float
    told_s: float
    agreement: float
    memory_mb: float


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """All sizes of a scale; `say` gets a line for each before it is measured."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    spent = []
    with one_thread():
        for n_pool in SIZES[scale]:
            say(f"large: {n_pool:,} images")
            spent.append(spent_on(n_pool, n_classes=10))
    figures = figures_of(SIZES[scale], spent)
    return measured("large", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(sizes: tuple[int, ...], spent: list[Spent]) -> list[Figure]:
    """A figure for each size, and how the time grows."""
    totals = [one.sought_s + one.told_s for one in spent]
    figures = [
        Figure(
            name=f"candidates | {size:,} images",
            value=total,
            unit="s",
            base=totals[0],
            base_name=f"s at {sizes[0]:,}",
            goal="<= 120 s" if size == _GOAL_POOL else "",
            note=f"in the sample {one.sought_s:.1f} s, on all {one.told_s:.1f} s; "
            f"F1 {one.agreement:.3f}; {one.memory_mb:.0f} MB at most",
        )
        for size, total, one in zip(sizes, totals, spent, strict=True)
    ]
    if len(sizes) > 1:
        growth = exponent(sizes, totals)
        figures.append(Figure(name="growth", value=growth, unit="", goal="close to linear"))
    return figures


def spent_on(n_pool: int, n_classes: int, sizes: SampleSizes | None = None) -> Spent:
    """What the search of one pool takes; a quarter as many training images are beside it."""
    case = Case(n_pool, n_classes)
    made, pixels = _stored(case)
    bare, network = made.material, made.network
    told_from = [0.0]

    def gradients(images: Floats, class_index: int, of: Rows) -> Floats:
        whole = images.reshape(-1, *case.shape)
        return network.margin_gradients(whole, class_index).reshape(images.shape)

    def read(start: int, stop: int) -> Floats:
        return pixels[start:stop].astype(np.float32) / np.float32(255)

    def report(done: int, total: int, message: str) -> None:
        if message.startswith("telling") and not done:
            told_from[0] = time.process_time()

    start = time.process_time()
    rows = sampled_rows(bare, sizes or sample_sizes(bare.shape), 0)
    sample = part_of(bare, rows, pixels[rows].astype(np.float32) / np.float32(255))
    found, _ = search_large(
        bare,
        sample,
        rows,
        read,
        gradients,
        settings=CandidatesSettings(),
        seed=0,
        report=report,
    )
    return Spent(
        told_from[0] - start,
        time.process_time() - told_from[0],
        max(f1(f.candidate.hits, made.carriers) for f in found),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    )


def _stored(case: Case) -> tuple[Constructed, NDArray[np.uint8]]:
    """The case without its pixels as floats, and those as a project keeps them, (N, D) u8."""
    made = constructed(case, neighbours_among=1000)
    pixels = np.rint(made.material.images * 255).astype(np.uint8)
    bare = replace(made.material, images=np.zeros((len(pixels), 0), np.float32))
    return replace(made, material=bare), pixels
