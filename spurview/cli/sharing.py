"""A run shared out: shards under any scheduler, merging them, and the processes of torchrun."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

import click

from spurview.cli.interrupt import interruptible
from spurview.cli.network import TRUST, trusted_files
from spurview.cli.session import DEVICE, PROJECT, launched_ranks, open_project, refuse_read_only

# Of --until: both networks trained, nothing applied.
WEIGHTS = "weights"


def is_other_rank() -> bool:
    """Whether torchrun started this process to help another, which has the project."""
    return launched_ranks() > 1 and os.environ.get("RANK") != "0"


def help_first_rank(path: Path, until: str | None, device: str, *, trust_code: bool) -> int:
    """Take part in a run whose project another process holds; says only where memory ran out."""
    from spurview.pipeline.sharing import run_together

    with open_project(path, lock=False) as project:
        trusted = trusted_files(project, trust_code=trust_code)
        where = project.path
    run_together(where, None, until=until, device=device, trusted=trusted, report=told_of_memory)
    return 0


def told_of_memory(done: int, total: int, message: str) -> None:
    """A report of a process that helps: only that its memory ran out."""
    from spurview.core.device import ON_CPU

    if message.endswith(ON_CPU):
        click.echo(f"process {os.environ.get('RANK')}: {message}", err=True)


def run_until_trained(path: Path, device: str, *, trust_code: bool) -> int:
    """Train both networks, so that shards can apply them."""
    from spurview.pipeline.sharing import train_weights

    again = f"spurview run {quote(str(path))}"
    with open_project(path) as project:
        refuse_read_only(project)
        trusted = trusted_files(project, trust_code=trust_code)
        with interruptible(f"Stopped: run `{again} --until {WEIGHTS}` to continue.") as report:
            train_weights(project, device=device, trusted=trusted, report=report)
    click.echo(f"The networks are trained. Next, for n shares: {again} --shard 1/n")
    return 0


def run_shard(path: Path, shard: str, device: str, *, trust_code: bool) -> int:
    """Do one share of predictions and embedding, into the work folder."""
    from spurview.pipeline.blocks import share_from
    from spurview.pipeline.sharing import compute_share

    share = share_from(shard)
    again = f"spurview run {quote(str(path))} --shard {shard}"
    with open_project(path, lock=False) as project:
        trusted = trusted_files(project, trust_code=trust_code)
        with interruptible(f"Stopped: run `{again}` to continue.") as report:
            compute_share(project, share, device=device, trusted=trusted, report=report)
    click.echo(f"Share {shard} is done. When all are: spurview merge {quote(str(path))}")
    return 0


@click.command()
@PROJECT
@DEVICE
@TRUST
def merge(path: Path, device: str, trust_code: bool) -> None:
    """Put the shares of `run --shard` together into PROJECT."""
    from spurview.pipeline import sharing

    with open_project(path) as project:
        refuse_read_only(project)
        trusted = trusted_files(project, trust_code=trust_code)
        again = f"spurview merge {quote(str(path))}"
        with interruptible(f"Stopped: run `{again}` to continue.") as report:
            sharing.merge(project, device=device, trusted=trusted, report=report)
    click.echo(f"The shares are merged. Next: spurview run {quote(str(path))}")
