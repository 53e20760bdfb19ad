"""The commands that work without a display. Slow libraries are imported when a command runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from spurview.cli.interrupt import interruptible
from spurview.cli.network import TRUST, network_request, trusted_files
from spurview.cli.session import (
    DEVICE,
    PROJECT,
    compute_stages,
    findings_of,
    open_project,
    print_lines,
    refuse_read_only,
)
from spurview.cli.sharing import (
    WEIGHTS,
    help_first_rank,
    is_other_rank,
    run_shard,
    run_until_trained,
)

if TYPE_CHECKING:
    from spurview.core.settings import Settings
    from spurview.pipeline.export import Kind
    from spurview.project.store import Project

ALARMED = 3
STAGES = (
    "images",
    "classifier",
    "predictions",
    "embedding",
    "candidates",
    "verification",
    "layout",
)


@click.command()
@PROJECT
@click.option(
    "--interest",
    multiple=True,
    required=True,
    metavar="SRC",
    help="Images of interest: a folder with one sub-folder per class; mnist:DIR, fashionmnist:DIR, "
    "cifar10:DIR, imagefolder:DIR, imagenet:DIR; .npz, .h5, .csv, .parquet, .tar; or digits:",
)
@click.option(
    "--pool",
    multiple=True,
    required=True,
    metavar="SRC",
    help="Unrelated images: any folder, or a source as for --interest; may be given several times.",
)
@click.option("--interest-classes", metavar="A,B,…", help="Take only these classes of interest.")
@click.option("--pool-classes", metavar="A,B,…", help="Take only these classes of the pool.")
@click.option(
    "--classifier",
    default="train",
    show_default=True,
    metavar="MODEL",
    help="train: a small network trained on the images of interest; train:ARCH: one of "
    "torchvision's (train:resnet18); train:ARCH:FILE: starting from weights (safetensors); a "
    "network of yours: torchvision:ARCH:FILE, timm:ARCH:FILE, onnx:FILE, python:FILE:FUNCTION; "
    "predictions:FILE.",
)
@click.option(
    "--preprocess",
    metavar="NAME|FILE",
    default="",
    help="What your network's images go through: plain, a name of torchvision's (resnet18), or a "
    "TOML file.",
)
@click.option(
    "--class-names",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The classes in your network's order, one a line.",
)
@click.option(
    "--size",
    type=click.IntRange(8, 512),
    metavar="PX",
    help="Working size; else the images' own when all share one of 8 to 96, else 64.",
)
@click.option(
    "--aspect",
    type=click.Choice(["crop", "pad", "stretch"]),
    help="Images that are no square: cut the longer side (crop, the default), add mid-grey, or "
    "distort.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a setting, e.g. classifier.epochs=8 or seed=3.",
)
@TRUST
def new(
    path: Path,
    interest: tuple[str, ...],
    pool: tuple[str, ...],
    interest_classes: str | None,
    pool_classes: str | None,
    classifier: str,
    preprocess: str,
    class_names: Path | None,
    size: int | None,
    aspect: str | None,
    changes: tuple[str, ...],
    trust_code: bool,
) -> None:
    """Make PROJECT from images, and list what was left out."""
    from spurview.cli.text import new_text
    from spurview.pipeline.create import create_project
    from spurview.pipeline.starting_weights import training_settings
    from spurview.sources import SourceSpec

    network = network_request(classifier, preprocess, class_names, trust_code=trust_code)
    options = {"size_px": size, "aspect": aspect}
    settings = _changed([*changes, *(f"images.{k}={v}" for k, v in options.items() if v)])
    if network is None:
        settings = training_settings(settings, classifier)
    chosen, pool_chosen = _names(interest_classes), _names(pool_classes)
    stopped = f"Stopped: {path} was not made; the same command goes on with the images read so far."
    with interruptible(stopped) as report:
        project, notes = create_project(
            path,
            [SourceSpec(text, chosen) for text in interest],
            [SourceSpec(text, pool_chosen) for text in pool],
            settings,
            network=network,
            report=report,
        )
    with project:
        print_lines(new_text(project.info, project, notes))
    click.echo(f"\nMade {path}. Next: spurview run {quote(str(path))}")


@click.command()
@PROJECT
@click.option(
    "--until",
    type=click.Choice((*STAGES, WEIGHTS)),
    help=f"Stop after this stage; {WEIGHTS}: when the networks are trained, for --shard.",
)
@click.option(
    "--shard",
    metavar="K/N",
    help="Only the K-th of N shares of predictions and embedding, into the work folder; then: "
    "spurview merge.",
)
@DEVICE
@click.option(
    "--method", type=click.Choice(["matched", "literal"]), help="How to look for patterns."
)
@click.option(
    "--chance",
    is_flag=True,
    help="Also count how many candidates chance alone would give: the search again, "
    "chance.repeats times with permuted classes.",
)
@click.option("--fail-on-alarm", is_flag=True, help="Exit with 3 when there is an alarm.")
@TRUST
def run(
    path: Path,
    until: str | None,
    shard: str | None,
    device: str,
    method: str | None,
    chance: bool,
    fail_on_alarm: bool,
    trust_code: bool,
) -> int:
    """Do what is left to do in PROJECT, then list the findings. Ctrl+C stops; run goes on.

    Started by torchrun, all its processes do it together.
    """
    from spurview.pipeline.findings_text import findings_table

    if chance and until:
        raise click.UsageError("--chance goes to the end: leave --until away.")
    if shard and (until or chance or method):
        raise click.UsageError("--shard does its share alone: leave the other options away.")
    if shard:
        return run_shard(path, shard, device, trust_code=trust_code)
    if until == WEIGHTS:
        return run_until_trained(path, device, trust_code=trust_code)
    if is_other_rank():
        return help_first_rank(path, "chance" if chance else until, device, trust_code=trust_code)
    with open_project(path) as project:
        refuse_read_only(project)
        if method:
            _set_method(project, method)
        with interruptible(
            f"Stopped: run `spurview run {quote(str(path))}` to continue."
        ) as report:
            compute_stages(
                project,
                report,
                "chance" if chance else until,
                device,
                trusted=trusted_files(project, trust_code=trust_code),
            )
        if until and STAGES.index(until) < STAGES.index("verification"):
            click.echo(f"{until} is done. Next: spurview run {quote(str(path))}")
            return 0
        findings = findings_of(project)
    print_lines(findings_table(findings))
    return ALARMED if fail_on_alarm and findings.alarms else 0


@click.command()
@PROJECT
@click.option(
    "--json", "as_json", is_flag=True, help="Print only JSON, as docs/findings.schema.json."
)
def findings(path: Path, as_json: bool) -> None:
    """List the ranked findings of PROJECT."""
    from spurview.pipeline.findings import to_json
    from spurview.pipeline.findings_text import findings_table

    with open_project(path, lock=False) as project:
        found = findings_of(project)
    if as_json:
        sys.stdout.buffer.write(to_json(found).encode() + b"\n")
    else:
        print_lines(findings_table(found))


@click.command()
@PROJECT
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--finding", "ids", multiple=True, metavar="ID", help="Only this finding.")
@click.option("--html", is_flag=True, help="The report: one page that needs nothing else.")
@click.option("--png", is_flag=True, help="Contact sheets and patterns.")
@click.option("--csv", is_flag=True, help="Tables of statistics and images.")
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option(
    "--sensitivity",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where `spurview evaluate --like PROJECT` wrote: its result goes into the report.",
)
@click.option("--replace", is_flag=True, help="Replace files of an earlier export without asking.")
def export(
    path: Path,
    folder: Path,
    ids: tuple[str, ...],
    html: bool,
    png: bool,
    csv: bool,
    as_json: bool,
    sensitivity: Path | None,
    replace: bool,
) -> None:
    """Write the findings of PROJECT into DIR: report, pictures, tables, JSON; all if none is named.

    A project that has not run to the end has a report too, which says so: name --html alone.
    """
    from spurview.cli.exporting import write

    wanted: dict[Kind, bool] = {"html": html, "png": png, "csv": csv, "json": as_json}
    kinds = [kind for kind in wanted if wanted[kind]]
    print_lines(write(path, folder, ids, kinds, trials=sensitivity, replace=replace))


@click.command()
@PROJECT
def info(path: Path) -> None:
    """Tell what is in PROJECT, stage by stage, and which files were left out."""
    from spurview.cli.text import info_text
    from spurview.pipeline.stages import states
    from spurview.pipeline.unsaved_wording import content_text, found_text
    from spurview.project import journal

    with open_project(path, lock=False) as project:
        print_lines(info_text(project.info, states(project.info, project), project))
        unsaved = journal.unsaved(project.path, project.info, project.verdicts)
    if unsaved is not None:
        click.echo(f"{found_text(unsaved)} {content_text(unsaved)}")
        click.echo("Open the project in the window to restore it.")


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--rescue",
    metavar="NEW",
    type=click.Path(path_type=Path),
    help="Save what can be saved of FILE into this new project, and tell what is lost.",
)
def check(path: Path, rescue: Path | None) -> int:
    """Tell whether FILE is whole and safe to open."""
    from spurview.project.checking import check as problems_of
    from spurview.project.rescue import outlook
    from spurview.project.rescue import rescue as save_what_is_left

    if rescue is not None:
        print_lines(save_what_is_left(path, rescue))
        click.echo(f"Saved what is left of {path} in {rescue}.")
        return 0
    problems = problems_of(path)
    if not problems:
        click.echo(f"{path} is whole.")
        return 0
    for line in filter(None, [*problems, outlook(path)]):
        click.echo(line, err=True)
    return 1


def _set_method(project: Project, method: str) -> None:
    import msgspec

    from spurview.core.settings import with_setting

    settings = with_setting(project.info.settings, "candidates.method", method)
    if settings != project.info.settings:
        project.save(info=msgspec.structs.replace(project.info, settings=settings))


def _changed(changes: Sequence[str]) -> Settings:
    """The default settings with `KEY=VALUE` changes."""
    from spurview.core.settings import Settings, with_setting

    settings = Settings()
    for change in changes:
        key, is_given, value = change.partition("=")
        if not is_given:
            raise click.BadParameter(f"{change!r} is not KEY=VALUE", param_hint="--set")
        settings = with_setting(settings, key.strip(), value.strip())
    return settings


def _names(text: str | None) -> tuple[str, ...] | None:
    """Class names from a list with commas."""
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    return names or None
