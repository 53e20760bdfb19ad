"""`spurview compare`: the findings of two networks on one pool side by side."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from spurview.cli.session import AS_JSON, findings_of, open_project, print_lines

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("first", metavar="A", type=_PATH)
@click.argument("second", metavar="B", type=_PATH)
@AS_JSON
def compare(first: Path, second: Path, as_json: bool) -> None:
    """Tell which findings project B has beside A, which are gone and which are unchanged."""
    from spurview.pipeline import comparison

    with open_project(first, lock=False) as one, open_project(second, lock=False) as other:
        found = comparison.compare(
            *(
                comparison.Side(path.name, findings_of(project), project, project.keys())
                for path, project in ((first, one), (second, other))
            )
        )
    if as_json:
        sys.stdout.buffer.write(comparison.to_json(found).encode() + b"\n")
    else:
        print_lines(comparison.lines(found))
