"""Save and Save as: writes the document's unsaved work into its file, in a job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from spurview.jobs import Failure
from spurview.ui import messages, project_jobs
from spurview.ui.document_parts import Snapshot
from spurview.ui.file_choice import choose_target

if TYPE_CHECKING:
    from spurview.ui.main_window import MainWindow

Go = Callable[[], None]


class Saving(QObject):
    """`then` follows when a save went well; a failed one keeps the work and says why."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def save(self, then: Go | None = None) -> None:
        """Write unsaved work into the file."""
        document = self._window.document
        if document is None:
            return
        if document.read_only:
            self.save_as(then)
        elif document.is_modified:
            self._write(None, then)
        else:
            self._window.status.say("Everything is saved.")
            if then is not None:
                then()

    def save_as(self, then: Go | None = None) -> None:
        """Ask for a name and move the project there."""
        document = self._window.document
        if document is None:
            return
        path = choose_target(self._window, document.path)
        if path is not None:
            self._write(path, then)

    def _write(self, path: Path | None, then: Go | None) -> None:
        window, document = self._window, self._window.document
        assert document is not None
        work = project_jobs.saving(document.project, document.snapshot(), path)
        job = window.runner.submit("save", work, brief=True)
        job.finished.connect(lambda saved: self._on_saved(saved, then))
        job.failed.connect(lambda failure: self._on_failed(failure, then))

    def _on_failed(self, failure: Failure, then: Go | None) -> None:
        dialog = messages.show_failure(self._window, "The project was not saved", failure)
        dialog.offer("Save as…", lambda: self.save_as(then))

    def _on_saved(self, saved: Snapshot, then: Go | None) -> None:
        window = self._window
        if window.workspace is None:
            return
        window.workspace.document.mark_saved(saved)
        window.recovery.after_save()
        window.remember_project()
        window.refresh()
        if then is not None:
            # After the job has left the queue, so that nobody waits for this very save.
            QTimer.singleShot(0, self, then)
