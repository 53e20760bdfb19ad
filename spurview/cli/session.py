"""What several commands do with a project: open it, compute its stages, collect its findings."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spurview.cli.interrupt import ProgressLine
from spurview.core.errors import InputError, LockedError

if TYPE_CHECKING:
    from spurview.pipeline.findings import Findings
    from spurview.project.store import Project

PROJECT = click.argument("path", metavar="PROJECT", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
DEVICE = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    default="auto",
    show_default=True,
    help="Where to compute; auto takes a GPU when there is one.",
)


def open_project(path: Path, *, lock: bool = True) -> Project:
    """The project at `path`; with `lock` it can be saved unless it is open elsewhere."""
    from spurview.project.store import Project

    return Project.open(path, lock=lock)


def refuse_read_only(project: Project) -> None:
    """Raises where the project could not be saved, so that no work is done in vain."""
    if project.locked_by:
        raise LockedError(
            f"{project.path.name} is open elsewhere ({project.locked_by}): close it there first."
        )
    if project.read_only:
        raise InputError(
            f"{project.path.name} cannot be saved where it is: copy it to a folder of yours."
        )


def compute_stages(
    project: Project,
    report: ProgressLine,
    until: str | None,
    device: str,
    *,
    trusted: frozenset[str] = frozenset(),
) -> None:
    """Do the stages that are stale or missing, saving each product as it comes.

    Where `torchrun` started several processes, this is the first of them, and all take part.

    trusted: SHA-256 of files that may be opened although they can hold code.
    """
    if launched_ranks() > 1:
        from spurview.pipeline.sharing import run_together

        run_together(
            project.path, project, until=until, device=device, trusted=trusted, report=report
        )
        return
    from spurview.pipeline.saving import run_project

    run_project(project, until=until, device=device, trusted=trusted, report=report)


def launched_ranks() -> int:
    """How many processes `torchrun` started together; 1 where it started none."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "TORCHELASTIC_RUN_ID" in os.environ else 1


def findings_of(project: Project) -> Findings:
    """The findings of a project that has run."""
    from spurview.pipeline.findings import collect

    return collect(project, project.info, project.verdicts, project.keys())


def print_lines(lines: Iterable[Any]) -> None:
    """Each line to stdout."""
    for line in lines:
        click.echo(line)
