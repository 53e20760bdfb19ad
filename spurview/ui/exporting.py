"""Export from the window: asks where to, writes in a job, says what was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spurview.jobs import Work
from spurview.pipeline.wording import count
from spurview.ui import export_jobs, messages
from spurview.ui.file_choice import choose_file, choose_folder

if TYPE_CHECKING:
    from spurview.ui.main_window import MainWindow
    from spurview.ui.workspace import Workspace

NOTHING_SELECTED = "Select images in a plot or in the list first."
NO_FINDING = "Findings can be exported once Verification has run."


def export_cluster(window: MainWindow, workspace: Workspace) -> None:
    """The focused cluster: sheet, single images, pattern, tables, JSON."""
    if workspace.focus.candidate_id is not None:
        _export_findings(window, workspace, [workspace.focus.candidate_id], with_images=True)


def export_all(window: MainWindow, workspace: Workspace) -> None:
    """Every finding: report, sheets, patterns, tables, JSON."""
    findings = workspace.document.findings
    ids = [finding.id for finding in findings.findings] if findings is not None else []
    _export_findings(window, workspace, ids, with_images=False)


def export_selection(window: MainWindow, workspace: Workspace) -> None:
    """The selected images, and a table of their keys, classes and confidence."""
    from spurview.pipeline.export_images import planned_images

    document, rows = workspace.document, workspace.selection.rows
    if not len(rows):
        window.status.say(NOTHING_SELECTED)
        return
    _into_folder(
        window,
        document.path.parent,
        lambda folder: planned_images([document.keys[row] for row in rows], folder),
        lambda folder: export_jobs.exporting_images(document, rows.tolist(), folder),
    )


def save_report(window: MainWindow, workspace: Workspace) -> None:
    """All findings with their evidence as one page."""
    document = workspace.document
    start = document.path.parent / f"{document.path.stem}-report.html"
    path = choose_file(window, "Save the report", start, ".html")
    if path is not None:
        work = export_jobs.exporting_report(document, workspace.images.look.highlight, path)
        _submit(window, work, path)


def save_pattern(window: MainWindow, workspace: Workspace) -> None:
    """The focused cluster's pattern as one PNG."""
    from spurview.pipeline.file_names import safe_part

    document, candidate_id = workspace.document, workspace.focus.candidate_id
    if candidate_id is None or candidate_id not in document.rows:
        return
    start = document.path.parent / f"pattern-{safe_part(candidate_id)}.png"
    path = choose_file(window, "Save the pattern as a picture", start, ".png")
    if path is not None:
        _submit(window, export_jobs.exporting_pattern(document, candidate_id, path), path)


def save_table(window: MainWindow, workspace: Workspace, rows: Sequence[int], name: str) -> None:
    """A list of images as one CSV file."""
    from spurview.pipeline.file_names import safe_part

    document = workspace.document
    start = document.path.parent / f"{safe_part(name)}.csv"
    path = choose_file(window, "Save the list of images", start, ".csv")
    if path is not None:
        _submit(window, export_jobs.exporting_table(document, rows, path), path)


def connect_evidence(window: MainWindow, workspace: Workspace) -> None:
    """Let the evidence ask for its pattern and its lists as files."""
    workspace.evidence.pattern_requested.connect(lambda: save_pattern(window, workspace))
    workspace.evidence.table_requested.connect(
        lambda rows, name: save_table(window, workspace, rows, name)
    )


def _export_findings(
    window: MainWindow, workspace: Workspace, ids: list[str], *, with_images: bool
) -> None:
    from spurview.pipeline.export import ALL_KINDS, KINDS, planned_files

    document, highlight = workspace.document, workspace.images.look.highlight
    kinds = ALL_KINDS if with_images else KINDS
    found = [document.finding(candidate_id) for candidate_id in ids]
    chosen = [finding for finding in found if finding is not None]
    if not chosen:
        window.status.say(NO_FINDING)
        return
    _into_folder(
        window,
        document.path.parent,
        lambda folder: planned_files(chosen, folder, kinds),
        lambda folder: export_jobs.exporting_findings(document, ids, kinds, highlight, folder),
    )


def _into_folder(
    window: MainWindow,
    start: Path,
    planned: Callable[[Path], list[Path]],
    work: Callable[[Path], Work],
) -> None:
    """Ask for a folder, ask before replacing what lies there, and write in a job."""
    folder = choose_folder(window, start)
    if folder is None:
        return
    there = sum(path.exists() for path in planned(folder))

    def go() -> None:
        _submit(window, work(folder), folder)

    if there:
        messages.ask_replace(window, there, str(folder), replace=go)
    else:
        go()


def _submit(window: MainWindow, work: Work, where: Path) -> None:
    def say(files: list[Path]) -> None:
        if files == [where]:
            window.status.say(f"Saved {where}")
        else:
            window.status.say(f"{count(len(files))} files are in {where}")

    job = window.runner.submit("export", work, brief=True)
    job.finished.connect(say)
    job.cancelled.connect(lambda: window.status.say("The export was cancelled."))
    job.failed.connect(lambda failure: messages.show_failure(window, "The export stopped", failure))
