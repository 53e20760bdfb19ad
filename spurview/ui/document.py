"""The open project as the window sees it: the file, unsaved products and verdicts over it.

The document is the only writer. Verdicts change through the commands of `commands` alone; views
read and listen. Opens and writes no file itself: that is a job's work (`project_jobs`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from spurview.core.arrays import Array, MemoryReader, OverlayReader, Reader
from spurview.core.settings import Settings
from spurview.pipeline.by_hand import made_in, replaced_as_judged, replaced_ids
from spurview.pipeline.carry_over import following, members_by_id, successors
from spurview.pipeline.findings import CandidateRows, Finding, Findings, candidate_records
from spurview.pipeline.hand_reader import Made
from spurview.pipeline.stages import State, states
from spurview.project.model import (
    HandMade,
    HistoryEvent,
    ProjectInfo,
    SensitivityRecord,
    SourceRecord,
    Verdict,
)
from spurview.ui.contents import Contents, OwnKey, own_key, read_contents, with_states
from spurview.ui.direction import shown_names
from spurview.ui.document_parts import (
    Change,
    HandChange,
    MemoryProject,
    ProductLike,
    ProjectLike,
    Snapshot,
    StageDone,
    changed_fields,
    judged,
    kept,
)
from spurview.ui.own_candidates import OwnCandidates, changed


class Document(QObject):
    """One project, what was done to it since the last save, and how to undo that."""

    # After verdicts or notes changed; a Change with ids and fields ("verdict", "note").
    verdicts_changed = Signal(object)
    # After products came in or became stale; a Change with stages.
    stages_changed = Signal(object)
    # After `is_modified` has turned; carries it.
    modified_changed = Signal(bool)
    # After another project took this document's place: forget everything and read again.
    replaced = Signal()

    def __init__(
        self, project: ProjectLike, contents: Contents | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self._put: dict[str, Array]
        self._drop: tuple[str, ...]
        self._products: tuple[ProductLike, ...]
        self._history: list[HistoryEvent]
        self._info: ProjectInfo
        self._take(project, contents)

    @classmethod
    def in_memory(
        cls, arrays: Mapping[str, Array], info: ProjectInfo, *, read_only: bool = False
    ) -> Document:
        """A document without a file, for tests and previews."""
        return cls(MemoryProject(arrays, info, read_only=read_only))

    def replace(self, project: ProjectLike, contents: Contents | None = None) -> None:
        """Show another project; undo history and unsaved work are gone."""
        was_modified = self.is_modified
        self._take(project, contents)
        self.undo_stack.clear()
        self.replaced.emit()
        if was_modified:
            self.modified_changed.emit(False)

    # What views read.

    @property
    def project(self) -> ProjectLike:
        """The project below the unsaved products; a job saves through it."""
        return self._project

    @property
    def reader(self) -> Reader:
        """Arrays with unsaved products laid over the file; a new object after each product."""
        return self._reader

    @property
    def stage_reader(self) -> Reader:
        """As `reader`, without the candidates made by hand: what stages compute from."""
        return self._base

    @property
    def info(self) -> ProjectInfo:
        return self._info

    @property
    def made_by_hand(self) -> Mapping[str, Made]:
        """What was computed of candidates made by hand, by id, also of those undone."""
        return self._own.made

    @property
    def stale_by_hand(self) -> list[str]:
        """Ids of the candidates made by hand that must be computed again."""
        return self._own.stale(self._info)

    def by_hand(self, candidate_id: str) -> HandMade | None:
        """The candidate of this id as a person made it; None for one that was found."""
        return next((own for own in self._info.by_hand if own.id == candidate_id), None)

    @property
    def aside(self) -> dict[str, Verdict]:
        """Verdicts of an earlier run that no candidate matches now, by their old id."""
        if self.findings is None:
            return {}
        known = {*self.rows, *replaced_ids(self._info)}
        return {i: v for i, v in self._verdicts.items() if i not in known}

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """A copy; change verdicts through commands."""
        return dict(self._verdicts)

    @property
    def findings(self) -> Findings | None:
        """The ranked findings with the current verdicts; None until verification has run."""
        return self._contents.findings

    @property
    def rows(self) -> dict[str, CandidateRows]:
        """Row numbers of every candidate by its id."""
        return self._contents.rows

    def rows_of(self, candidate_id: str | None) -> CandidateRows | None:
        """Row numbers of one candidate; None where there is none of this id."""
        return self.rows.get(candidate_id) if candidate_id is not None else None

    @property
    def keys(self) -> list[str]:
        return self._contents.keys

    @property
    def states(self) -> dict[str, State]:
        return self._contents.states

    @property
    def path(self) -> Path:
        return self._project.path

    @property
    def read_only(self) -> bool:
        return self._project.read_only

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def is_modified(self) -> bool:
        """Whether a save would change the file."""
        return (
            bool(self._put or self._drop)
            or self._verdicts != self._saved_verdicts
            or kept(self._info) != self._saved_kept
            or self._own.is_modified(self._info)
        )

    def finding(self, candidate_id: str | None) -> Finding | None:
        """The finding of this id, if there is one."""
        return self._by_id.get(candidate_id) if candidate_id is not None else None

    def class_of(self, candidate_id: str) -> int | None:
        """Index of the class the candidate belongs to."""
        finding = self.finding(candidate_id)
        return self.info.class_names.index(finding.class_) if finding else None

    def unsaved_verdicts(self) -> int:
        """How many candidates were judged differently since the last save."""
        ids = self._verdicts.keys() | self._saved_verdicts.keys()
        return sum(self._verdicts.get(i) != self._saved_verdicts.get(i) for i in ids)

    def display_name(self, candidate_id: str) -> str:
        """A short name such as "2 · A": the class, and a letter by rank within the class."""
        return self._names.get(candidate_id, candidate_id)

    # What commands and jobs write.

    def put_verdict(self, candidate_id: str, verdict: Verdict | None) -> None:
        """Set or take away one candidate's verdict; for commands only."""
        was_modified = self.is_modified
        candidate_id = self._followed(candidate_id)
        before = self._verdicts.pop(candidate_id, None)
        if verdict is not None:
            self._verdicts[candidate_id] = verdict
        self._judge()
        fields = changed_fields(before, verdict)
        self.verdicts_changed.emit(Change(ids=frozenset({candidate_id}), fields=fields))
        self._announce_modified(was_modified)

    def put_settings(self, settings: Settings) -> None:
        """Change the settings; what no longer fits them turns stale. For commands only."""
        was_modified, before = self.is_modified, self.states
        self._info = msgspec.structs.replace(self._info, settings=settings)
        now = self._restate()
        turned = frozenset(name for name in now if now[name] != before.get(name))
        self.stages_changed.emit(Change(stages=turned, fields=frozenset({"settings"})))
        self._announce_modified(was_modified)

    def put_sources(self, sources: Sequence[SourceRecord]) -> None:
        """Say where the originals are now. For commands only."""
        self._put_info("sources", sources=list(sources))

    def put_sensitivity(self, record: SensitivityRecord | None) -> None:
        """Take what trials on these images told."""
        self._put_info("sensitivity", sensitivity=record)

    def _put_info(self, field: str, **values: object) -> None:
        was_modified = self.is_modified
        self._info = msgspec.structs.replace(self._info, **values)
        self.stages_changed.emit(Change(fields=frozenset({field})))
        self._announce_modified(was_modified)

    def put_by_hand(self, change: HandChange) -> None:
        """Let candidates made by hand come and go; for commands only."""
        was_modified = self.is_modified
        self._info = changed(self._info, change, self._moved)
        self._show_own(change.come + change.go)
        self._announce_modified(was_modified)

    def learn_by_hand(self, made: Sequence[Made], contents: Contents | None = None) -> None:
        """Take what was computed of candidates made by hand, shown or soon to be."""
        was_modified = self.is_modified
        self._own.made |= {m.result.candidate.id: m for m in made}
        if contents is not None:
            self._known_contents[contents.own] = contents
        shown = [own for m in made if (own := self.by_hand(m.result.candidate.id))]
        if shown:
            self._show_own(shown)
        self._announce_modified(was_modified)

    def apply_product(self, done: StageDone) -> None:
        """Lay a stage's product over the file."""
        was_modified = self.is_modified
        product = done.product
        self._put = {n: a for n, a in self._put.items() if not n.startswith(product.drop)}
        self._put |= product.arrays
        self._drop = tuple(dict.fromkeys(self._drop + product.drop))
        self._products = (*self._products, product)
        # The run began with what the person had done by then; what came since stays as it is.
        now = self._info
        self._info = msgspec.structs.replace(
            done.info,
            settings=now.settings,
            by_hand=now.by_hand,
            sources=now.sources,
            sensitivity=now.sensitivity,
        )
        self._history = [*self._history, done.event]
        self._lay_over()
        self._derive(done.contents)
        self._restate()
        if product.stage == "candidates":
            self._carry_verdicts_over()
        self.stages_changed.emit(Change(stages=frozenset({product.stage})))
        self._announce_modified(was_modified)

    def snapshot(self) -> Snapshot:
        """What a save must write now."""
        own = self._own.is_modified(self._info)
        return Snapshot(
            info=self._info,
            verdicts=dict(self._verdicts),
            history=list(self._history),
            put=self._put | (self._own.arrays(self._info) if own else {}),
            drop=(*self._drop, self._own.prefix) if own else self._drop,
            products=self._products,
        )

    def mark_saved(self, saved: Snapshot) -> None:
        """Take note that `saved` is in the file; what came since stays unsaved."""
        was_modified = self.is_modified
        self._saved_verdicts = saved.verdicts
        self._saved_kept = kept(saved.info)
        self._own.mark_saved(saved.info, saved.put)
        self._put = {n: a for n, a in self._put.items() if saved.put.get(n) is not a}
        self._products = self._products[len(saved.products) :]
        self._drop = tuple(dict.fromkeys(p for product in self._products for p in product.drop))
        if self._info is saved.info:
            # The file has counted its revision on.
            self._info = self._project.info
        self._lay_over()
        self._announce_modified(was_modified)

    # Inside.

    def _take(self, project: ProjectLike, contents: Contents | None) -> None:
        self._project = project
        self._info = project.info
        self._verdicts = dict(project.verdicts)
        self._saved_verdicts = dict(project.verdicts)
        self._saved_kept = kept(project.info)
        self._history = list(project.history)
        self._put, self._drop, self._products = {}, (), ()
        self._moved: dict[str, str] = {}
        self._own = OwnCandidates(project.info, contents.made if contents else made_in(project))
        self._lay_over()
        keys = contents.keys if contents else project.keys()
        self._contents = Contents(keys, {}, {}, None)
        self._derive(contents)

    def _lay_over(self) -> None:
        self._base: Reader = OverlayReader(MemoryReader(self._put), self._project, self._drop)
        self._reader: Reader = self._own.over(self._base, self._info)
        # Contents that were read from this base, by what was laid over it.
        self._known_contents: dict[OwnKey, Contents] = {}

    def _derive(self, contents: Contents | None) -> None:
        key = own_key(self._info, self._own.made)
        if contents is None or contents.own != key:
            contents = self._known_contents.get(key) or read_contents(
                self._base, self._info, self._verdicts, self.keys, self._own.made
            )
        self._known_contents[key] = self._contents = contents
        self._judge()

    def _show_own(self, changed_ones: Sequence[HandMade]) -> None:
        """Lay those made by hand over anew and tell of it."""
        self._reader = self._own.over(self._base, self._info)
        self._derive(None)
        self._restate()
        self.stages_changed.emit(
            Change(
                ids=frozenset(own.id for own in changed_ones),
                stages=frozenset({"candidates"}),
                fields=frozenset({"by_hand"}),
            )
        )

    def _restate(self) -> dict[str, State]:
        """Read the stages' states again."""
        self._contents = with_states(self._contents, states(self._info, self._reader))
        return self.states

    def _judge(self) -> None:
        """Write the current verdicts into the findings."""
        findings = self._contents.findings
        if findings is not None:
            found = [judged(f, self._verdicts.get(f.id)) for f in findings.findings]
            findings = msgspec.structs.replace(findings, findings=found)
            self._contents = replace(self._contents, findings=findings)
        self._by_id = {f.id: f for f in findings.findings} if findings else {}
        self._names = shown_names(findings) if findings else {}

    def _carry_verdicts_over(self) -> None:
        """Move verdicts to the candidates that have their members now; keep the rest aside."""
        names = self._info.class_names
        classes = {r.id: names[r.class_index] for r in candidate_records(self._base)}
        members = members_by_id(self._base)
        own = {known.id for known in self._info.by_hand}
        judged = {i: v for i, v in self._verdicts.items() if i not in own}
        moved = successors(replaced_as_judged(self._info) | judged, members, classes)
        self._moved = {old: moved.get(now, now) for old, now in self._moved.items()} | moved
        self._verdicts = {moved.get(i, i): verdict for i, verdict in self._verdicts.items()}
        by_hand = [following(known, moved) for known in self._info.by_hand]
        self._info = msgspec.structs.replace(self._info, by_hand=by_hand)
        self._judge()

    def _followed(self, candidate_id: str) -> str:
        """The present id of a candidate that a command knows by an older one."""
        return self._moved.get(candidate_id, candidate_id)

    def _announce_modified(self, was_modified: bool) -> None:
        if self.is_modified != was_modified:
            self.modified_changed.emit(self.is_modified)
