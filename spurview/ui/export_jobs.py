"""What the window exports, as plain functions for jobs; imports inside, as in `project_jobs`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spurview.core.progress import Report
from spurview.core.shared_pixels import Highlight
from spurview.jobs import Work
from spurview.jobs.job import Deliver
from spurview.ui.document import Document

if TYPE_CHECKING:
    from spurview.pipeline.export import Kind
    from spurview.pipeline.export_origin import Material


def exporting_findings(
    document: Document,
    ids: Sequence[str],
    kinds: Collection[Kind],
    highlight: Highlight,
    folder: Path,
) -> Work:
    """Work that writes the findings below `folder`; gives the files."""
    snapshot = _snapshot(document)

    def work(report: Report, deliver: Deliver) -> list[Path]:
        from spurview.pipeline.export import export_findings

        return export_findings(
            snapshot(), folder, ids=ids, kinds=kinds, highlight=highlight, report=report
        )

    return work


def exporting_report(document: Document, highlight: Highlight, path: Path) -> Work:
    """Work that writes the report on all findings; gives the file."""
    snapshot = _snapshot(document)

    def work(report: Report, deliver: Deliver) -> list[Path]:
        from spurview.pipeline.report import write_report

        write_report(snapshot(), path, highlight=highlight, report=report)
        return [path]

    return work


def exporting_images(document: Document, rows: Sequence[int], folder: Path) -> Work:
    """Work that writes images and their table below `folder`; gives the files."""
    snapshot = _snapshot(document)

    def work(report: Report, deliver: Deliver) -> list[Path]:
        from spurview.pipeline.export_images import export_images

        return export_images(snapshot(), rows, folder, report=report)

    return work


def exporting_table(document: Document, rows: Sequence[int], path: Path) -> Work:
    """Work that writes the table of images into one CSV file; gives the file."""
    snapshot = _snapshot(document)

    def work(report: Report, deliver: Deliver) -> list[Path]:
        from spurview.pipeline.export_images import image_table
        from spurview.pipeline.whole_files import write_whole

        report(0, 0, f"export: {path.name}")
        write_whole(path, image_table(snapshot(), rows))
        return [path]

    return work


def exporting_pattern(document: Document, candidate_id: str, path: Path) -> Work:
    """Work that writes a candidate's pattern as PNG; gives the file."""
    snapshot, rows = _snapshot(document), document.rows[candidate_id]

    def work(report: Report, deliver: Deliver) -> list[Path]:
        from spurview.pipeline.export_origin import provenance
        from spurview.pipeline.sheets import pattern_png
        from spurview.pipeline.whole_files import write_whole

        report(0, 0, f"export: {path.name}")
        material = snapshot()
        write_whole(path, pattern_png(material.reader, rows, provenance(material.info)))
        return [path]

    return work


def _snapshot(document: Document) -> Callable[[], Material]:
    """The document as it is now, for another thread."""
    reader, info, keys = document.reader, document.info, document.keys
    verdicts, name = dict(document.verdicts), document.path.stem

    def made() -> Material:
        from spurview.pipeline.export_origin import Material

        return Material(reader, info, verdicts, keys, name)

    return made
