"""Opening the window, or saying why there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from spurview.core.errors import InputError

NO_DISPLAY = (
    "There is no display for the window; these commands work without one: "
    "demo, new, run, findings, export, info, check."
)


def has_display() -> bool:
    """Whether a window can be shown; on Linux that needs a display server or a chosen platform."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def open_window(file: Path | None) -> int:
    """Show the window until it is closed; its exit code."""
    from spurview.ui.app import run

    return run(file)


@click.command(hidden=True, add_help_option=False)
@click.argument("file", type=click.Path(path_type=Path), required=False)
def window(file: Path | None) -> int:
    """Open the window, with FILE where one is given."""
    if file is not None and not os.path.lexists(file):
        raise InputError(f"There is no file {file}.")
    if not has_display():
        raise InputError(NO_DISPLAY)
    return open_window(file)
