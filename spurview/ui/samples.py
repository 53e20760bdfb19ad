"""Where the projects are that ship with spurview's source, and what the page beside each says."""

from __future__ import annotations

from pathlib import Path

_BESIDE = Path(__file__).parents[2] / "sample_projects"
# What a newcomer opens first stands first; others follow by name.
_ORDER = ("planted-patch", "weak-patterns", "watermark", "clean-digits")
NO_SAMPLES = (
    "The sample projects lie in the folder sample_projects of spurview's source and are not "
    "installed with it; “spurview demo” makes a project like them."
)


def sample_projects() -> list[Path]:
    """Sample projects of this checkout, the first one to open first; none in an installed wheel."""
    return sorted(_BESIDE.glob("*.spurview"), key=_place) if _BESIDE.is_dir() else []


def first_line(project: Path) -> str:
    """What the page beside a sample says first after its heading; empty where there is no page."""
    page = project.with_suffix(".md")
    if not page.exists():
        return ""
    lines = page.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((told for line in lines if (told := line.strip()) and told[0] != "#"), "")


def _place(project: Path) -> tuple[int, str]:
    known = project.stem in _ORDER
    return (_ORDER.index(project.stem) if known else len(_ORDER)), project.name
