"""Random images read through a project, beside compressed chunks of HDF5 read with h5py.

Both read screenfuls of 60 images from a file that the system has in its cache; the peer's file is
chunked by 64 images and gzipped, as pixels in HDF5 commonly are.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import h5py
import numpy as np

from benchmarks.clocked import Spent, middle, spent
from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.made_projects import make, pictures
from spurview.core.arrays import Array
from spurview.project.store import Project

SIZES: dict[Scale, int] = {"quick": 20_000, "normal": 100_000, "full": 500_000}
_SHAPE, _SCREENFUL, _SCREENFULS, _CHUNK = (32, 32, 3), 60, 50, 64


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """One figure: a screenful of random images, by the clock and of the processor."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    say(f"thumbnails: {SIZES[scale]:,} images")
    figures = figures_of(SIZES[scale])
    return measured("thumbnails", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(n_images: int) -> list[Figure]:
    """The median of 50 screenfuls; both give the same pixels, or RuntimeError is raised."""
    rng = np.random.default_rng(2)
    screens = [rng.integers(0, n_images, _SCREENFUL) for _ in range(_SCREENFULS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, n_images)
        ours, peer = _read(folder, screens)
    return [
        Figure(
            name=f"{_SCREENFUL} random images | of {n_images:,}, 32 px, colour",
            value=ours.wall_ms,
            unit="ms",
            base=peer.wall_ms,
            base_name="ms chunked HDF5",
            goal="ratio <= 1",
            note=f"processor: {ours.cpu_ms:.3g} ms, peer {peer.cpu_ms:.3g} ms",
        )
    ]


def _write(folder: Path, n_images: int) -> None:
    pixels = pictures(n_images, _SHAPE)
    make(folder / "b.spurview", pixels)
    with h5py.File(folder / "peer.h5", "w") as file:
        chunks = (min(_CHUNK, n_images), *_SHAPE)
        file.create_dataset("pixels", data=pixels, chunks=chunks, compression="gzip")


def _read(folder: Path, screens: list[Array]) -> tuple[Spent, Spent]:
    with (
        Project.open(folder / "b.spurview", lock=False) as project,
        h5py.File(folder / "peer.h5", "r") as file,
    ):

        def ours(rows: Array) -> Array:
            return project.read_rows("/images/pixels", rows)

        def peer(rows: Array) -> Array:
            # h5py wants rising rows without repeats.
            order, places = np.unique(rows, return_inverse=True)
            read: Array = file["pixels"][order][places]
            return read

        if not np.array_equal(ours(screens[0]), peer(screens[0])):
            raise RuntimeError("the project and the peer's file give other pixels")
        times = [middle(spent(partial(read, rows) for rows in screens)) for read in (ours, peer)]
    return times[0], times[1]
