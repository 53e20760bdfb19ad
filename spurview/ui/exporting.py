"""Export from the window: asks where to, writes in a job, says what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spurview.ui import messages, project_jobs
from spurview.ui.file_choice import choose_folder

if TYPE_CHECKING:
    from spurview.ui.main_window import MainWindow
    from spurview.ui.workspace import Workspace


def export_cluster(window: MainWindow, workspace: Workspace) -> None:
    """Ask for a folder and write the focused cluster's highlighted images there, in a job."""
    candidate_id = workspace.focus.candidate_id
    if candidate_id is None:
        return
    folder = choose_folder(window, workspace.document.path.parent)
    if folder is None:
        return
    work = project_jobs.exporting(workspace.document, candidate_id, folder)
    job = window.runner.submit("export", work, brief=True)
    job.finished.connect(lambda files: window.status.say(f"{len(files)} files are in {folder}"))
    job.failed.connect(
        lambda failure: messages.show_failure(window, "Nothing was exported", failure)
    )
