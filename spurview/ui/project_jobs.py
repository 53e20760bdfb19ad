"""The long work the window asks for, as plain functions for jobs: open, save, run, export.

They get snapshots and give values back. What is slow to import (torch, scikit-learn, the file
writer) is imported inside them: nothing of it may load before the window's first paint.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spurview.core.arrays import MemoryReader, OverlayReader, Reader
from spurview.core.errors import Cancelled
from spurview.core.progress import Report
from spurview.jobs import Work
from spurview.project.model import ProjectInfo, Verdict
from spurview.ui.document import Contents, Document, ProjectLike, Snapshot, read_contents

if TYPE_CHECKING:
    from spurview.pipeline.run import Product

# Training shares the interpreter's lock with the window; a shorter turn keeps the window's
# gaps at 9-16 ms (p99).
_SWITCH_S = 0.0005


@dataclass(frozen=True)
class Opened:
    """A project and what the document derives from it, ready for the window."""

    project: ProjectLike
    contents: Contents


@dataclass(frozen=True)
class StageDone:
    """One stage's product, the info with its record, and what follows for the document."""

    product: Product
    info: ProjectInfo
    contents: Contents


def opening(path: Path) -> Work:
    """Work that gives an Opened."""

    def work(report: Report, deliver: Any) -> Opened:
        from spurview.project.store import Project

        report(0, 0, "open: reading the project")
        project = Project.open(path)
        try:
            report(0, 0, "open: reading the findings")
            contents = read_contents(project, project.info, project.verdicts, project.keys())
        except BaseException:
            project.close()
            raise
        return Opened(project, contents)

    return work


def saving(project: Any, snapshot: Snapshot, path: Path | None = None) -> Work:
    """Work that writes the snapshot into the project's file, or into `path`; gives the snapshot."""

    def work(report: Report, deliver: Any) -> Snapshot:
        project.save(
            info=snapshot.info,
            put=snapshot.put,
            drop=snapshot.drop,
            verdicts=snapshot.verdicts,
            history=snapshot.history,
            path=path,
        )
        return snapshot

    return work


def running(document: Document) -> Work:
    """Work that computes every stale or missing stage and delivers a StageDone for each."""
    reader: Reader = document.reader
    info, keys = document.info, list(document.keys)
    verdicts: dict[str, Verdict] = document.verdicts
    work_dir = getattr(document.project, "work_dir", None)

    def work(report: Report, deliver: Any) -> None:
        from spurview.pipeline import run

        sys.setswitchinterval(_SWITCH_S)
        now, below = info, reader
        for product in run.compute(reader, info, work_dir=work_dir, report=report):
            now = run.applied(now, product)
            below = OverlayReader(MemoryReader(product.arrays), below, product.drop)
            contents = read_contents(below, now, verdicts, keys)
            deliver(StageDone(product, now, contents))

    return work


def exporting(document: Document, candidate_ids: Iterable[str], folder: Path) -> Work:
    """Work that writes the candidates' highlighted images below `folder`; gives the files."""
    reader, info, keys = document.reader, document.info, list(document.keys)
    verdicts, wanted = document.verdicts, list(candidate_ids)

    def work(report: Report, deliver: Any) -> list[Path]:
        from spurview.pipeline import export

        raise Cancelled(export, reader, info, keys, verdicts, wanted, folder)

    return work
