"""What a person can do to a project and undo again: verdicts, names, notes, tags, settings,
candidates made by hand.

A command holds ids and values, never widgets, and is checked before it is pushed: `redo` and
`undo` cannot fail. They outlive re-runs: a verdict stays undoable whatever was computed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from PySide6.QtGui import QUndoCommand

from spurview.core.errors import InputError
from spurview.core.settings import Settings
from spurview.pipeline.findings import Finding
from spurview.project.model import SourceRecord, Verdict, VerdictName, now
from spurview.ui.document import Document
from spurview.ui.document_parts import HandChange

# Qt asks commands of one id whether they merge.
_SETTINGS_ID = 1

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


class ChangeSettings(QUndoCommand):
    """Put other settings in place of the present ones; results stay, and turn stale."""

    def __init__(
        self, document: Document, after: Settings, text: str, *, merge_key: str = ""
    ) -> None:
        super().__init__(text)
        self._document = document
        self._before = document.info.settings
        self._after = after
        self._merge_key = merge_key

    def id(self) -> int:
        return _SETTINGS_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take up a later step of the same turn of a dial: to undo it takes one press."""
        if not (isinstance(other, ChangeSettings) and self._merge_key):
            return False
        if other._merge_key != self._merge_key:
            return False
        self._after = other._after
        self.setObsolete(self._after == self._before)
        return True

    def redo(self) -> None:
        self._document.put_settings(self._after)

    def undo(self) -> None:
        self._document.put_settings(self._before)


class ChangeSources(QUndoCommand):
    """Say where the originals are now."""

    def __init__(self, document: Document, after: Sequence[SourceRecord], text: str) -> None:
        super().__init__(text)
        self._document = document
        self._before, self._after = list(document.info.sources), list(after)

    def redo(self) -> None:
        self._document.put_sources(self._after)

    def undo(self) -> None:
        self._document.put_sources(self._before)


class ChangeByHand(QUndoCommand):
    """Let candidates made by hand come or go; what was computed of them stays known."""

    def __init__(self, document: Document, change: HandChange, text: str) -> None:
        super().__init__(text)
        self._document, self._change = document, change

    def redo(self) -> None:
        self._document.put_by_hand(self._change)

    def undo(self) -> None:
        self._document.put_by_hand(self._change.backwards)


def set_sources(document: Document, sources: Sequence[SourceRecord], text: str) -> bool:
    """Say where the originals are now; False when nothing would change.

    Raises InputError where the project is read-only.
    """
    refuse_read_only(document)
    if list(sources) == document.info.sources:
        return False
    document.undo_stack.push(ChangeSources(document, sources, text))
    return True


def put_by_hand(document: Document, change: HandChange, text: str) -> None:
    """Let candidates come or go. Raises InputError where the project is read-only."""
    refuse_read_only(document)
    document.undo_stack.push(ChangeByHand(document, change, text))


def take_out(document: Document, candidate_id: str) -> None:
    """Take out a candidate made by hand; those that it replaced are shown again.

    Raises InputError for one that was found, and where the project is read-only.
    """
    own = document.by_hand(candidate_id)
    if own is None:
        raise InputError("Only a candidate made by hand can be taken out; a found one stays.")
    put_by_hand(document, HandChange(go=(own,)), f"take out {document.display_name(candidate_id)}")


def refuse_read_only(document: Document) -> None:
    """Raises InputError where the project is read-only."""
    if document.read_only:
        raise InputError("This project is open read-only: changes are off here.")


def set_settings(document: Document, settings: Settings, text: str, *, merge_key: str = "") -> bool:
    """Use other settings from the next run on; False when nothing would change.

    text: what was changed, for Undo, as in ``change epochs``. merge_key: changes of one key that
    follow one another are undone together. Raises InputError where the project is read-only.
    """
    refuse_read_only(document)
    if settings == document.info.settings:
        return False
    document.undo_stack.push(ChangeSettings(document, settings, text, merge_key=merge_key))
    return True


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


def set_name(document: Document, candidate_id: str, name: str) -> bool:
    """Name a candidate, "" gives back the name it has by its place. Raises as `set_verdict`."""
    text = f"rename {document.display_name(candidate_id)}"
    return _change(document, candidate_id, {"name": " ".join(name.split())}, text)


def set_tags(document: Document, candidate_id: str, tags: Iterable[str]) -> bool:
    """Put these tags in place of a candidate's; each once, in order. Raises as `set_verdict`."""
    told = [" ".join(tag.split()) for tag in tags]
    text = f"tags of {document.display_name(candidate_id)}"
    return _change(document, candidate_id, {"tags": sorted({tag for tag in told if tag})}, text)


def all_tags(document: Document) -> list[str]:
    """Every tag in use, in order."""
    return sorted({tag for verdict in document.verdicts.values() for tag in verdict.tags})


def known_finding(document: Document, candidate_id: str) -> Finding:
    """The finding of this id. Raises InputError where there is none."""
    finding = document.finding(candidate_id)
    if finding is None:
        raise InputError(f"There is no candidate {candidate_id} in this project.")
    return finding


def _change(document: Document, candidate_id: str, fields: dict[str, object], text: str) -> bool:
    finding = known_finding(document, candidate_id)
    refuse_read_only(document)
    before = document.verdicts.get(candidate_id)
    start = before or Verdict(class_name=finding.class_)
    after = msgspec.structs.replace(start, **fields)
    if after == start:
        return False
    rows = document.rows[candidate_id].members
    after = msgspec.structs.replace(
        after,
        time=now(),
        members=[int(row) for row in rows],
    )
    is_blank = not (after.verdict or after.name or after.note or after.tags)
    document.undo_stack.push(
        ChangeVerdict(document, candidate_id, None if is_blank else after, text)
    )
    return True
