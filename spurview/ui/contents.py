"""What the document derives from arrays and info at once: states, rows of candidates, findings."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from spurview.core.arrays import Reader
from spurview.core.errors import StageError
from spurview.pipeline.by_hand import laid_over, made_in, replaced_ids
from spurview.pipeline.findings import (
    CandidateRows,
    Findings,
    candidate_records,
    candidate_rows,
    collect,
    verification_records,
)
from spurview.pipeline.hand_reader import Made
from spurview.pipeline.stages import STAGE_NAMES, State, states
from spurview.project.model import ProjectInfo, Verdict

# Candidates made by hand as they were chosen and computed.
OwnKey = tuple[tuple[str, str, "Made | None"], ...]


@dataclass(frozen=True)
class Contents:
    """What the document derives from arrays and info; made by a job for large projects.

    made: what was computed of candidates made by hand; own: with which of them it was read.
    """

    keys: list[str]
    states: dict[str, State]
    rows: dict[str, CandidateRows]
    findings: Findings | None
    made: Mapping[str, Made] = field(default_factory=dict)
    own: OwnKey = ()


def own_key(info: ProjectInfo, made: Mapping[str, Made]) -> OwnKey:
    """What of candidates made by hand contents were read with; equal where nothing differs."""
    return tuple((own.id, ",".join(own.replaces), made.get(own.id)) for own in info.by_hand)


def read_contents(
    reader: Reader,
    info: ProjectInfo,
    verdicts: Mapping[str, Verdict],
    keys: Sequence[str],
    made: Mapping[str, Made] | None = None,
) -> Contents:
    """Reads what views need at once; `findings` is None until verification has run.

    reader: of the project; made: what is known of candidates made by hand, None for what it has.
    """
    made = made_in(reader) if made is None else made
    known = states(info, reader)
    is_verified = _is_verified(reader)
    reader = laid_over(reader, info, made) if is_verified else reader
    rows = candidate_rows(reader) if reader.has("/candidates/records") else {}
    rows = {i: known for i, known in rows.items() if i not in replaced_ids(info)}
    findings = None
    if is_verified:
        with contextlib.suppress(StageError):
            findings = collect(reader, info, verdicts, keys)
    return Contents(list(keys), known, rows, findings, made, own_key(info, made))


def _is_verified(reader: Reader) -> bool:
    """Whether the verification is about these candidates, and not about those of an older run."""
    if not (reader.has("/candidates/records") and reader.has("/verification/records")):
        return False
    candidates, verified = candidate_records(reader), verification_records(reader)
    return [c.id for c in candidates] == [v.id for v in verified]


def with_states(contents: Contents, known: dict[str, State]) -> Contents:
    """The same contents where only the stages' states have changed."""
    findings = contents.findings
    if findings is not None:
        stale = any(known.get(name) != "fresh" for name in STAGE_NAMES if name != "layout")
        findings = msgspec.structs.replace(findings, stale=stale)
    return replace(contents, states=known, findings=findings)
