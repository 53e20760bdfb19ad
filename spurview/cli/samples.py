"""`spurview samples`: the projects that ship with spurview's source."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

import click


@click.command()
def samples() -> None:
    """List the sample projects, or tell where they are."""
    from spurview.ui.samples import NO_SAMPLES, first_line, sample_projects

    found = sample_projects()
    if not found:
        click.echo(NO_SAMPLES)
        return
    for project in found:
        click.echo(f"{project.stem:16}{first_line(project)}")
    shown = os.path.relpath(found[0]) if found[0].is_relative_to(Path.cwd()) else str(found[0])
    click.echo(f"\nTo open one: spurview {quote(shown)}")
