"""What the dialogs of Tools compute on the jobs' thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spurview.core.arrays import Reader
from spurview.core.errors import InputError
from spurview.core.progress import Report
from spurview.jobs import Work
from spurview.project.model import ProjectInfo, SensitivityRecord

if TYPE_CHECKING:
    from spurview.pipeline.comparison import Comparison, Side
    from spurview.pipeline.experiment import Plan
    from spurview.ui.document import Document


def looking(reader: Reader, info: ProjectInfo, plan: Plan) -> Work:
    """Work that gives a Look at a planted pattern."""

    def work(report: Report, deliver: Any) -> Any:
        from spurview.pipeline.experiment import look

        return look(reader, info, plan)

    return work


def planting(reader: Reader, info: ProjectInfo, plan: Plan, path: Path) -> Work:
    """Work that makes an experiment and gives its path."""

    def work(report: Report, deliver: Any) -> Path:
        from spurview.pipeline.experiment import make_experiment

        return make_experiment(reader, info, plan, path, report=report)

    return work


@dataclass(frozen=True)
class Shown:
    """A comparison; of each side's findings by id, names and small pictures (h, w, 3) u8."""

    found: Comparison
    names: tuple[dict[str, str], dict[str, str]] = field(default_factory=lambda: ({}, {}))
    pictures: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] = field(
        default_factory=lambda: ({}, {})
    )


def comparing(document: Document, path: Path) -> Work:
    """Work that compares the open project with the one at `path` and gives a Shown."""
    findings, reader, name = document.findings, document.reader, document.title
    keys = list(document.keys)

    def work(report: Report, deliver: Any) -> Shown:
        from spurview.pipeline.comparison import Side, compare
        from spurview.pipeline.findings import collect
        from spurview.pipeline.wording import candidate_names
        from spurview.project.store import Project

        if findings is None:
            raise InputError(f"{name} has no findings yet: run it first.")
        report(0, 0, f"compare: reading {path.name}")
        with Project.open(path, lock=False) as other:
            theirs = collect(other, other.info, other.verdicts, other.keys())
            sides = (
                Side(name, findings, reader, keys),
                Side(path.name, theirs, other, other.keys()),
            )
            report(0, 0, "compare: matching the findings")
            names = (candidate_names(findings), candidate_names(theirs))
            return Shown(compare(*sides), names, (_pictures(sides[0]), _pictures(sides[1])))

    return work


def _pictures(side: Side) -> dict[str, np.ndarray]:
    from spurview.pipeline.findings import candidate_records
    from spurview.pipeline.thumbnail import thumbnail

    places = {r.id: index for index, r in enumerate(candidate_records(side.reader))}
    rows = {key: row for row, key in enumerate(side.keys)}
    return {
        finding.id: thumbnail(
            side.reader,
            places[finding.id],
            [rows[key] for key in finding.members],
            localised=finding.localised,
        )
        for finding in side.findings.findings
        if finding.id in places and finding.members
    }


def locating(
    info: ProjectInfo, reader: Reader, source: int, folder: Path, project_dir: Path
) -> Work:
    """Work that gives a Relocation of one source."""

    def work(report: Report, deliver: Any) -> Any:
        from spurview.pipeline.relocate import relocate

        return relocate(info, reader, source, folder, project_dir, report=report)

    return work


def missing(info: ProjectInfo, project_dir: Path) -> Work:
    """Work that gives the numbers of the sources that are no longer where they were."""

    def work(report: Report, deliver: Any) -> Any:
        from spurview.pipeline.relocate import missing_sources

        return missing_sources(info, project_dir)

    return work


def trying_patterns(path: Path, work_dir: Path, number: int, processes: int, mark: str) -> Work:
    """Work that runs `number` trials of each strength and share on the project at `path`.

    Delivers and gives a SensitivityRecord, as `own_trials.tried` makes it.
    """

    def work(report: Report, deliver: Callable[[Any], None]) -> SensitivityRecord:
        from spurview.evaluation.own_trials import tried

        return tried(
            path,
            work_dir,
            number,
            mark=mark,
            processes=processes,
            deliver=deliver,
            report=report,
        )

    return work
