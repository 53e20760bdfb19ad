"""Candidates made by hand: what a person may make of a selection, computed in a job, then pushed.

Nothing is pushed before its evidence is there: undo and redo never compute.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QObject, Signal

from spurview.core.errors import InputError
from spurview.jobs import Failure, Job, JobRunner, Work
from spurview.pipeline.by_hand import RESTS_ON, Choice, hand_made
from spurview.project.model import POOL, HandMade, now
from spurview.ui import commands, hand_jobs
from spurview.ui.document import Document
from spurview.ui.document_parts import HandChange
from spurview.ui.project_jobs import RunOptions
from spurview.ui.selection import Rows

RUN_FIRST = "Run the stages first: a candidate made by hand is tested as the found ones are."


class ByHand(QObject):
    """At most one such job at a time."""

    # A job began or ended; read `is_running`.
    changed = Signal()
    # Candidates came; carries the id of the first.
    made = Signal(str)
    # The job ended with a Failure.
    failed = Signal(object)

    def __init__(
        self,
        document: Document,
        runner: JobRunner,
        parent: QObject | None = None,
        *,
        options: Callable[[], RunOptions] = RunOptions,
    ) -> None:
        super().__init__(parent)
        self._document, self._runner, self._options = document, runner, options
        self._job: Job | None = None

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def cancel(self) -> None:
        """Ask the job to stop; then nothing was made."""
        if self._job is not None:
            self._job.cancel()

    def make(self, choices: Sequence[Choice], text: str) -> None:
        """Compute the choices and push them as one command.

        Raises InputError where nothing can be made of them now.
        """
        document = self._document
        self._refuse()
        own = [hand_made(document.info, choice, now()) for choice in choices]
        for made in own:
            if made.id in document.rows or document.by_hand(made.id):
                name = document.display_name(made.id)
                raise InputError(f"{name} is made of these very images already.")
        job = self._submit(self._making(own))
        project = document.project
        job.finished.connect(lambda done: self._on_made(project, own, done, text))

    def compute_again(self) -> None:
        """Compute those whose evidence is from before something changed; nothing to undo."""
        document = self._document
        stale = set(document.stale_by_hand)
        own = [known for known in document.info.by_hand if known.id in stale]
        if not own:
            raise InputError("Every candidate made by hand is up to date.")
        self._refuse()
        job = self._submit(self._making(own, by_itself=True))
        project = document.project
        job.finished.connect(lambda done: self._on_computed(project, done))

    def compute_stale(self) -> None:
        """As `compute_again`, where it can be done at all, for the end of a run."""
        document = self._document
        ready = document.findings is not None and self._is_ready
        if document.stale_by_hand and ready and not document.read_only and not self.is_running:
            self.compute_again()

    def _refuse(self) -> None:
        document = self._document
        commands.refuse_read_only(document)
        if self.is_running:
            raise InputError("Another candidate is being computed: wait for it, or cancel it.")
        if document.findings is None or not self._is_ready:
            raise InputError(RUN_FIRST)

    @property
    def _is_ready(self) -> bool:
        """Whether what candidates made by hand rest on is up to date."""
        return all(self._document.states.get(name) == "fresh" for name in RESTS_ON)

    def _making(self, own: Sequence[HandMade], *, by_itself: bool = False) -> Work:
        chosen = self._options()
        return hand_jobs.making(
            self._document, own, chosen.device, trusted=chosen.trusted, by_itself=by_itself
        )

    def _submit(self, work: Work) -> Job:
        job = self._runner.submit(hand_jobs.NAME, work)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._job = job
        self.changed.emit()
        return job

    def _on_made(
        self, project: object, own: list[HandMade], done: hand_jobs.Computed, text: str
    ) -> None:
        # While it was computed, another project may have taken the document's place.
        if self._document.project is not project:
            return
        self._document.learn_by_hand(done.made, done.contents)
        commands.put_by_hand(self._document, HandChange(come=tuple(own)), text)
        self.made.emit(own[0].id)

    def _on_computed(self, project: object, done: hand_jobs.Computed) -> None:
        if self._document.project is project:
            self._document.learn_by_hand(done.made, done.contents)

    def _on_failed(self, failure: Failure) -> None:
        self.failed.emit(failure)

    def _on_ended(self) -> None:
        self._job = None
        self.changed.emit()


def chosen_classes(document: Document, rows: Rows) -> dict[str, Rows]:
    """The pool images among `rows` by the class they got, the most frequent class first."""
    reader = document.reader
    if not len(rows) or not reader.has("/predictions/class"):
        return {}
    pool = rows[reader.read("/images/role")[rows] == POOL]
    predicted = reader.read("/predictions/class")[pool]
    counts = np.bincount(predicted, minlength=len(document.info.class_names))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda k: (-counts[k], k))
    return {document.info.class_names[k]: pool[predicted == k] for k in order}


def from_selection(class_name: str, rows: Rows) -> Choice:
    """The selected pool images of one class."""
    return Choice(class_name, rows.tolist())


def merged(document: Document, ids: Sequence[str]) -> Choice:
    """All members of several candidates of one class. Raises InputError where they are not."""
    findings = [document.finding(i) for i in ids]
    classes = {finding.class_ for finding in findings if finding is not None}
    if len(set(ids)) < 2 or None in findings:
        raise InputError("Choose two candidates or more to merge.")
    if len(classes) > 1:
        raise InputError("Only candidates of one class can be merged.")
    parents = {i: document.rows[i].members.tolist() for i in ids}
    rows = sorted({row for members in parents.values() for row in members})
    return Choice(classes.pop(), rows, "merge", parents)


def split(document: Document, candidate_id: str, selected: Rows) -> list[Choice]:
    """The selected members of a candidate, and the rest. Raises InputError where either is none."""
    finding = commands.known_finding(document, candidate_id)
    members = document.rows[candidate_id].members.tolist()
    chosen = set(selected.tolist())
    parts = [row for row in members if row in chosen], [row for row in members if row not in chosen]
    if not all(parts):
        raise InputError(
            "Select some of the candidate's images, but not all: "
            "those become one candidate, the rest another."
        )
    parents = {candidate_id: members}
    return [Choice(finding.class_, part, "split", parents) for part in parts]
