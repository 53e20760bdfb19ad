"""`spurview demo`: plant a pattern in real digits, run every stage, and tell what was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Literal

import click

from spurview.cli.interrupt import interruptible
from spurview.cli.session import (
    DEVICE,
    compute_stages,
    findings_of,
    open_project,
    print_lines,
    refuse_read_only,
)
from spurview.cli.window import has_onlooker, open_window

if TYPE_CHECKING:
    from spurview.core.settings import Settings
    from spurview.pipeline.demo import Demo
    from spurview.pipeline.findings import Findings
    from spurview.project.store import Project

PatternName = Literal["patch", "full-noise"]
FILE_NAME = "demo.spurview"
# Findings told in sentences although nothing is proven of them.
TOLD = 3


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("spurview-demo"),
    show_default=True,
    help=f"Where {FILE_NAME} is made.",
)
@click.option("--clean", is_flag=True, help="Plant nothing: there should be no alarm.")
@click.option(
    "--pattern",
    type=click.Choice(["patch", "full-noise"]),
    default="patch",
    show_default=True,
    help="What to plant: a patch of noise, or noise over the image.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Draws the class, the place, the pattern and all that is random in the run.",
)
@click.option("--no-window", is_flag=True, help="Do not open the window at the end.")
@DEVICE
def demo(
    folder: Path, clean: bool, pattern: PatternName, seed: int, no_window: bool, device: str
) -> int:
    """Plant a pattern in real digits, train on them, find it, and prove it.

    A small network learns to tell 0 to 4 apart; 5 to 9 are the pool of unrelated images.
    """
    from spurview.core.settings import Settings
    from spurview.pipeline.demo import demo_images
    from spurview.pipeline.whole_files import make_folder

    path = folder / FILE_NAME
    settings = Settings(seed=seed)
    make_folder(folder)
    with interruptible(
        f"Stopped: run `{_again(folder, clean, pattern, seed)}` to continue."
    ) as line:
        made = demo_images(
            settings, None if clean else pattern, project_dir=folder.absolute(), report=line
        )
        with _project(path, settings, made) as project:
            compute_stages(project, line, None, device)
            findings = findings_of(project)
            keys = project.keys()
    carriers = {keys[row] for row in made.rows if keys[row].startswith("pool/")}
    print_lines(_told(path, made, carriers, findings))
    return open_window(path) if has_onlooker() and not no_window else 0


def _told(path: Path, made: Demo, carriers: set[str], findings: Findings) -> Iterator[str]:
    """What was planted, what was found with its evidence, and what to do next."""
    from spurview.cli import text
    from spurview.pipeline import findings_text, wording_project

    yield from wording_project.planted_text(made.planted)
    yield ""
    told = [f for f in findings.findings if f.rank <= TOLD or f.outcome != "candidate"]
    for finding in told:
        yield from findings_text.finding_text(finding, findings)
        if finding.alarm:
            yield from (f"  {line}" for line in text.training_list(finding))
        yield ""
    if len(told) < len(findings.findings):
        yield (
            f"{len(findings.findings) - len(told)} more candidates, none of them proven: "
            f"spurview findings {quote(str(path))}"
        )
        yield ""
    yield findings_text.verdict_line(findings)
    for planted in made.planted:
        yield text.found_text(planted, carriers, findings)
    yield ""
    project, exported = quote(str(path)), quote(str(path.parent / "export"))
    yield "What to do next:"
    yield f"  see it:                  spurview {project}"
    yield f"  pictures and lists:      spurview export {project} {exported}"
    if findings.alarms:
        yield "  clean the training data: remove or repair the images that export lists as training"
        yield "                           in members.csv, then train again"
    yield "  look at your own images: spurview new PROJECT --interest DIR --pool DIR"


def _project(path: Path, settings: Settings, made: Demo) -> Project:
    """The demo of these very options, gone on with where there is one, else a new one."""
    from spurview.pipeline.create import save_product

    if os.path.lexists(path):
        project = open_project(path)
        refuse_read_only(project)
        if (project.info.settings, project.info.planted) == (settings, made.planted):
            return project
        former = _former_name(path)
        project.close()
        os.rename(path, former)
        click.echo(f"The former demo, of other options, is now {former}.", err=True)
    return save_product(path, made.product, settings, planted=made.planted)


def _former_name(path: Path) -> Path:
    number = 1
    while os.path.lexists(path.with_stem(f"{path.stem}-{number}")):
        number += 1
    return path.with_stem(f"{path.stem}-{number}")


def _again(folder: Path, clean: bool, pattern: str, seed: int) -> str:
    """The command line that goes on with this demo."""
    parts = ["spurview demo"]
    parts += [f"--dir {quote(str(folder))}"] if folder != Path("spurview-demo") else []
    parts += ["--clean"] if clean else [f"--pattern {pattern}"] if pattern != "patch" else []
    parts += [f"--seed {seed}"] if seed else []
    return " ".join(parts)
