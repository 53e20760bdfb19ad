"""What the import of pictures takes, beside a bare Pillow loop over the same files.

The loop opens, decodes and shrinks each file and does nothing else: no digest, no orientation, no
check of what the file claims to be, and nothing is kept. Both run on one thread.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.figures import Figure, Measured, Scale, measured
from spurview.core.settings import Settings, with_setting
from spurview.pipeline.create import create_project
from spurview.sources import SourceSpec

SIZES: dict[Scale, int] = {"quick": 1000, "normal": 10_000, "full": 100_000}
_SIDE, _WORKING = 96, 32


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """One figure: seconds of the processor for all files of a scale."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    say(f"reading: {SIZES[scale]:,} pictures")
    figures = figures_of(SIZES[scale])
    return measured("reading", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(n_images: int) -> list[Figure]:
    """The import of so many pictures of 96 px to 32 px, a tenth of them of interest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, n_images)
        ours = _processor_s(lambda: _imported(folder))
        bare = _processor_s(lambda: _looped(folder))
    return [
        Figure(
            name=f"import | {n_images:,} PNG of {_SIDE} px",
            value=ours,
            unit="s",
            base=bare,
            base_name="s Pillow",
            note=f"{n_images / ours:.0f} images for a second of the processor",
        )
    ]


def _imported(folder: Path) -> None:
    settings = with_setting(Settings(), "images.size_px", str(_WORKING))
    interest, pool = (SourceSpec(str(folder / part), None) for part in ("interest", "pool"))
    project, _ = create_project(folder / "b.spurview", [interest], [pool], settings)
    project.close()


def _looped(folder: Path) -> None:
    for path in sorted(folder.rglob("*.png")):
        with Image.open(path) as image:
            np.asarray(image.convert("RGB").resize((_WORKING, _WORKING)))


def _write(folder: Path, n_images: int) -> None:
    """Noise on a smooth ground, in two classes of interest and a pool."""
    rng = np.random.default_rng(0)
    for index in range(n_images):
        part = ("pool", f"interest/{index % 2}")[index % 10 == 0 or index % 10 == 1]
        where = folder / part
        where.mkdir(parents=True, exist_ok=True)
        ground = np.linspace(0, 200, _SIDE, dtype=np.uint8)[None, :, None]
        pixels = ground + rng.integers(0, 40, (_SIDE, _SIDE, 3), np.uint8)
        Image.fromarray(pixels).save(where / f"{index:06}.png", compress_level=1)


def _processor_s(work: Callable[[], object]) -> float:
    """Of this process and its children."""

    def used() -> float:
        spent = os.times()
        return spent.user + spent.system + spent.children_user + spent.children_system

    start = used()
    work()
    return max(used() - start, time.get_clock_info("process_time").resolution)
