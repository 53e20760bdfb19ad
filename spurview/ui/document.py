"""The open project as the window sees it: the file, unsaved products and verdicts over it.

The document is the only writer. Verdicts change through the commands of `commands` alone; views
read and listen. Opens and writes no file itself: that is a job's work (`project_jobs`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from spurview.core.arrays import Array, MemoryReader, OverlayReader, Reader
from spurview.core.settings import Settings
from spurview.pipeline.carry_over import successors
from spurview.pipeline.findings import CandidateRows, Finding, Findings, candidate_records
from spurview.pipeline.stages import State, states
from spurview.pipeline.wording import candidate_names
from spurview.project.model import HistoryEvent, ProjectInfo, StageRecord, Verdict
from spurview.ui.contents import Contents, read_contents, with_states


class ProjectLike(Reader, Protocol):
    """What the document needs of `project.store.Project`."""

    @property
    def info(self) -> ProjectInfo: ...

    @property
    def verdicts(self) -> dict[str, Verdict]: ...

    @property
    def history(self) -> list[HistoryEvent]: ...

    @property
    def path(self) -> Path: ...

    @property
    def work_dir(self) -> Path: ...

    read_only: bool
    locked_by: str | None

    def keys(self) -> list[str]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Change:
    """What changed: ids of candidates, names of stages, names of fields (empty: any)."""

    ids: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Snapshot:
    """Everything a save writes, taken at one moment."""

    info: ProjectInfo
    verdicts: dict[str, Verdict]
    history: list[HistoryEvent]
    put: dict[str, Array] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    products: tuple[ProductLike, ...] = ()


class ProductLike(Protocol):
    """What the document needs of `pipeline.run.Product`."""

    @property
    def stage(self) -> str: ...

    @property
    def arrays(self) -> dict[str, Array]: ...

    @property
    def drop(self) -> tuple[str, ...]: ...

    @property
    def record(self) -> StageRecord: ...


@dataclass(frozen=True)
class StageDone:
    """One stage's product, the info with its record, its line of history, and what follows."""

    product: ProductLike
    info: ProjectInfo
    event: HistoryEvent
    contents: Contents | None = None


def decoded_keys(reader: Reader) -> list[str]:
    """The images' keys, for readers that are no project file."""
    data = reader.read("/images/keys").tobytes()
    ends = [0, *reader.read("/images/keys_end").tolist()]
    return [data[a:b].decode("utf-8", "backslashreplace") for a, b in pairwise(ends)]


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
        return cls(_MemoryProject(arrays, info, read_only=read_only))

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
    def info(self) -> ProjectInfo:
        return self._info

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
            or self._info.settings != self._saved_settings
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
        changed = frozenset(
            name
            for name in ("verdict", "note", "tags")
            if getattr(before or _UNJUDGED, name) != getattr(verdict or _UNJUDGED, name)
        )
        self.verdicts_changed.emit(Change(ids=frozenset({candidate_id}), fields=changed))
        self._announce_modified(was_modified)

    def put_settings(self, settings: Settings) -> None:
        """Change the settings; what no longer fits them turns stale. For commands only."""
        was_modified, before = self.is_modified, self.states
        self._info = msgspec.structs.replace(self._info, settings=settings)
        now = self._restate()
        turned = frozenset(name for name in now if now[name] != before.get(name))
        self.stages_changed.emit(Change(stages=turned, fields=frozenset({"settings"})))
        self._announce_modified(was_modified)

    def apply_product(self, done: StageDone) -> None:
        """Lay a stage's product over the file."""
        was_modified = self.is_modified
        product = done.product
        self._put = {n: a for n, a in self._put.items() if not n.startswith(product.drop)}
        self._put |= product.arrays
        self._drop = tuple(dict.fromkeys(self._drop + product.drop))
        self._products = (*self._products, product)
        # The run began with the settings of its start; those changed since stay as they are.
        self._info = msgspec.structs.replace(done.info, settings=self._info.settings)
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
        return Snapshot(
            info=self._info,
            verdicts=dict(self._verdicts),
            history=list(self._history),
            put=dict(self._put),
            drop=self._drop,
            products=self._products,
        )

    def mark_saved(self, saved: Snapshot) -> None:
        """Take note that `saved` is in the file; what came since stays unsaved."""
        was_modified = self.is_modified
        self._saved_verdicts = saved.verdicts
        self._saved_settings = saved.info.settings
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
        self._saved_settings = project.info.settings
        self._history = list(project.history)
        self._put, self._drop, self._products = {}, (), ()
        self._moved: dict[str, str] = {}
        self._lay_over()
        keys = contents.keys if contents else project.keys()
        self._contents = Contents(keys, {}, {}, None)
        self._derive(contents)

    def _lay_over(self) -> None:
        self._reader: Reader = OverlayReader(MemoryReader(self._put), self._project, self._drop)

    def _derive(self, contents: Contents | None) -> None:
        self._contents = contents or read_contents(
            self._reader, self._info, self._verdicts, self.keys
        )
        self._judge()

    def _restate(self) -> dict[str, State]:
        """Read the stages' states again."""
        self._contents = with_states(self._contents, states(self._info, self._reader))
        return self.states

    def _judge(self) -> None:
        """Write the current verdicts into the findings."""
        findings = self._contents.findings
        if findings is not None:
            judged = [_judged(f, self._verdicts.get(f.id)) for f in findings.findings]
            findings = msgspec.structs.replace(findings, findings=judged)
            self._contents = Contents(self.keys, self.states, self.rows, findings)
        self._by_id = {f.id: f for f in findings.findings} if findings else {}
        self._names = candidate_names(findings) if findings else {}

    def _carry_verdicts_over(self) -> None:
        """Move verdicts to the candidates that have their members now; keep the rest aside."""
        names = self._info.class_names
        classes = {r.id: names[r.class_index] for r in candidate_records(self._reader)}
        members = {candidate_id: rows.members for candidate_id, rows in self.rows.items()}
        moved = successors(self._verdicts, members, classes)
        self._moved = {old: moved.get(now, now) for old, now in self._moved.items()} | moved
        self._verdicts = {moved.get(i, i): verdict for i, verdict in self._verdicts.items()}
        self._judge()

    def _followed(self, candidate_id: str) -> str:
        """The present id of a candidate that a command knows by an older one."""
        return self._moved.get(candidate_id, candidate_id)

    def _announce_modified(self, was_modified: bool) -> None:
        if self.is_modified != was_modified:
            self.modified_changed.emit(self.is_modified)


_UNJUDGED = Verdict(class_name="")


def _judged(finding: Finding, verdict: Verdict | None) -> Finding:
    known = verdict or _UNJUDGED
    return msgspec.structs.replace(
        finding, verdict=known.verdict, note=known.note, tags=list(known.tags)
    )


class _MemoryProject(MemoryReader):
    """Arrays and info in the shape of a project."""

    locked_by: str | None = None

    def __init__(self, arrays: Mapping[str, Array], info: ProjectInfo, *, read_only: bool) -> None:
        super().__init__(arrays)
        self.info = info
        self.verdicts: dict[str, Verdict] = {}
        self.history: list[HistoryEvent] = []
        self.path = Path("untitled.spurview")
        self.work_dir = Path(tempfile.gettempdir()) / ".untitled.spurview.work"
        self.read_only = read_only

    def keys(self) -> list[str]:
        return decoded_keys(self)

    def close(self) -> None:
        """Nothing is held."""
