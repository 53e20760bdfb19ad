"""A few images of sources, read as all would be: enough to try a network on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spurview.core.progress import Report, silent
from spurview.core.settings import ImagesSettings
from spurview.sources.forms import gather_all
from spurview.sources.gathering import Gathered, Item
from spurview.sources.reading import read_gathered
from spurview.sources.spec import ImagesProduct, SourceSpec, natural_key

# A network of very many classes is tried on no more of them; one image of each must be read.
_MOST_CLASSES = 200
_GOLDEN = (5**0.5 - 1) / 2


def read_sample(
    interest: Sequence[SourceSpec],
    pool: Sequence[SourceSpec],
    *,
    settings: ImagesSettings,
    n_interest: int,
    n_pool: int,
    turn: int = 0,
    project_dir: Path,
    report: Report = silent,
) -> ImagesProduct:
    """At least so many images of interest, one of every class among them, and so many of the pool.

    turn: another number gives other images, the same number the same. Raises as `read_sources`.
    """
    specs = [*interest, *pool]
    gathered = gather_all(interest, pool, project_dir, report)
    ours = [item for source in gathered if source.role == "interest" for item in source.items]
    theirs = [item for source in gathered if source.role == "pool" for item in source.items]
    kept = {id(item) for item in _by_class(ours, n_interest, turn)}
    kept |= {id(item) for item in _spread(theirs, n_pool, turn)}
    return read_gathered(
        specs,
        [_only(source, kept) for source in gathered],
        settings=settings,
        seed=0,
        work_dir=None,
        report=report,
    )


def _only(source: Gathered, kept: set[int]) -> Gathered:
    items = [item for item in source.items if id(item) in kept]
    # One of each source, which would else seem to hold no image.
    return replace(source, items=items or source.items[:1], skipped=[])


def _by_class(items: Sequence[Item], n: int, turn: int) -> list[Item]:
    """Images class by class in turn, until there are `n` and each class has one."""
    by_class: dict[str, list[Item]] = {}
    for item in items:
        by_class.setdefault(item.label or "", []).append(item)
    names = sorted(by_class, key=natural_key)[:_MOST_CLASSES]
    rounds = max(1, -(-n // max(1, len(names))))
    drawn = [
        image
        for number in range(rounds)
        for name in names
        for image in _spread(by_class[name], rounds, turn)[number : number + 1]
    ]
    return drawn[: max(n, len(names))]


def _spread(items: Sequence[Item], n: int, turn: int) -> list[Item]:
    """`n` images spread evenly over all, further on for another turn."""
    if not items:
        return []
    n = min(n, len(items))
    step = len(items) / n
    # By the golden ratio turns fall far from one another, whatever the step is.
    shift = int(turn * _GOLDEN % 1 * step)
    return [items[int(place * step) + shift] for place in range(n)]
