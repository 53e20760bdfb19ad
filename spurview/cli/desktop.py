"""`spurview install-desktop`: icon, menu entry and file type for the Linux desktop of one user.

Only files of our own names are written or removed, below $XDG_DATA_HOME (~/.local/share).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import click

from spurview.core.errors import InputError

# Ours beside where the desktop looks for it; the basedir, desktop-entry, icon-theme and
# shared-mime-info specifications of freedesktop.org.
_FILES = {
    "spurview.desktop": "applications/spurview.desktop",
    "spurview.xml": "mime/packages/spurview.xml",
    "spurview.svg": "icons/hicolor/scalable/apps/spurview.svg",
    "spurview-file.svg": "icons/hicolor/scalable/mimetypes/application-x-spurview.svg",
}
# What lets running desktops notice; without them it works from the next login on.
_REFRESH = (("update-mime-database", "mime"), ("update-desktop-database", "applications"))
_REFRESH_S = 60


@click.command("install-desktop")
@click.option("--uninstall", is_flag=True, help="Take all of it away again.")
def install_desktop(uninstall: bool) -> None:
    """Put spurview into the desktop's menu, so that .spurview files open with it (Linux)."""
    if not sys.platform.startswith("linux"):
        raise InputError("install-desktop is for desktops on Linux; open projects from the window.")
    folder = data_folder()
    changed = _uninstalled(folder) if uninstall else _installed(folder, command_line())
    if not changed:
        click.echo("Nothing is installed." if uninstall else "All of it is installed already.")
        return
    for path in changed:
        click.echo(f"{'Removed' if uninstall else 'Installed'} {path}")
    _refresh(folder)


def data_folder() -> Path:
    """Where the desktop looks for a user's own data; a relative $XDG_DATA_HOME does not count."""
    given = os.environ.get("XDG_DATA_HOME", "")
    return Path(given) if os.path.isabs(given) else Path.home() / ".local" / "share"


def command_line() -> list[str]:
    """What starts this very spurview, from whatever folder and environment."""
    script = Path(sys.executable).with_name("spurview")
    return [str(script)] if script.exists() else [sys.executable, "-m", "spurview"]


def exec_line(command: Sequence[str]) -> str:
    r"""The command as a desktop entry writes it.

    >>> print(exec_line(["/opt/my tools/spurview", "100%"]))
    "/opt/my tools/spurview" "100%%"
    """
    quoted = []
    for part in command:
        for sign in '\\"`$':
            part = part.replace(sign, "\\" + sign)
        quoted.append(f'"{part}"')
    # A value is unescaped once as a string before it is taken apart into words.
    return " ".join(quoted).replace("\\", "\\\\").replace("%", "%%")


def _installed(folder: Path, command: Sequence[str]) -> list[Path]:
    """Writes what is missing or different; the paths that were written."""
    written = []
    for name, place in _FILES.items():
        path, content = folder / place, _content(name, command)
        try:
            if path.exists() and path.read_bytes() == content:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}.") from error
        written.append(path)
    return written


def _uninstalled(folder: Path) -> list[Path]:
    removed = []
    for place in _FILES.values():
        path = folder / place
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise InputError(f"{path} cannot be removed: {error.strerror}.") from error
        removed.append(path)
    return removed


def _content(name: str, command: Sequence[str]) -> bytes:
    content = resources.files("spurview.resources").joinpath("desktop", name).read_bytes()
    return content.replace(b"@EXEC@", exec_line(command).encode())


def _refresh(folder: Path) -> None:
    """Ask the desktop to look again; where that fails, it looks at the next login."""
    for program, place in _REFRESH:
        found = shutil.which(program)
        if found and (folder / place).is_dir():
            subprocess.run(
                [found, str(folder / place)],
                timeout=_REFRESH_S,
                check=False,
                capture_output=True,
            )
