"""`python -m benchmarks`: choose benchmarks by name, print their figures, keep them as JSON."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import click

from benchmarks.figures import Measured, Scale, table, write_json

# Each module has run(scale, say) -> Measured, and loads slow libraries: imported when asked for.
BENCHMARKS = {
    "engine": "benchmarks.engine",
    "grid": "benchmarks.grid",
    "large": "benchmarks.large",
    "memory": "benchmarks.memory",
    "networks": "benchmarks.networks",
    "opening": "benchmarks.opening",
    "reading": "benchmarks.reading",
    "saving": "benchmarks.saving",
    "scatter": "benchmarks.scatter",
    "stalls": "benchmarks.stalls",
    "start": "benchmarks.start",
    "streaming": "benchmarks.streaming",
    "thumbnails": "benchmarks.thumbnails",
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(BENCHMARKS)))
@click.option("--quick", "scale", flag_value="quick", help="Small sizes, once: some minutes.")
@click.option("--full", "scale", flag_value="full", help="The largest sizes as well: hours.")
@click.option(
    "--json",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("build/benchmarks.json"),
    show_default=True,
    help="Where the figures are written.",
)
def main(names: tuple[str, ...], scale: Scale | None, path: Path) -> None:
    """Measure NAMES (all without any) and print each figure beside its base."""
    results = [
        _runner(name)(scale or "normal", lambda line: click.echo(line, err=True))
        for name in names or sorted(BENCHMARKS)
    ]
    write_json(path, results)
    for result in results:
        click.echo(_heading(result))
        click.echo(table(result.figures))
    click.echo(f"written to {path}")


def _runner(name: str) -> Callable[[Scale, Callable[[str], None]], Measured]:
    runner: Callable[[Scale, Callable[[str], None]], Measured] = import_module(BENCHMARKS[name]).run
    return runner


def _heading(result: Measured) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in result.versions.items())
    return (
        f"{result.benchmark} ({result.scale}), {result.date}, {result.machine}, "
        f"{result.threads} of {result.cores} cores, load {result.load} at the start\n{versions}"
    )


if __name__ == "__main__":
    main()
