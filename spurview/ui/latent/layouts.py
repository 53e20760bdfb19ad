"""The layouts of all kinds of view: the project's own, and those jobs make for the session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from spurview.jobs import Failure, Job, JobRunner
from spurview.ui.document import Document
from spurview.ui.latent.layout import Layout
from spurview.ui.latent.layout_work import work_of
from spurview.ui.latent.view_kinds import KINDS, Kind

# "missing": the stages before have not run; "possible": may be started; "running": a job is at it.
State = Literal["missing", "possible", "running", "there"]

_MOST_KEPT = 8


@dataclass(frozen=True)
class Status:
    """Where one kind's layout stands: its job's steps of how many (0: unknown), or what failed."""

    state: State
    done: int = 0
    total: int = 0
    message: str = ""
    failure: Failure | None = None


class Layouts(QObject):
    """Asks are by kind; without a runner only what the project holds can be had."""

    # Another status or layout of a kind; carries its key.
    changed = Signal(str)

    def __init__(
        self, document: Document, runner: JobRunner | None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document, self._runner = document, runner
        self._kept: dict[tuple[str, ...], Layout] = {}
        self._jobs: dict[str, Job] = {}
        self._status: dict[str, Status] = {}
        self._wanted_by: dict[str, tuple[str, ...]] = {}
        document.replaced.connect(self.cancel_all)

    def layout(self, kind: Kind) -> Layout | None:
        """Where the images lie; None until that is known."""
        if not self._has_needs(kind):
            return None
        if kind.makes == "stored":
            return self._stored(kind)
        kept = self._kept.get(self._key(kind))
        stale = {self._document.states.get(name) for name in ("predictions", "embedding")}
        return kept if kept is None else replace(kept, is_stale="stale" in stale)

    def status(self, kind: Kind) -> Status:
        """Whether the layout is there, comes, or can be asked for."""
        if not self._has_needs(kind) or (kind.makes != "stored" and self._runner is None):
            return Status("missing")
        if kind.key in self._jobs:
            return self._status[kind.key]
        if kind.makes == "stored" or self._key(kind) in self._kept:
            return Status("there")
        if self._wanted_by.get(kind.key) == self._key(kind):
            return self._status.get(kind.key, Status("possible"))
        return Status("possible")

    def start(self, kind: Kind) -> None:
        """Have a layout computed that is possible."""
        if self._runner is None or self.status(kind).state != "possible":
            return
        document, key = self._document, self._key(kind)
        work = work_of(kind.key, document.reader, document.info.settings.seed)
        job = self._runner.submit("layout", work, brief=kind.makes == "quick")
        self._jobs[kind.key], self._wanted_by[kind.key] = job, key
        self._set(kind, Status("running", message="waiting for its turn"))
        job.started.connect(lambda: self._set(kind, Status("running", message="starting")))
        job.progressed.connect(
            lambda done, total, said: self._set(kind, Status("running", done, total, said))
        )
        job.finished.connect(lambda layout: self._keep(key, layout))
        job.failed.connect(lambda failure: self._set(kind, Status("possible", failure=failure)))
        job.cancelled.connect(lambda: self._set(kind, Status("possible")))
        job.ended.connect(lambda: self._forget(kind, job))

    def cancel(self, kind: Kind) -> None:
        """End the job of a kind, if there is one."""
        if kind.key in self._jobs:
            self._jobs[kind.key].cancel()

    def cancel_all(self) -> None:
        """End all jobs: another project has come, or the window goes."""
        for key in list(self._jobs):
            self.cancel(KINDS[key])

    def _set(self, kind: Kind, status: Status) -> None:
        self._status[kind.key] = status
        self.changed.emit(kind.key)

    def _keep(self, key: tuple[str, ...], layout: Layout) -> None:
        self._kept[key] = layout
        for oldest in list(self._kept)[:-_MOST_KEPT]:
            del self._kept[oldest]

    def _forget(self, kind: Kind, job: Job) -> None:
        if self._jobs.get(kind.key) is job:
            del self._jobs[kind.key]
            self.changed.emit(kind.key)

    def _has_needs(self, kind: Kind) -> bool:
        return all(self._document.reader.has(name) for name in kind.needs)

    def _key(self, kind: Kind) -> tuple[str, ...]:
        """What a layout hangs on: the same results of the same project give the same one."""
        info = self._document.info
        made = [
            info.stages[n].fingerprint for n in ("predictions", "embedding") if n in info.stages
        ]
        return (kind.key, info.project_id, str(info.settings.seed), *made)

    def _stored(self, kind: Kind) -> Layout:
        at = self._document.reader.read(kind.needs[0]).astype(np.float32, copy=False)
        record = self._document.info.stages.get("layout")
        method = str(record.facts.get("method", "PCA")) if record else "PCA"
        is_stale = self._document.states.get("layout") == "stale"
        return Layout(at, f"{kind.what}, {method}", is_stale=is_stale)
