"""The small records that go into a document and come out of it, and a project without a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import msgspec

from spurview.core.arrays import Array, MemoryReader, Reader
from spurview.pipeline.findings import Finding
from spurview.project.codec import image_keys
from spurview.project.model import HandMade, HistoryEvent, ProjectInfo, StageRecord, Verdict
from spurview.ui.contents import Contents


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
class HandChange:
    """Candidates made by hand that come and those that go."""

    come: tuple[HandMade, ...] = ()
    go: tuple[HandMade, ...] = ()

    @property
    def backwards(self) -> HandChange:
        """The change that takes this one back."""
        return HandChange(self.go, self.come)


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
class Snapshot:
    """Everything a save writes, taken at one moment."""

    info: ProjectInfo
    verdicts: dict[str, Verdict]
    history: list[HistoryEvent]
    put: dict[str, Array] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    products: tuple[ProductLike, ...] = ()


@dataclass(frozen=True)
class StageDone:
    """One stage's product, the info with its record, its line of history, and what follows."""

    product: ProductLike
    info: ProjectInfo
    event: HistoryEvent
    contents: Contents | None = None


def kept(info: ProjectInfo) -> tuple[object, ...]:
    """What a person changed or asked for, of which a save is needed."""
    return info.settings, info.sources, info.sensitivity


def judged(finding: Finding, verdict: Verdict | None) -> Finding:
    """The finding with what a person said of it; None where nobody did."""
    known = verdict or _UNJUDGED
    return msgspec.structs.replace(
        finding,
        verdict=known.verdict,
        name=known.name,
        note=known.note,
        tags=list(known.tags),
    )


def changed_fields(before: Verdict | None, after: Verdict | None) -> frozenset[str]:
    """In what two verdicts on one candidate differ."""
    old, new = before or _UNJUDGED, after or _UNJUDGED
    names = ("verdict", "name", "note", "tags")
    return frozenset(name for name in names if getattr(old, name) != getattr(new, name))


_UNJUDGED = Verdict(class_name="")


class MemoryProject(MemoryReader):
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
        return image_keys(self)

    def close(self) -> None:
        """Nothing is held."""
