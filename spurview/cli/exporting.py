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
    path: Path, folder: Path, ids: Sequence[str], kinds: Sequence[Kind], replace: bool
) -> list[str]:
    """Export the project at `path` into the folder; gives the files as lines."""
    from spurview.pipeline.export import KINDS, export_findings
    from spurview.pipeline.export_origin import Material
    from spurview.pipeline.report import FILE_NAME, write_report
    from spurview.pipeline.stages import states
    from spurview.pipeline.whole_files import make_folder

    with open_project(path, lock=False) as project, interruptible("Stopped.") as report:
        material = Material(project, project.info, project.verdicts, project.keys(), path.stem)
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


def _agree(there: Sequence[Path]) -> None:
    """Let the files be replaced."""


def _ask(there: Sequence[Path]) -> None:
    """Ask at a terminal whether the files may be replaced. Raises InputError where they may not."""
    one = f"{there[0]} is" if len(there) == 1 else f"{len(there)} of the files are"
    if sys.stdin.isatty() and click.confirm(f"{one} there already: replace?", err=True):
        return
    raise InputError(f"{one} there already: choose another folder, or add --replace.")
