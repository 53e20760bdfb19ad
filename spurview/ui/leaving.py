"""Leaving a project, whether for another one or for good: asks, stops, saves, waits, goes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from spurview.jobs import JobRunner
from spurview.ui import messages
from spurview.ui.document import Document
from spurview.ui.stages.run_control import RunControl

Go = Callable[[], None]


class Leaving(QObject):
    """`then(go)` calls `go` once nothing can be lost, or never when the person stays."""

    def __init__(
        self,
        window: QWidget,
        document: Document,
        run: RunControl,
        runner: JobRunner,
        save: Callable[[Go], None],
        asks_before_stop: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._run = window, document, run
        self._runner, self._save = runner, save
        self._asks_before_stop = asks_before_stop
        self._waiting: Go | None = None
        self._is_asking = False
        run.ended.connect(self._on_ended)
        runner.jobs_changed.connect(self._on_ended)

    @property
    def is_free(self) -> bool:
        """Whether leaving needs no question and no wait."""
        return not (self._run.is_running or self._is_saving or self._document.is_modified)

    def then(self, go: Go) -> None:
        """Ask what must be asked, then call `go`."""
        if self._is_asking:
            return
        if self._run.is_stopping or self._is_saving:
            self._waiting = go
        elif self._run.is_running and not self._asks_before_stop():
            self._stop(go)
        elif self._run.is_running:
            self._ask(messages.ask_stop_run(self._window, stop=lambda: self._stop(go)))
        elif self._document.is_modified:
            self._ask(
                messages.ask_unsaved(
                    self._window,
                    self._document.title,
                    save=lambda: self._save(go),
                    discard=go,
                )
            )
        else:
            go()

    @property
    def _is_saving(self) -> bool:
        return any(job.name == "save" for job in self._runner.jobs)

    def _ask(self, box: QWidget) -> None:
        self._is_asking = True
        box.finished.connect(self._answered)  # type: ignore[attr-defined]

    def _answered(self) -> None:
        self._is_asking = False

    def _stop(self, go: Go) -> None:
        self._is_asking = False
        self._waiting = go
        self._run.cancel()
        self._on_ended()

    def _on_ended(self) -> None:
        go = self._waiting
        if go is None or self._run.is_running or self._is_saving:
            return
        self._waiting = None
        self.then(go)
