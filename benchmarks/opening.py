"""By how much the window grows when it opens a project of very many images.

The window is a process of its own. Counted is what it holds in memory before the project is opened
and after it is shown, its first images painted; and the most in between.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.drawn_pool import N_CLASSES, DrawnPool
from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.made_projects import make
from spurview.core.arrays import Array

SIZES: dict[Scale, tuple[int, ...]] = {
    "quick": (20_000,),
    "normal": (100_000,),
    "full": (100_000, 1_000_000),
}
_SIDE_PX, _LATENTS, _NEIGHBOURS = 32, 24, 10
# Resident memory in MB before, after, and the most so far; seconds until the project is shown.
_SCRIPT = """
import json, sys, time
from pathlib import Path
from benchmarks.grid import _memory_mb, application
from benchmarks.held import most_mb
from benchmarks.stalls import _until
from spurview.ui.main_window import MainWindow
from spurview.ui.preferences import Preferences
application()
window = MainWindow(Preferences(Path(sys.argv[2])))
window.resize(1280, 800)
window.show()
began, calm_s = time.monotonic(), float(sys.argv[3])
_until(lambda: time.monotonic() > began + calm_s)
before, began = _memory_mb(), time.monotonic()
window.open_path(Path(sys.argv[1]))
_until(lambda: window.document is not None)
shown = time.monotonic() - began
_until(lambda: not window.runner.jobs and time.monotonic() > began + shown + 3 * calm_s)
print(json.dumps([before, _memory_mb(), most_mb(), shown]))
window.close()
window.runner.close()
"""


class Opened(msgspec.Struct, frozen=True, array_like=True):
    """MB held before, after, and at most; seconds until the project was shown."""

    before_mb: float
    after_mb: float
    most_mb: float
    shown_s: float


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """Two figures for each size: what stays, and the most."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures: list[Figure] = []
    for n_images in SIZES[scale]:
        say(f"opening: {n_images:,} images of {_SIDE_PX} px in colour")
        figures += figures_of(n_images)
    return measured("opening", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(n_images: int, *, calm_s: float = 1.0) -> list[Figure]:
    """Of a project with predictions, latents, neighbours and both layouts of so many images.

    calm_s: how long the window is left alone before it opens the project, and three times after.
    """
    pool = DrawnPool(0, 0, n_images, _SIDE_PX)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "p.spurview"
        make(path, pool.as_array(), _products(n_images))
        seen = _opened(path, Path(name) / "state", calm_s)
    return [
        Figure(
            name=f"{what} | {n_images:,} images",
            value=held - seen.before_mb,
            unit="MB more",
            goal="<= 500 MB",
            note=f"{seen.before_mb:.0f} MB before; shown after {seen.shown_s:.1f} s",
        )
        for what, held in (("stays", seen.after_mb), ("at most", seen.most_mb))
    ]


def _products(n_images: int) -> dict[str, Array]:
    """Arrays of stages that have run, of random numbers."""
    rng = np.random.default_rng(0)
    return {
        "/predictions/logits": rng.normal(size=(n_images, N_CLASSES)).astype(np.float16),
        "/predictions/class": rng.integers(0, N_CLASSES, n_images, np.int32),
        "/latents": rng.normal(size=(n_images, _LATENTS)).astype(np.float32),
        "/embedding/neighbours": rng.integers(0, n_images, (n_images, _NEIGHBOURS), np.int32),
        "/embedding/error": rng.random(n_images, np.float32),
        "/layout/content": rng.normal(size=(n_images, 2)).astype(np.float32),
        "/layout/residual": rng.normal(size=(n_images, 2)).astype(np.float32),
    }


def _opened(path: Path, state: Path, calm_s: float) -> Opened:
    ran = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(path), str(state), str(calm_s)],
        stdout=subprocess.PIPE,
        check=True,
        env={"QT_QPA_PLATFORM": "offscreen", **os.environ},
    )
    return msgspec.json.decode(ran.stdout, type=Opened)
