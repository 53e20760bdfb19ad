"""Running the stages: each one that is stale or missing, in order, resuming where it stopped."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

import spurview
from spurview.core.arrays import Array, MemoryReader, OverlayReader, Reader
from spurview.core.errors import InputError, StageError
from spurview.core.freed_memory import hand_back
from spurview.core.progress import Report, silent
from spurview.core.settings import Settings
from spurview.pipeline.checkpoints import Checkpoints
from spurview.pipeline.stages import OPTIONAL_NAMES, STAGE_NAMES, fingerprint, stage_named, states
from spurview.project.model import HistoryEvent, ProjectInfo, StageRecord, now

if TYPE_CHECKING:
    from spurview.core.network import Asked

T = TypeVar("T")

# The work of each stage: a function of `Work` in a module that is loaded only when it is needed,
# since torch takes seconds.
_WORK = {
    "classifier": "training_stages",
    "predictions": "training_stages",
    "embedding": "training_stages",
    "candidates": "search_stages",
    "verification": "search_stages",
    "layout": "search_stages",
    "chance": "chance_stage",
}

Facts = dict[str, float | int | str]


@dataclass(frozen=True)
class Work:
    """All that a stage's function gets; it gives back arrays by name and a few facts.

    device: the kind that was chosen; given: a network in memory, in place of the project's own;
    project_dir: where relative paths begin; trusted: SHA-256 digests, 64 hex digits, of files
    that a person has agreed to open although they can hold code.
    """

    reader: Reader
    info: ProjectInfo
    checkpoints: Checkpoints
    device: str
    report: Report
    given: Asked | None = None
    project_dir: Path = Path()
    trusted: frozenset[str] = frozenset()

    @property
    def settings(self) -> Settings:
        """The project's settings."""
        return self.info.settings


@dataclass(frozen=True)
class Product:
    """What one stage made: arrays by name, the prefixes they replace, and the record of it."""

    stage: str
    arrays: dict[str, Array]
    drop: tuple[str, ...]
    record: StageRecord


def compute(
    reader: Reader,
    info: ProjectInfo,
    *,
    work_dir: Path,
    until: str | None = None,
    device: str = "auto",
    given: Asked | None = None,
    trusted: frozenset[str] = frozenset(),
    is_saved: bool = False,
    report: Report = silent,
) -> Iterator[Product]:
    """Products of the stages that are stale or missing, one after the other, up to `until`.

    An optional stage is done where it is `until` itself, or where its product is stale.
    reader, info: of the project, which is not changed; each product counts for the next stage.
    is_saved: the reader has a product by the time the next one is asked for, and none is held.
    given: a network in memory that answers in place of the project's own; trusted: digests of
    files that may be opened although they can hold code.
    Raises InputError for an unknown stage or device, StageError where a stage cannot do its work,
    and Cancelled from `report`.
    """
    for name in _names(until):
        state = states(info, reader).get(name)
        if state == "fresh" or (state is None and name != until):
            continue
        if name == "images":
            raise StageError("This project has no images: make a new one from its sources.")
        work = work_of(
            name,
            reader,
            info,
            work_dir=work_dir,
            device=device,
            given=given,
            trusted=trusted,
            report=report,
        )
        product = _run_stage(name, fingerprint(name, info), work)
        info = applied(info, product)
        if not is_saved:
            reader = OverlayReader(MemoryReader(product.arrays), reader, product.drop)
        yield product
        del product


def work_of(
    name: str,
    reader: Reader,
    info: ProjectInfo,
    *,
    work_dir: Path,
    device: str,
    given: Asked | None = None,
    trusted: frozenset[str] = frozenset(),
    report: Report = silent,
) -> Work:
    """What the function of a stage gets; arguments as for `compute`."""
    return Work(
        reader,
        info,
        Checkpoints(work_dir, name, fingerprint(name, info)),
        chosen_kind(device),
        _of_stage(name, report),
        given=given,
        project_dir=work_dir.absolute().parent,
        trusted=trusted,
    )


def _names(until: str | None) -> tuple[str, ...]:
    """Names of the stages up to `until`, in order; of all where it is None."""
    names = (*STAGE_NAMES, *OPTIONAL_NAMES)
    if until is None:
        return names
    if until not in names:
        raise InputError(f"There is no stage {until!r}: stages are {', '.join(names)}.")
    return names[: names.index(until) + 1]


def applied(info: ProjectInfo, product: Product) -> ProjectInfo:
    """The info of the project once the product is in it."""
    kept = {
        name: record
        for name, record in info.stages.items()
        if not stage_named(name).makes[0].startswith(product.drop)
    }
    stages = {**kept, product.stage: product.record}
    return msgspec.structs.replace(info, stages=stages)


def history_event(product: Product, info: ProjectInfo) -> HistoryEvent:
    """The line of the project's history that tells of the product."""
    return HistoryEvent(
        time=product.record.finished,
        what=f"{product.stage} run",
        spurview=product.record.spurview,
        device=product.record.device,
        seconds=product.record.seconds,
        settings=info.settings,
    )


def clear_checkpoints(product: Product, work_dir: Path) -> None:
    """Remove what the stage kept in the work folder: its product is safe now."""
    Checkpoints(work_dir, product.stage, product.record.fingerprint).clear()


def chosen_kind(device: str) -> str:
    """The kind of device meant by the name. Raises InputError where there is none."""
    from spurview.core.device import choose_device

    return choose_device(device).type


def _of_stage(name: str, report: Report) -> Report:
    def stage_report(done: int, total: int, message: str) -> None:
        report(done, total, f"{name}: {message}")

    return stage_report


def _run_stage(name: str, mark: str, work: Work) -> Product:
    work.report(0, 1, "starting")
    function = _function(name)
    # What the stage before worked with.
    hand_back()
    started = time.monotonic()
    (arrays, facts), device = within_memory(function, work)
    work.report(1, 1, "done")
    record = StageRecord(
        fingerprint=mark,
        finished=now(),
        seconds=round(time.monotonic() - started, 3),
        device=device,
        spurview=spurview.__version__,
        facts=facts,
    )
    return Product(name, arrays, stage_named(name).makes, record)


def within_memory(function: Callable[[Work], T], work: Work) -> tuple[T, str]:
    """`function(work)` and the device that did it: the CPU where the GPU's memory is too small.

    With one thread of BLAS: of many small systems its threads wait for one another, and for those
    of torch, more than they help (docs/PERFORMANCE.md). Raises StageError where there is no room on
    the CPU either.
    """
    from threadpoolctl import threadpool_limits

    from spurview.core.device import ON_CPU, else_on_cpu

    with threadpool_limits(1, "blas"):
        return else_on_cpu(
            lambda device: function(replace(work, device=device)),
            work.device,
            lambda: work.report(0, 1, ON_CPU),
        )


def _function(name: str) -> Callable[[Work], tuple[dict[str, Array], Facts]]:
    module = importlib.import_module(f"spurview.pipeline.{_WORK[name]}")
    function: Callable[[Work], tuple[dict[str, Array], Facts]] = getattr(module, name)
    return function
