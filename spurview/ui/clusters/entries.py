"""What the list of classes and clusters shows, as plain values made from the findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from spurview.core.evidence import ClassRecord
from spurview.pipeline.findings import Finding, Findings, class_records
from spurview.pipeline.wording import count, percent, times
from spurview.ui.class_palette import class_places
from spurview.ui.document import Document

Column = Literal["candidate", "size", "lift", "insertion", "verdict"]
COLUMNS: tuple[Column, ...] = ("candidate", "size", "lift", "insertion", "verdict")

HEADERS: dict[Column, str] = {
    "candidate": "Candidate",
    "size": "Size",
    "lift": "Lift",
    "insertion": "Insertion",
    "verdict": "Verdict",
}

_VERDICT_ORDER = {None: 0, "unsure": 1, "spurious": 2, "genuine": 3}


MADE_BY_HAND = {
    "selection": "made by hand from a selection",
    "merge": "merged by hand",
    "split": "split off by hand",
}


@dataclass(frozen=True)
class CandidateEntry:
    """One candidate's row."""

    finding: Finding
    name: str
    class_index: int
    size: int
    is_stale: bool = False

    @property
    def id(self) -> str:
        return self.finding.id

    @property
    def spoken(self) -> str:
        """The row for a screen reader."""
        found = self.finding
        parts = [self.name.replace(" · ", " ")]
        if found.alarm:
            parts.append("alarm")
        if found.origin:
            parts.append(MADE_BY_HAND[found.origin])
        if self.is_stale:
            parts.append("from before something changed")
        parts += [f"{count(self.size)} images", f"lift {times(found.pool.lift).rstrip('×')}"]
        if found.insertion is None:
            parts.append("insertion not tested")
        else:
            parts.append(f"insertion {_spoken(found.insertion.flip)}")
            parts.append(f"strongest control {_spoken(found.insertion.null_control)}")
        parts.append(found.verdict or "undecided")
        return ", ".join(parts)


@dataclass(frozen=True)
class ClassEntry:
    """One class's heading and what stands below it; `message` where there is no candidate.

    place: its place in the class palette.
    """

    class_index: int
    place: int
    name: str
    pool: int
    share: float
    candidates: list[CandidateEntry] = field(default_factory=list)
    message: str = ""

    @property
    def spoken(self) -> str:
        return f"{self.name}, {count(self.pool)} of pool, {_spoken(self.share)}"


def class_title(name: str) -> str:
    """Numbers read as ``Class 2``; names stand for themselves."""
    return f"Class {name}" if name.isdigit() or len(name) == 1 else name


def class_entries(document: Document) -> list[ClassEntry]:
    """Every class, the one with the most suspicious candidate first, silent ones last."""
    findings = document.findings
    if findings is None:
        return []
    records = class_records(document.reader)
    total = max(1, sum(record.pool for record in records))
    places = class_places(document.reader, len(document.info.class_names))
    entries = [_class_entry(document, findings, record, total, places) for record in records]
    return sorted(entries, key=_suspicion)


def matching(entries: list[ClassEntry], text: str) -> list[ClassEntry]:
    """Entries of which the class, a candidate, its verdict, note or kind contains `text`."""
    wanted = text.casefold().strip()
    if not wanted:
        return entries
    kept = []
    for entry in entries:
        if wanted in entry.name.casefold():
            kept.append(entry)
            continue
        found = [c for c in entry.candidates if wanted in _searchable(c)]
        if found:
            kept.append(replace(entry, candidates=found, message=""))
    return kept


def in_order(entries: list[ClassEntry], column: Column, *, descending: bool) -> list[ClassEntry]:
    """Candidates ordered within their class, classes by their first candidate; silent ones last."""
    key = _KEYS[column]
    ordered = [
        replace(e, candidates=sorted(e.candidates, key=key, reverse=descending)) for e in entries
    ]
    speaking = [e for e in ordered if e.candidates]
    speaking.sort(key=lambda e: key(e.candidates[0]), reverse=descending)
    return speaking + [e for e in ordered if not e.candidates]


def _class_entry(
    document: Document, findings: Findings, record: ClassRecord, total: int, places: list[int]
) -> ClassEntry:
    name = document.info.class_names[record.class_index]
    stale = set(document.stale_by_hand)
    candidates = [
        CandidateEntry(
            finding=finding,
            name=document.display_name(finding.id),
            class_index=record.class_index,
            size=len(finding.members),
            is_stale=finding.id in stale,
        )
        for finding in findings.findings
        if finding.class_ == name
    ]
    message = ""
    if not record.searched:
        message = f"Cannot tell: {record.reason}" if record.reason else "Cannot tell"
    elif not candidates:
        message = "Nothing found"
    return ClassEntry(
        record.class_index,
        places[record.class_index],
        class_title(name),
        record.pool,
        record.pool / total,
        candidates,
        message,
    )


def _suspicion(entry: ClassEntry) -> tuple[float, int]:
    best = min((c.finding.rank for c in entry.candidates), default=float("inf"))
    return best, entry.class_index


def _searchable(entry: CandidateEntry) -> str:
    found = entry.finding
    parts = [
        entry.name,
        found.verdict or "undecided",
        found.note,
        found.outcome,
        found.kind or "",
        MADE_BY_HAND.get(found.origin, ""),
        *found.tags,
    ]
    return " ".join(parts).casefold()


def _spoken(share: float) -> str:
    return percent(share).replace(" %", " per cent")


_KEYS: dict[Column, Callable[[CandidateEntry], Any]] = {
    "candidate": lambda c: -c.finding.rank,
    "size": lambda c: c.size,
    "lift": lambda c: c.finding.pool.lift or 0.0,
    "insertion": lambda c: c.finding.insertion.flip if c.finding.insertion else -1.0,
    "verdict": lambda c: _VERDICT_ORDER[c.finding.verdict],
}
