"""The command `export`: what it writes, and that it replaces nothing without being told to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spurview.cli.interrupt import interruptible
from spurview.cli.session import open_project
from spurview.core.errors import InputError

if TYPE_CHECKING:
    from spurview.pipeline.export import Kind


def write(
    path: Path,
    folder: Path,
    ids: Sequence[str],
    kinds: Sequence[Kind],
    *,
    trials: Path | None,
    replace: bool,
) -> list[str]:
    """Export the project at `path` into the folder; gives the files as lines.

    trials: the folder of an evaluation on the project's own images, for the report.
    """
    from spurview.pipeline.export import KINDS, export_findings
    from spurview.pipeline.export_origin import Material
    from spurview.pipeline.report import FILE_NAME, write_report
    from spurview.pipeline.stages import states
    from spurview.pipeline.whole_files import make_folder

    known = _sensitivity(path, trials) if trials else []
    with open_project(path, lock=False) as project, interruptible("Stopped.") as report:
        material = Material(
            project, project.info, project.verdicts, project.keys(), path.stem, known
        )
        is_whole = states(project.info, project)["verification"] != "missing"
        if [*kinds] == ["html"] and not ids and not is_whole:
            target = folder / FILE_NAME
            if target.exists() and not replace:
                _ask([target])
            make_folder(folder)
            write_report(material, target, report=report)
            return [str(target)]
        written = export_findings(
            material,
            folder,
            ids=ids,
            kinds=kinds or KINDS,
            replacing=_agree if replace else _ask,
            report=report,
        )
    return [str(file) for file in written]


def _sensitivity(path: Path, trials: Path) -> list[str]:
    """What the trials say, in sentences. Raises InputError where they are of another project."""
    from spurview.cli.evaluate import RUNS
    from spurview.evaluation.own_images import own_images
    from spurview.evaluation.rows import read_rows
    from spurview.evaluation.sensitivity import HOW, sensitivity, sentences

    rows = read_rows(trials / RUNS)
    if not rows:
        raise InputError(f"There is no finished run in {trials / RUNS}.")
    mark = own_images(path).mark
    if any(row.source != mark for row in rows):
        raise InputError(
            f"{trials / RUNS} holds runs on other images or with other settings: "
            f"evaluate {path.name} anew."
        )
    return [*sentences(sensitivity(rows, project=path.name)), HOW]


def _agree(there: Sequence[Path]) -> None:
    """Let the files be replaced."""


def _ask(there: Sequence[Path]) -> None:
    """Ask at a terminal whether the files may be replaced. Raises InputError where they may not."""
    one = f"{there[0]} is" if len(there) == 1 else f"{len(there)} of the files are"
    if sys.stdin.isatty() and click.confirm(f"{one} there already: replace?", err=True):
        return
    raise InputError(f"{one} there already: choose another folder, or add --replace.")
