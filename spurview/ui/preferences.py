"""What the window remembers between sessions: choices, recent projects, geometry.

One small JSON file in the platform's state folder. Losing it loses no work: a file that cannot be
read counts as empty, and one that cannot be written is no reason to disturb the person.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import platformdirs
from msgspec import Meta, Struct
from PySide6.QtCore import QObject, Signal

_MOST_RECENT = 9

Device = Literal["auto", "cpu", "cuda", "mps"]


class RecentProject(Struct, kw_only=True):
    """A project that was open; `picture` is a file beside the preferences."""

    path: str
    opened: str = ""
    summary: str = ""
    alarms: int = 0
    picture: str = ""


class Remembered(Struct, kw_only=True):
    """The content of the file; unknown fields of newer versions are dropped.

    theme: None follows the system. text_percent: of the system's text size. threads: for
    computing, 0 takes all. undo_steps: 0 keeps every step. asks_before_stop: whether leaving asks
    before it stops a run. goes_on: whether a verdict key goes to the next undecided candidate.
    """

    theme: Literal["dark", "light"] | None = None
    text_percent: Annotated[int, Meta(ge=50, le=300)] = 100
    device: Device = "auto"
    threads: Annotated[int, Meta(ge=0, le=1024)] = 0
    undo_steps: Annotated[int, Meta(ge=0, le=100_000)] = 0
    asks_before_stop: bool = True
    goes_on: bool = True
    geometry: str = ""
    layout: str = ""
    recent: list[RecentProject] = []
    # Kinds of the latent plots, top first; empty for the default ones.
    plot_views: list[str] = []


class Preferences(QObject):
    """Reads once, writes at each change."""

    # After something was changed; carries the names of the fields, a frozenset.
    changed = Signal(object)

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self.folder = folder or Path(platformdirs.user_state_dir("spurview", appauthor=False))
        self._file = self.folder / "window.json"
        self.remembered = self._read()

    def remember(self, **changes: object) -> None:
        """Change fields of `remembered` and write them."""
        before = self.remembered
        self.remembered = msgspec.structs.replace(before, **changes)
        if self.remembered != before:
            self._write()
            self.changed.emit(frozenset(changes))

    def remember_project(self, project: RecentProject) -> None:
        """Put a project first in the list of recent ones."""
        others = [known for known in self.remembered.recent if known.path != project.path]
        self.remember(recent=[project, *others][:_MOST_RECENT])

    def forget_project(self, path: str) -> None:
        """Take a project off the list."""
        self.remember(recent=[known for known in self.remembered.recent if known.path != path])

    def forget_all_projects(self) -> None:
        """Empty the list of recent projects; the projects themselves stay."""
        self.remember(recent=[])

    def picture_path(self, project_id: str) -> Path:
        """Where the picture of a project is kept."""
        return self.folder / f"{''.join(c for c in project_id if c.isalnum())[:32]}.png"

    def _read(self) -> Remembered:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Remembered)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return Remembered()

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_suffix(f".{os.getpid()}.tmp")
            beside.write_bytes(msgspec.json.encode(self.remembered))
            os.replace(beside, self._file)
