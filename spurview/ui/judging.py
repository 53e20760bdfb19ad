"""Going through the candidates: next undecided, verdict and advance, notes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from spurview.core.errors import SpurviewError
from spurview.project.model import VerdictName
from spurview.ui import commands
from spurview.ui.candidate_dialogs import NoteDialog
from spurview.ui.document import Document
from spurview.ui.selection import Focus, SelectionFollowsFocus

CHOOSE_FIRST = "Choose a candidate first."
ALL_JUDGED = "Every candidate has a verdict."


class Judging:
    """Works on the focused candidate; the order is the list's."""

    def __init__(
        self,
        document: Document,
        focus: Focus,
        guide: SelectionFollowsFocus,
        listed: Callable[[], list[str]],
        say: Callable[[str], None],
    ) -> None:
        self._document, self._focus, self._guide = document, focus, guide
        self._listed, self._say = listed, say

    def go_to_first_alarm(self) -> None:
        """Focus the first undecided alarm, or else the first alarm, if there is any."""
        findings = self._document.findings
        alarms = [f for f in findings.findings if f.alarm] if findings else []
        undecided = [f for f in alarms if f.verdict is None]
        for finding in (undecided or alarms)[:1]:
            self._guide.show_candidate(finding.id)

    def go_to_undecided(self, step: int) -> None:
        """Focus the next (1) or previous (-1) candidate without a verdict, round the end."""
        ids = self._listed()
        undecided = [i for i in ids if self._is_undecided(i)]
        if not undecided:
            self._say(ALL_JUDGED if ids else "There is no candidate to judge.")
            return
        at = ids.index(self._focus.candidate_id) if self._focus.candidate_id in ids else None
        start = -1 if at is None and step > 0 else 0 if at is None else at
        for distance in range(1, len(ids) + 1):
            candidate_id = ids[(start + step * distance) % len(ids)]
            if candidate_id in undecided:
                self._guide.show_candidate(candidate_id)
                return

    def judge(
        self,
        verdict: VerdictName | None,
        candidate_id: str | None = None,
        *,
        advance: bool = True,
    ) -> None:
        """Give the focused (or the named) candidate a verdict and go on to the next undecided."""
        candidate_id = candidate_id or self._focus.candidate_id
        if candidate_id is None:
            self._say(CHOOSE_FIRST)
            return
        try:
            changed = commands.set_verdict(self._document, candidate_id, verdict)
        except SpurviewError as error:
            self._say(str(error))
            return
        name = self._document.display_name(candidate_id)
        word = commands.VERDICT_WORDS[verdict].lower() if verdict else "undecided"
        if changed:
            self._say(f"{name}: {word}")
        if advance and verdict is not None:
            self._advance()

    def open_note(self, parent: QWidget) -> NoteDialog | None:
        """A dialog for the focused candidate's note."""
        candidate_id = self._focus.candidate_id
        finding = self._document.finding(candidate_id)
        if candidate_id is None or finding is None:
            self._say(CHOOSE_FIRST)
            return None
        dialog = NoteDialog(self._document.display_name(candidate_id), finding.note, parent)
        dialog.accepted.connect(lambda: self._write_note(candidate_id, dialog.text))
        dialog.open()
        return dialog

    def _write_note(self, candidate_id: str, text: str) -> None:
        try:
            commands.set_note(self._document, candidate_id, text)
        except SpurviewError as error:
            self._say(str(error))

    def _advance(self) -> None:
        if any(self._is_undecided(i) for i in self._listed()):
            self.go_to_undecided(1)
        else:
            self._say(ALL_JUDGED)

    def _is_undecided(self, candidate_id: str) -> bool:
        finding = self._document.finding(candidate_id)
        return finding is not None and finding.verdict is None
