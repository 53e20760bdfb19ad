"""How long a project takes to save and to open, beside copying the bare file.

Saving writes the whole project anew, with its digest, and waits for the disk; so does the copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.clocked import Spent, middle, spent
from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.made_projects import make, pictures
from spurview.project.store import Project
from spurview.ui.contents import read_contents

SIZES_MB: dict[Scale, int] = {"quick": 50, "normal": 250, "full": 1000}
_SHAPE, _ROUNDS = (64, 64, 3), 3


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """Two figures: save and open."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    say(f"saving: {SIZES_MB[scale]:,} MB")
    figures = figures_of(SIZES_MB[scale])
    return measured("saving", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(megabytes: float) -> list[Figure]:
    """Save and open of a project of this size and the copy in turns, the median of three."""
    n_images = max(1, int(megabytes * 1e6 / (_SHAPE[0] * _SHAPE[1] * _SHAPE[2])))
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "b.spurview"
        make(path, pictures(n_images, _SHAPE))
        with Project.open(path) as project:
            steps = [lambda: _save(project), lambda: _open(path), lambda: _copy(path)]
            turns = [spent(steps, time.process_time) for _ in range(_ROUNDS)]
        size_mb = path.stat().st_size / 1e6
    save, opened, copy = (middle([turn[index] for turn in turns]) for index in range(len(steps)))
    return [_figure("save", size_mb, save, copy), _figure("open", size_mb, opened, copy)]


def _figure(what: str, size_mb: float, ours: Spent, copy: Spent) -> Figure:
    return Figure(
        name=f"{what} | {size_mb:,.0f} MB",
        value=ours.wall_ms,
        unit="ms",
        base=copy.wall_ms,
        base_name="ms copy",
        note=f"processor: {ours.cpu_ms:.3g} ms, copy {copy.cpu_ms:.3g} ms",
    )


def _save(project: Project) -> None:
    project.save(path=project.path)


def _open(path: Path) -> None:
    """As the window opens it: its structure, its digest, what the views read at once."""
    with Project.open(path, lock=False) as project:
        read_contents(project, project.info, project.verdicts, project.keys())


def _copy(path: Path) -> None:
    with path.open("rb") as source, path.with_suffix(".copy").open("wb") as target:
        shutil.copyfileobj(source, target, 4 << 20)
        target.flush()
        os.fsync(target.fileno())
