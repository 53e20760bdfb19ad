"""Writes the journal on a thread of its own: waiting for a disk must not stop the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QObject, Signal

from spurview.project import journal
from spurview.project.journal import Entry

_Step = Callable[[], None]


class JournalWriter(QObject):
    """Steps are done in the order they were asked for; `finish` waits for all of them."""

    # A step could not be done; carries the system's reason.
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: SimpleQueue[_Step | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def append(self, project: Path, project_id: str, entry: Entry) -> None:
        """Put a change at the end of the project's journal."""
        self._ask(lambda: journal.append(project, project_id, entry))

    def clear(self, project: Path) -> None:
        """Remove the project's journal."""
        self._ask(lambda: journal.clear(project))

    def finish(self) -> None:
        """Wait until all is on the disk; the thread is gone then."""
        if self._thread is not None:
            self._steps.put(None)
            self._thread.join()
            self._thread = None

    def _ask(self, step: _Step) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work_off, name="spurview-journal")
            self._thread.start()
        self._steps.put(step)

    def _work_off(self) -> None:
        while (step := self._steps.get()) is not None:
            try:
                step()
            except OSError as error:
                self.failed.emit(error.strerror or str(error))
