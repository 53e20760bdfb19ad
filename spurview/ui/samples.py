"""Where the projects are that ship with spurview."""

from __future__ import annotations

from pathlib import Path

_BESIDE = Path(__file__).parents[2] / "sample_projects"


def sample_projects(folder: Path = _BESIDE) -> list[Path]:
    """Sample projects of this checkout, sorted by name; none where they do not ship along."""
    return sorted(folder.glob("*.spurview")) if folder.is_dir() else []
