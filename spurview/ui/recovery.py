"""Nothing is lost to a crash: keeps the journal while a project is open, offers what one has.

Listens to the document; whatever command changed it, the change is in the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand
from PySide6.QtWidgets import QMessageBox, QWidget

from spurview.pipeline.unsaved_wording import content_text, found_text
from spurview.project.journal import Edits, Entry, applied, difference, edits_of
from spurview.ui import messages
from spurview.ui.document import Document
from spurview.ui.document_parts import HandChange
from spurview.ui.journal_writer import JournalWriter


class RestoreUnsaved(QUndoCommand):
    """Put what was decided before a crash in place of what the file has."""

    def __init__(self, document: Document, after: Edits) -> None:
        super().__init__("restore unsaved work")
        self._document = document
        self._before = edits_of(document.info, document.verdicts)
        self._after = after

    def redo(self) -> None:
        self._put(self._before, self._after)

    def undo(self) -> None:
        self._put(self._after, self._before)

    def _put(self, old: Edits, new: Edits) -> None:
        document = self._document
        change = difference(old, new)
        if change is None:
            return
        if change.by_hand is not None:
            going = tuple(own for own in old.by_hand if own not in new.by_hand)
            coming = tuple(own for own in new.by_hand if own not in old.by_hand)
            document.put_by_hand(HandChange(coming, going))
        for candidate_id, verdict in change.verdicts.items():
            document.put_verdict(candidate_id, verdict)
        if change.settings is not None:
            document.put_settings(change.settings)


class Recovery(QObject):
    """One project's journal from `begin` to `end`; nothing is written while nothing changes."""

    def __init__(self, window: QWidget, say: Callable[[str], None]) -> None:
        super().__init__(window)
        self._window = window
        self._document: Document | None = None
        self._path = Path()
        self._is_open = self._has_written = self._has_complained = False
        # What was found and is not yet decided about; what the document had at its last change;
        # what file and journal give together.
        self._found: Entry | None = None
        self._seen: Edits
        self._kept: Edits
        self._say = say
        self.box: QMessageBox | None = None
        self.writer = JournalWriter(self)
        self.writer.failed.connect(self._complain)

    def begin(self, document: Document, found: Entry | None) -> None:
        """Follow the document, whose project was just opened; `found` is in its journal."""
        if self._document is None:
            for changed in (document.verdicts_changed, document.stages_changed):
                changed.connect(self._follow)
        self._document = document
        self._path = document.path
        self._is_open, self._has_written, self._has_complained = True, found is not None, False
        self._seen = edits_of(document.info, document.verdicts)
        self._found = None if document.read_only else found
        self._kept = applied(self._seen, [self._found] if self._found else [])
        if self._found is not None:
            self._offer(self._found)

    def after_save(self) -> None:
        """The file has what the document had: the journal may go, where no more came since."""
        document = self._document
        if document is None or not self._is_open:
            return
        if document.path != self._path:
            self._move(document.path)
        elif self._found is None and self._seen == self._saved() and self._has_written:
            self.writer.clear(self._path)
            self._has_written = False

    def end(self) -> None:
        """The project is left: what is unsaved now, nobody wants; waits for the disk."""
        if self._is_open:
            self._close_box()
            if self._found is not None:
                self._keep(applied(self._saved(), [self._found]))
            elif self._has_written:
                self.writer.clear(self._path)
        self._is_open = False
        self.writer.finish()

    def restore(self) -> None:
        """Take over what was found; one step to undo."""
        document, found = self._document, self._found
        if document is None or found is None:
            return
        self._found = None
        now = edits_of(document.info, document.verdicts)
        document.undo_stack.push(RestoreUnsaved(document, applied(now, [found])))
        self._follow()

    def discard(self) -> None:
        """Drop what was found; what came since stays."""
        if self._found is None:
            return
        self._found = None
        if self._seen == self._saved():
            self.writer.clear(self._path)
            self._has_written = False
            self._kept = self._seen
        else:
            self._keep(self._seen)

    def _offer(self, found: Entry) -> None:
        self.box = messages.ask_restore(
            self._window,
            found_text(found),
            content_text(found),
            restore=self.restore,
            discard=self.discard,
        )
        self.box.finished.connect(self._forget_box)

    def _close_box(self) -> None:
        if self.box is not None:
            self.box.close()
            self.box = None

    def _forget_box(self) -> None:
        self.box = None

    def _follow(self, *_: object) -> None:
        document = self._document
        if document is None or not self._is_open or document.read_only:
            return
        now = edits_of(document.info, document.verdicts)
        change = difference(self._seen, now)
        self._seen = now
        if change is not None:
            self._keep(applied(self._kept, [change]))

    def _keep(self, edits: Edits) -> None:
        """Let file and journal together give `edits`."""
        assert self._document is not None
        change = difference(self._kept, edits)
        if change is not None:
            self._kept = edits
            self._has_written = True
            self.writer.append(self._path, self._document.info.project_id, change)

    def _move(self, path: Path) -> None:
        """The project is in another file now; that of before has no unsaved work of ours."""
        if self._found is None and self._has_written:
            self.writer.clear(self._path)
        self._path = path
        self.writer.clear(path)
        self._has_written = False
        self._kept = self._saved()
        self._keep(applied(self._seen, [self._found] if self._found else []))

    def _saved(self) -> Edits:
        assert self._document is not None
        project = self._document.project
        return edits_of(project.info, project.verdicts)

    def _complain(self, reason: str) -> None:
        if not self._has_complained:
            self._has_complained = True
            self._say(f"A crash would lose your changes, the journal has no room: {reason}. Save.")
