"""Trials on a project's own images, and what the project keeps of them.

Window and samples make the record here. How a trial is drawn and run is `own_images`' affair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.evaluation.own_images import POINTS, Point, own_images, run_trial, trials
from spurview.evaluation.rows import Row, read_rows
from spurview.evaluation.sensitivity import PointResult, sensitivity
from spurview.evaluation.workers import run_suite
from spurview.project.model import SensitivityPoint, SensitivityRecord


def tried(
    path: Path,
    work_dir: Path,
    number: int,
    *,
    mark: str,
    points: Sequence[Point] = POINTS,
    processes: int = 1,
    deliver: Callable[[SensitivityRecord], None] = lambda record: None,
    report: Report = silent,
) -> SensitivityRecord:
    """The record of `number` trials of each point, and of as many without a pattern.

    Finished trials are kept in `work_dir` and not run again. mark: what the record says that it
    depends on; deliver: told of the record so far as each trial ends. Raises InputError where no
    trial could be run.
    """
    report(0, 0, "trials: reading the images")
    own = own_images(path)
    folder = work_dir / "sensitivity"
    folder.mkdir(parents=True, exist_ok=True)
    # Of other images or settings the trials say nothing.
    table = folder / f"{own.mark}.csv"
    failures = run_suite(
        trials(own, number, points),
        table,
        jobs=processes,
        run=partial(run_trial, path),
        on_end=lambda _: deliver(recorded(read_rows(table), mark)),
        report=lambda done, total, _: report(done, total, f"trials: {done} of {total}"),
    )
    rows = read_rows(table)
    if not rows:
        why = f"No trial could be run: {failures[0].message}" if failures else "No trial was run."
        raise InputError(why)
    return recorded(rows, mark)


def recorded(rows: Sequence[Row], mark: str) -> SensitivityRecord:
    """What the rows say, as a project keeps it."""
    told = sensitivity(rows, project="")
    return SensitivityRecord(
        fingerprint=mark,
        made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        side_px=told.side_px,
        points=[_point(point) for point in told.points],
        clean_runs=told.clean_runs,
        clean_alarms=told.clean_alarms,
    )


def _point(point: PointResult) -> SensitivityPoint:
    found, alarmed = point.found, point.alarmed
    return SensitivityPoint(
        strength=point.strength,
        share_of_class=point.share_of_class,
        share_of_pool=point.share_of_pool,
        trials=point.trials,
        learnt=point.learnt,
        found=(found.hits or 0) if found else 0,
        alarmed=(alarmed.hits or 0) if alarmed else 0,
        low=(found.low or 0.0) if found else 0.0,
        high=found.high if found and found.high is not None else 1.0,
    )
