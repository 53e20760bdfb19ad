"""The long work the window asks for, as plain functions for jobs: open, save, run, export.

They get snapshots and give values back. What is slow to import (torch, scikit-learn, the file
writer) is imported inside them: nothing of it may load before the window's first paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spurview.core.arrays import MemoryReader, OverlayReader, Reader
from spurview.core.progress import Report
from spurview.jobs import Work
from spurview.project import journal
from spurview.project.journal import Entry
from spurview.project.model import Verdict
from spurview.ui.contents import Contents, read_contents
from spurview.ui.document import Document
from spurview.ui.document_parts import ProjectLike, Snapshot, StageDone
from spurview.ui.short_turns import take_short_turns


@dataclass(frozen=True)
class Opened:
    """A project and what the document derives from it, ready for the window.

    unsaved: what a session that ended early left in the journal.
    """

    project: ProjectLike
    contents: Contents
    unsaved: Entry | None = None


def opening(path: Path) -> Work:
    """Work that gives an Opened."""

    def work(report: Report, deliver: Any) -> Opened:
        from spurview.project.store import Project

        report(0, 0, "open: reading the project")
        project = Project.open(path)
        try:
            report(0, 0, "open: reading the findings")
            contents = read_contents(project, project.info, project.verdicts, project.keys())
            unsaved = journal.unsaved(project.path, project.info, project.verdicts)
        except BaseException:
            project.close()
            raise
        return Opened(project, contents, unsaved)

    return work


def saving(project: Any, snapshot: Snapshot, path: Path | None = None) -> Work:
    """Work that writes the snapshot into the project's file, or into `path`; gives the snapshot."""
    work_dir = project.work_dir

    def work(report: Report, deliver: Any) -> Snapshot:
        from spurview.pipeline import run

        project.save(
            info=snapshot.info,
            put=snapshot.put,
            drop=snapshot.drop,
            verdicts=snapshot.verdicts,
            history=snapshot.history,
            path=path,
        )
        for product in snapshot.products:
            if isinstance(product, run.Product):
                run.clear_checkpoints(product, work_dir)
        return snapshot

    return work


@dataclass(frozen=True)
class RunOptions:
    """Where a run computes: a device as `core.device` names it, and threads, 0 for all.

    trusted: SHA-256 of files that may be opened although they can hold code.
    """

    device: str = "auto"
    threads: int = 0
    trusted: frozenset[str] = frozenset()


def running(
    document: Document, until: str | None = None, options: RunOptions | None = None
) -> Work:
    """Work that computes every stale or missing stage and delivers a StageDone for each.

    until: the last stage, as `pipeline.run.compute` has it.
    """
    chosen = options or RunOptions()
    reader: Reader = document.stage_reader
    info, keys, made = document.info, list(document.keys), dict(document.made_by_hand)
    verdicts: dict[str, Verdict] = document.verdicts
    work_dir = document.project.work_dir

    def work(report: Report, deliver: Any) -> None:
        from spurview.pipeline import run

        take_short_turns()
        _use_threads(chosen.threads)
        now, below = info, reader
        products = run.compute(
            reader,
            info,
            work_dir=work_dir,
            until=until,
            device=chosen.device,
            trusted=chosen.trusted,
            report=report,
        )
        for product in products:
            now = run.applied(now, product)
            below = OverlayReader(MemoryReader(product.arrays), below, product.drop)
            contents = read_contents(below, now, verdicts, keys, made)
            deliver(StageDone(product, now, run.history_event(product, now), contents))

    return work


# How many threads torch took by itself, once a person chose another number.
_own_threads: list[int] = []


def _use_threads(threads: int) -> None:
    """Let torch compute on so many threads; on as many as it takes by itself where it is 0."""
    if not threads and not _own_threads:
        return
    import torch

    if not _own_threads:
        _own_threads.append(torch.get_num_threads())
    torch.set_num_threads(threads or _own_threads[0])
