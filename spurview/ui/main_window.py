"""The window: start page or project, menus, and what its commands do."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget

import spurview
from spurview.jobs import Failure, JobRunner
from spurview.ui import exporting, geometry, icons, messages, project_jobs, theme
from spurview.ui.actions import Actions
from spurview.ui.agreement import Agreement
from spurview.ui.command_table import JUDGING, Needs
from spurview.ui.document import Document
from spurview.ui.dropping import dropped_folder, dropped_project
from spurview.ui.file_choice import choose_project
from spurview.ui.handlers import handlers
from spurview.ui.leaving import Leaving
from spurview.ui.menus import Menus
from spurview.ui.preferences import Preferences
from spurview.ui.recent import remember_project
from spurview.ui.recovery import Recovery
from spurview.ui.samples import sample_projects
from spurview.ui.saving import Saving
from spurview.ui.start_page import WHAT, StartPage
from spurview.ui.status_bar import StatusBar
from spurview.ui.typing_guard import TypingGuard

if TYPE_CHECKING:
    from spurview.ui.images.large_view import LargeView
    from spurview.ui.workspace import Workspace

Go = Callable[[], None]


class MainWindow(QMainWindow):
    """Made without a project; `open_path` shows one."""

    def __init__(self, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        self.runner = JobRunner(self)
        self.workspace: Workspace | None = None
        # Files that can hold code and that the person agreed to since the window was opened.
        self.agreement = Agreement(self)
        # Called once, when the next project is shown.
        self.after_opening: Go | None = None
        self._leaving: Leaving | None = None
        self._has_project = False
        self._may_close = False
        self.setObjectName("spurview")
        self.setWindowTitle("spurview")
        self.setWindowIcon(icons.icon("scan-eye", theme.current().accent, 64))
        self.setMinimumSize(1024, 680)
        self.resize(1440, 900)
        self.setDockNestingEnabled(True)
        self.setAcceptDrops(True)
        self.start_page = StartPage(self.preferences)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start_page)
        self.setCentralWidget(self.pages)
        self.saving = Saving(self)
        self.actions_ = Actions(self, handlers(self))
        self.menus = Menus(self, self.actions_, self.preferences)
        self.menus.path_requested.connect(self.open_path)
        self.status = StatusBar(self.runner)
        self.setStatusBar(self.status)
        self.recovery = Recovery(self, self.status.say)
        self._guard = TypingGuard(self)
        self.installEventFilter(self._guard)
        self.start_page.new_requested.connect(lambda: self.request_new_project())
        self.start_page.open_requested.connect(self.choose_and_open)
        self.start_page.path_requested.connect(self.open_path)
        self.status.cancel_requested.connect(self.cancel_run)
        self.runner.jobs_changed.connect(self.refresh)
        geometry.restore(self, self.preferences)
        self.refresh()

    @property
    def document(self) -> Document | None:
        """The open project; None on the start page."""
        return self.workspace.document if self.workspace and self._has_project else None

    # Opening.

    def choose_and_open(self) -> None:
        """Ask for a project file and open it."""
        path = choose_project(self)
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open a project in a job, once the present one may be left."""
        path = Path(path)
        if not path.exists() and self._is_recent(path):
            self._ask_missing(path)
            return
        document = self.document
        if document is not None and path.exists() and path.resolve() == document.path.resolve():
            return
        self._leave(lambda: self._open(path))

    def _is_recent(self, path: Path) -> bool:
        return any(Path(known.path) == path for known in self.preferences.remembered.recent)

    def _ask_missing(self, path: Path) -> None:
        def locate() -> None:
            found = choose_project(self)
            if found is not None:
                self.preferences.forget_project(str(path))
                self.open_path(found)

        messages.ask_missing(
            self,
            path.name,
            str(path.parent),
            locate=locate,
            remove=lambda: self.preferences.forget_project(str(path)),
        )

    def request_new_project(self, folder: Path | None = None) -> None:
        """Begin a new project, with a folder of images where one was dropped."""
        # Late: the start page is there before the dialogs are.
        from spurview.ui.dialogs import opening

        opening.new_project(self, folder)

    def _open(self, path: Path) -> None:
        if any(job.name == "open" for job in self.runner.jobs):
            return
        job = self.runner.submit("open", project_jobs.opening(path))
        job.finished.connect(self._show_project)
        job.failed.connect(lambda failure: self._on_open_failed(path, failure))
        # pyqtgraph takes half a second to load; the job reads the file meanwhile. Not in the job:
        # importing it there, beside a working window, crashed inside Qt's bindings.
        QTimer.singleShot(0, self, _load_views)

    def _on_open_failed(self, path: Path, failure: Failure) -> None:
        self.after_opening = None
        messages.show_failure(self, f"{path.name} was not opened", failure)
        if not self._has_project:
            self.start_page.refresh()

    def _show_project(self, opened: project_jobs.Opened) -> None:
        if self.workspace is None:
            self._build_workspace(opened)
        else:
            self.recovery.end()
            self.workspace.document.project.close()
            self.workspace.document.replace(opened.project, opened.contents)
        assert self.workspace is not None
        self._has_project = True
        # Here the stack is empty: Qt takes no limit later.
        self.workspace.document.undo_stack.setUndoLimit(self.preferences.remembered.undo_steps)
        self.pages.setCurrentWidget(self.workspace.plots)
        self.workspace.tool_bar.show()
        self.workspace.docks.show_only_when(True)
        self._restore_layout()
        self.refresh()
        self.remember_project()
        self.workspace.judging.go_to_first_alarm()
        self.workspace.clusters.tree.setFocus()
        self.recovery.begin(self.workspace.document, opened.unsaved)
        then, self.after_opening = self.after_opening, None
        if then is not None:
            then()

    def _build_workspace(self, opened: project_jobs.Opened) -> None:
        from spurview.ui.workspace import Workspace

        document = Document(opened.project, opened.contents)
        self.workspace = Workspace(
            self, document, self.runner, self.status.say, self.preferences, self.agreement
        )
        self.pages.addWidget(self.workspace.plots)
        self.workspace.plots.set_kinds(self.preferences.remembered.plot_views)
        self.workspace.plots.kinds_changed.connect(
            lambda kinds: self.preferences.remember(plot_views=kinds)
        )
        self._leaving = Leaving(
            self,
            document,
            self.workspace.run,
            self.runner,
            self.saving.save,
            lambda: self.preferences.remembered.asks_before_stop,
        )
        self.status.watch(document, self.workspace.run)
        for changed in (
            document.modified_changed,
            document.verdicts_changed,
            document.stages_changed,
            document.undo_stack.indexChanged,
            document.replaced,
            self.workspace.focus.candidate_changed,
            self.workspace.run.turned,
        ):
            changed.connect(self.refresh)
        self.workspace.run.ended.connect(self._on_run_ended)
        self.menus.show_docks(self.workspace.docks)
        self.workspace.clusters.menu_requested.connect(self.menus.show_candidate_menu)
        exporting.connect_evidence(self, self.workspace)
        self.workspace.evidence.sensitivity_requested.connect(self.actions_["sensitivity"].trigger)
        self.workspace.images.large_view_made.connect(self._equip_large_view)
        self.menus.show_sorting(self.workspace.clusters.tree.sort_by)
        self.menus.show_looks(self.workspace)
        self.menus.show_stages(self.workspace.show_stage)
        for dock in self.workspace.docks.all:
            # A floating dock is a window of its own.
            dock.installEventFilter(self._guard)

    def _equip_large_view(self, view: LargeView) -> None:
        """Let the keys of judging work in the large view, a window of its own."""
        for action_id in JUDGING:
            view.addAction(self.actions_[action_id])
        view.installEventFilter(self._guard)
        view.read_originals_with(self.runner)

    def _on_run_ended(self) -> None:
        workspace = self.workspace
        if workspace is not None and workspace.focus.candidate_id is None:
            workspace.judging.go_to_first_alarm()
        self.remember_project()

    # Closing.

    def close_project(self) -> None:
        """Back to the start page, once the project may be left."""
        self._leave(self._close_project)

    def _close_project(self) -> None:
        assert self.workspace is not None
        self._remember_geometry()
        self.workspace.plots.layouts.cancel_all()
        self.recovery.end()
        self.workspace.document.project.close()
        self._has_project = False
        self.workspace.docks.show_only_when(False)
        self.workspace.tool_bar.hide()
        self.start_page.refresh()
        self.pages.setCurrentWidget(self.start_page)
        self.start_page.focus_first()
        self.refresh()

    def _leave(self, go: Go) -> None:
        if self._leaving is None or not self._has_project:
            go()
        else:
            self._leaving.then(go)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close and self._has_project:
            assert self._leaving is not None
            if not self._leaving.is_free:
                event.ignore()
                self._leaving.then(self._close_for_good)
                return
        self._remember_geometry()
        self.runner.close()
        self.recovery.end()
        if self.document is not None:
            self.document.project.close()
        event.accept()

    def _close_for_good(self) -> None:
        self._may_close = True
        self.close()

    # Commands.

    def cancel_run(self) -> None:
        """Ask the run to stop, or else whatever job is under way; a save is never broken off."""
        job = self.runner.running
        if self.workspace is not None and self.workspace.run.is_running:
            self.workspace.run.cancel()
        elif job is not None and job.name != "save":
            job.cancel()

    def open_sample(self) -> None:
        """Open the first project that ships along."""
        for path in sample_projects()[:1]:
            self.open_path(path)

    def show_about(self) -> None:
        """What spurview is, its version and licence."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle("About spurview")
        box.setText(f"spurview {spurview.__version__}")
        box.setInformativeText(f"{WHAT}\n\nApache-2.0. Icons: Lucide, ISC.")
        box.open()

    # What is shown of it.

    def refresh(self, *_: object) -> None:
        """Enable what works now and write the title."""
        document, workspace = self.document, self.workspace
        granted: set[Needs] = set()
        if document is not None and workspace is not None:
            granted.add("project")
            has_candidate = workspace.focus.candidate_id is not None
            granted |= {"writable"} if not document.read_only else set()
            granted |= {"candidate"} if has_candidate else set()
            granted |= {"judge"} if has_candidate and not document.read_only else set()
        self.actions_.enable(granted)
        running = workspace is not None and workspace.run.is_running
        job = self.runner.running
        self.actions_["cancel_run"].setEnabled(running or (job is not None and job.name != "save"))
        self._refresh_undo(document)
        if document is not None and workspace is not None:
            idle = not running and not document.read_only
            self.actions_["run"].setEnabled(idle and workspace.run.is_needed)
            self.actions_["chance"].setEnabled(idle and document.states.get("chance") != "fresh")
            self.actions_["save"].setEnabled(document.is_modified and not document.read_only)
            mark = " (read-only)" if document.read_only else ""
            self.setWindowTitle(f"{document.title}{mark}[*] – spurview")
        else:
            self.setWindowTitle("spurview")
        self.status.show_project(document is not None)
        self.menus.enable_menus(document is not None)
        self.setWindowModified(document is not None and document.is_modified)

    def _refresh_undo(self, document: Document | None) -> None:
        stack = document.undo_stack if document else None
        for action_id, word, can, text in (
            (
                "undo",
                "&Undo",
                stack.canUndo() if stack else False,
                stack.undoText() if stack else "",
            ),
            (
                "redo",
                "&Redo",
                stack.canRedo() if stack else False,
                stack.redoText() if stack else "",
            ),
        ):
            self.actions_[action_id].setEnabled(can)
            self.actions_[action_id].setText(f"{word} {text}".rstrip())

    # What is remembered.

    def remember_project(self) -> None:
        """Put the open project on top of the recent ones."""
        if self.document is not None:
            remember_project(self.preferences, self.document)

    def _remember_geometry(self) -> None:
        if self.workspace is not None and self._has_project:
            self.workspace.folding.end()
        geometry.remember(self, self.preferences, with_layout=self._has_project)

    def _restore_layout(self) -> None:
        assert self.workspace is not None
        if geometry.restore_layout(self, self.preferences):
            self.workspace.docks.adopt_widths()
        else:
            self.workspace.docks.arrange()
        self.workspace.folding.follow()

    # Qt's side.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.workspace is not None:
            self.workspace.docks.follow_width()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        if dropped_project(data) is not None or dropped_folder(data) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path, folder = dropped_project(event.mimeData()), dropped_folder(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.open_path(path)
        elif folder is not None:
            event.acceptProposedAction()
            self.request_new_project(folder)


def _load_views() -> None:
    importlib.import_module("spurview.ui.workspace")
