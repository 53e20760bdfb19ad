"""What a person can do to a project and undo again: verdicts and notes.

A command holds ids and values, never widgets, and is checked before it is pushed: `redo` and
`undo` cannot fail. They outlive re-runs: a verdict stays undoable whatever was computed since.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from PySide6.QtGui import QUndoCommand

from spurview.core.errors import InputError
from spurview.project.model import Verdict, VerdictName
from spurview.ui.document import Document

VERDICT_WORDS: dict[VerdictName, str] = {
    "spurious": "Spurious",
    "genuine": "Genuine",
    "unsure": "Unsure",
}


class ChangeVerdict(QUndoCommand):
    """Put one candidate's verdict, note and tags in place of what stood there."""

    def __init__(
        self, document: Document, candidate_id: str, after: Verdict | None, text: str
    ) -> None:
        super().__init__(text)
        self._document = document
        self._candidate_id = candidate_id
        self._before = document.verdicts.get(candidate_id)
        self._after = after

    def redo(self) -> None:
        self._document.put_verdict(self._candidate_id, self._after)

    def undo(self) -> None:
        self._document.put_verdict(self._candidate_id, self._before)


def set_verdict(document: Document, candidate_id: str, verdict: VerdictName | None) -> bool:
    """Judge a candidate, None takes the verdict back; False when nothing would change.

    Raises InputError where the project is read-only or has no such candidate.
    """
    word = VERDICT_WORDS[verdict].lower() if verdict else "undecided"
    name = document.display_name(candidate_id)
    return _change(document, candidate_id, {"verdict": verdict}, f"mark {name} {word}")


def set_note(document: Document, candidate_id: str, note: str) -> bool:
    """Write a candidate's note; False when nothing would change. Raises as `set_verdict`."""
    text = f"note on {document.display_name(candidate_id)}"
    return _change(document, candidate_id, {"note": note.strip()}, text)


def _change(document: Document, candidate_id: str, fields: dict[str, object], text: str) -> bool:
    finding = document.finding(candidate_id)
    if finding is None:
        raise InputError(f"There is no candidate {candidate_id} in this project.")
    if document.read_only:
        raise InputError("This project is open read-only: changes are off here.")
    before = document.verdicts.get(candidate_id)
    start = before or Verdict(class_name=finding.class_)
    after = msgspec.structs.replace(start, **fields)
    if after == start:
        return False
    rows = document.rows[candidate_id].members
    after = msgspec.structs.replace(
        after,
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        members=[int(row) for row in rows],
    )
    is_blank = after.verdict is None and not after.note and not after.tags
    document.undo_stack.push(
        ChangeVerdict(document, candidate_id, None if is_blank else after, text)
    )
    return True
