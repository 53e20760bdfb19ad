"""The run: starts it, carries its progress to whoever shows it, lays its products down.

One object, so that the strip, the status bar and the menus never tell different stories.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from spurview.jobs import Failure, Job, JobRunner
from spurview.pipeline.stages import OPTIONAL_NAMES, STAGE_NAMES
from spurview.ui import project_jobs
from spurview.ui.document import Document
from spurview.ui.document_parts import StageDone

# A guess at the time left is worth showing only after this long in a stage.
_GUESS_AFTER_S = 3.0


class RunControl(QObject):
    """At most one run at a time."""

    # Anything a view shows has changed: began, moved on, ended.
    changed = Signal()
    # It began, was asked to stop, or ended; the steps between are left out.
    turned = Signal()
    # The run ended with a Failure.
    failed = Signal(object)
    # The run ended, however.
    ended = Signal()

    def __init__(
        self,
        document: Document,
        runner: JobRunner,
        parent: QObject | None = None,
        *,
        options: Callable[[], project_jobs.RunOptions] = project_jobs.RunOptions,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._runner = runner
        self._options = options
        self._job: Job | None = None
        self._began_stage = 0.0
        self.stage: str | None = None
        self._until: str | None = None
        self.step = ""
        self.fraction: float | None = None
        self.failed_stage: str | None = None
        self.failure: Failure | None = None
        document.replaced.connect(self._forget_failure)

    @property
    def is_running(self) -> bool:
        return self._job is not None

    @property
    def is_stopping(self) -> bool:
        """The person asked to stop and the work has not obeyed yet."""
        return self._job is not None and self._job.is_stopping

    @property
    def is_needed(self) -> bool:
        """Whether any stage is stale or missing."""
        return any(state != "fresh" for state in self._document.states.values())

    def is_needed_until(self, stage: str) -> bool:
        """Whether any stage up to this one is stale or missing."""
        upto = STAGE_NAMES[: STAGE_NAMES.index(stage) + 1]
        return any(self._document.states[name] != "fresh" for name in upto)

    @property
    def stages_after(self) -> int:
        """How many stages of the strip still have to run after the present one."""
        names = STAGE_NAMES[: STAGE_NAMES.index("layout")]
        if self.stage not in names:
            return 0
        later = names[names.index(self.stage) + 1 :]
        return sum(self._document.states[name] != "fresh" for name in later)

    @property
    def remaining_s(self) -> float | None:
        """About how long the present stage still takes; None when nobody can know."""
        spent = time.monotonic() - self._began_stage
        if not self.fraction or spent < _GUESS_AFTER_S:
            return None
        return spent * (1 - self.fraction) / self.fraction

    def start(self, *, until: str | None = None) -> None:
        """Compute every stale or missing stage; nothing while a run is under way.

        until: the last stage; an optional one is done only where it is named.
        """
        if self._job is not None or self._document.read_only:
            return
        self._forget_failure()
        self._until = until
        job = self._runner.submit(
            "run", project_jobs.running(self._document, until, self._options())
        )
        job.progressed.connect(self._on_progress)
        job.delivered.connect(self._on_delivered)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._job = job
        stale = (name for name, state in self._document.states.items() if state != "fresh")
        self.stage = next(stale, until)
        self._enter_stage(self.stage)
        self._turn()

    def start_again(self) -> None:
        """Do what the last run was to do."""
        self.start(until=self._until)

    def cancel(self) -> None:
        """Ask the run to stop; finished stages stay, the present one resumes next time."""
        if self._job is not None:
            self._job.cancel()
            self._turn()

    def _on_progress(self, done: int, total: int, message: str) -> None:
        stage, _, step = message.partition(":")
        is_stage = stage in (*STAGE_NAMES, *OPTIONAL_NAMES)
        if is_stage and stage != self.stage:
            self._enter_stage(stage)
        self.step = step.strip() if is_stage else message
        self.fraction = min(done / total, 1.0) if total > 0 else None
        self.changed.emit()

    def _on_delivered(self, done: StageDone) -> None:
        self._document.apply_product(done)
        self.changed.emit()

    def _on_failed(self, failure: Failure) -> None:
        self.failed_stage, self.failure = self.stage, failure

    def _on_ended(self) -> None:
        self._job = None
        self.stage, self.step, self.fraction = None, "", None
        self._turn()
        if self.failure is not None:
            self.failed.emit(self.failure)
        self.ended.emit()

    def _turn(self) -> None:
        self.changed.emit()
        self.turned.emit()

    def _enter_stage(self, stage: str | None) -> None:
        self.stage, self.step, self.fraction = stage, "", None
        self._began_stage = time.monotonic()

    def _forget_failure(self) -> None:
        self.failed_stage = self.failure = None
