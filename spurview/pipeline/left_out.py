"""The files that are not in a project, in words for the command line and the window."""

from __future__ import annotations

from spurview.pipeline.wording import count
from spurview.project.model import ProjectInfo


def left_out(info: ProjectInfo) -> str:
    """How many files were left out, as ``12 files were left out``; empty where none was."""
    if not info.skipped_total:
        return ""
    noun = "file was" if info.skipped_total == 1 else "files were"
    return f"{count(info.skipped_total)} {noun} left out"


def left_out_lines(info: ProjectInfo, shown: int | None = None) -> list[str]:
    """A line for each file that is listed, with its role and reason; the first `shown` of them."""
    return [f"{info.sources[f.source].role}: {f.path}: {f.reason}" for f in info.skipped[:shown]]
