"""Opening the window, or saying why there is none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from spurview.core.errors import InputError

COMMANDS = (
    "these commands work without one: demo, new, run, merge, findings, export, info, check, "
    "compare, evaluate, samples"
)
NO_DISPLAY = f"There is no display for the window; {COMMANDS}."


def has_display() -> bool:
    """Whether a window can be shown; on Linux that needs a display server or a chosen platform."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def has_onlooker() -> bool:
    """Whether somebody would see the window: Qt's platforms without a screen do not count."""
    return has_display() and os.environ.get("QT_QPA_PLATFORM") not in ("offscreen", "minimal")


def open_window(file: Path | None) -> int:
    """Show the window until it is closed; its exit code."""
    try:
        from spurview.ui.app import run
    except ImportError as error:
        # Qt needs libraries of the system that a bare container lacks.
        raise InputError(f"The window cannot be opened: {error}; {COMMANDS}.") from error
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
