"""Writes the small project that is kept of a version: python -m tests.project.archive FOLDER

The constructed project with a count of what chance gives, judged, named and tagged. Beside it goes
what spurview told of it. A file that is kept is never written again.
"""

from __future__ import annotations

import sys
from pathlib import Path

from spurview.pipeline.findings import collect, to_json
from spurview.project.model import Verdict
from spurview.project.store import Project
from tests import constructed

NAME = "constructed"
VERDICTS = {
    "1-aaaaaaaa": Verdict(
        class_name="b",
        verdict="spurious",
        name="the patch",
        note="kept for ever",
        tags=["first", "ärger"],
        time="2026-11-24T12:00:00Z",
    )
}


def write(folder: Path) -> None:
    """constructed.spurview and constructed.json in `folder`, which must not hold them yet."""
    path = folder / f"{NAME}.spurview"
    arrays = constructed.with_chance()
    with Project.create(path, constructed.info(), arrays) as project:
        project.save(verdicts=VERDICTS)
        told = to_json(collect(project, project.info, project.verdicts, project.keys()))
    path.with_suffix(".json").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
