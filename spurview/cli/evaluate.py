"""`spurview evaluate`: plant patterns, run everything, and tell how well they are found.

Either a suite of runs on images that ship or are named by a file, or trials on a project's own
images. Every finished run is kept, and the command goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from spurview.cli.interrupt import interruptible
from spurview.cli.session import AS_JSON, print_lines
from spurview.cli.suite_progress import SuiteProgress
from spurview.core.errors import InputError

if TYPE_CHECKING:
    from spurview.evaluation.kinds import Suite
    from spurview.evaluation.rows import Row
    from spurview.evaluation.workers import Failure, Run

QUICK = "quick"
RUNS = "runs.csv"
# So many trials of a point tell always from never; finding a share takes many more.
TRIALS = 5
JOBS = 2


@click.command()
@click.option(
    "--suite",
    "suite_name",
    metavar="NAME",
    help="quick (the default; minutes), full (a day or more), or a TOML file of kinds of run.",
)
@click.option(
    "--like",
    "project",
    metavar="PROJECT",
    type=click.Path(path_type=Path),
    help="Plant into this project's own images instead: what would have been found in them?",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 1000),
    default=TRIALS,
    show_default=True,
    help="With --like: how many trials of each strength and share, and without a pattern.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=JOBS,
    show_default=True,
    help="Runs at a time, each in one thread of its own process.",
)
@click.option(
    "--first-seed",
    type=click.IntRange(0, 2**30),
    default=0,
    show_default=True,
    help="The first run of each kind; take 1000 or more to develop, as figures of others are told.",
)
@click.option(
    "--out",
    "folder",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help=f"Where {RUNS} grows and the report is written; go on with what is there.",
)
@AS_JSON
@click.option("--report-only", is_flag=True, help="Run nothing: make the report anew.")
def evaluate(
    suite_name: str | None,
    project: Path | None,
    trials: int,
    jobs: int,
    first_seed: int,
    folder: Path,
    as_json: bool,
    report_only: bool,
) -> int:
    """Plant patterns, train, search, and tell how well they are found.

    Ctrl+C stops; the same command goes on.
    """
    if suite_name and project:
        raise click.UsageError("--suite and --like are two things: choose one.")
    command = _command(suite_name, project, trials, jobs, first_seed, folder)
    if report_only and not suite_name and not project:
        # Which suite the runs are of is not known.
        command = f"spurview evaluate --report-only --out {quote(str(folder))}"
    if project:
        work = _own_trials(project, trials, is_run=not report_only)
    else:
        work = _suite(suite_name or QUICK, is_run=not report_only)
    failures = [] if report_only else _run(work, folder, jobs, first_seed, command)
    rows = _rows(work, folder)
    print_lines(_reported(project, rows, folder, command, as_json))
    if failures:
        number = "1 run" if len(failures) == 1 else f"{len(failures)} runs"
        click.echo(f"spurview: {number} failed; the same command tries again.", err=True)
    return 1 if failures else 0


@dataclass(frozen=True)
class _Work:
    """What is to be run, and how one cell of it is. source: that all rows must have, if any."""

    suite: Suite
    run: Run
    source: str = ""


def _suite(name: str, *, is_run: bool) -> _Work:
    from spurview.evaluation.running import run_cell
    from spurview.evaluation.suites import suite_named
    from spurview.sources.spec import PHOTOGRAPHS

    suite = suite_named(name)
    shows_photographs = any(PHOTOGRAPHS in kind.sources for kind in suite.kinds)
    if is_run and shows_photographs and not find_spec("skimage"):
        raise InputError(
            f"The suite {name} crops photographs of scikit-image, which is not installed: "
            "pip install 'spurview[photos]'."
        )
    return _Work(suite, run_cell)


def _own_trials(project: Path, number: int, *, is_run: bool) -> _Work:
    from spurview.evaluation.own_images import POINTS, own_images, run_trial, shortage, trials

    own = own_images(project)
    suite = trials(own, number)
    for point in POINTS:
        if is_run and (short := shortage(own, point)):
            click.echo(f"{point} is left out: {short}.", err=True)
    return _Work(suite, partial(run_trial, project.absolute()), own.mark)


def _run(work: _Work, folder: Path, jobs: int, first_seed: int, command: str) -> list[Failure]:
    from spurview.evaluation.workers import run_suite
    from spurview.pipeline.whole_files import make_folder

    make_folder(folder)
    rows = _rows(work, folder, may_be_none=True)
    stopped = f"Stopped: finished runs are in {folder / RUNS}; run `{command}` to continue."
    with interruptible(stopped) as line:
        progress = SuiteProgress(work.suite, rows, line)
        return run_suite(
            work.suite,
            folder / RUNS,
            jobs=jobs,
            first_seed=first_seed,
            run=work.run,
            on_end=progress.ended,
            report=progress.report,
        )


def _rows(work: _Work, folder: Path, *, may_be_none: bool = False) -> list[Row]:
    """The finished runs in the folder. Raises InputError where they are of other images."""
    from spurview.evaluation.rows import read_rows

    rows = read_rows(folder / RUNS)
    if work.source and any(row.source != work.source for row in rows):
        raise InputError(
            f"{folder / RUNS} holds runs on other images or with other settings: "
            "choose another folder."
        )
    if not rows and not may_be_none:
        raise InputError(f"There is no finished run in {folder / RUNS}.")
    return rows


def _reported(
    project: Path | None, rows: Sequence[Row], folder: Path, command: str, as_json: bool
) -> Iterator[str]:
    """Write the report, and give the lines to print."""
    from spurview.evaluation import report, sensitivity, summary, summary_text

    if project:
        trials = sensitivity.sensitivity(rows, project=project.name, command=command)
        report.write_sensitivity(folder, trials)
        told = [*sensitivity.sentences(trials), "", f"Report: {folder / report.SENSITIVITY}"]
        yield from [sensitivity.to_json(trials)] if as_json else told
        return
    summed = summary.summarised(rows, command=command)
    report.write_report(folder, rows, summed)
    told = [*summary_text.terminal_lines(summed), "", f"Report: {folder / report.PAGE}"]
    yield from [summary.to_json(summed)] if as_json else told


def _command(
    suite: str | None, project: Path | None, trials: int, jobs: int, first_seed: int, folder: Path
) -> str:
    """The command line that goes on with this evaluation."""
    what = f"--like {quote(str(project))}" if project else f"--suite {quote(suite or QUICK)}"
    parts = ["spurview evaluate", what]
    parts += [f"--trials {trials}"] if project and trials != TRIALS else []
    parts += [f"--jobs {jobs}"] if jobs != JOBS else []
    parts += [f"--first-seed {first_seed}"] if first_seed else []
    return " ".join([*parts, f"--out {quote(str(folder))}"])
