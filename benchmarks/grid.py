"""How long the grid takes to open and to scroll at up to a million images, beside QListView.

Both show the same pictures, read from the same HDF5 file when a tile is painted. The peer is at its
best: uniform sizes, laid out in batches, no text.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import h5py
import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from benchmarks.figures import Figure, Measured, Scale, measured
from benchmarks.grid_peer import Peer
from spurview.core.shared_pixels import compose
from spurview.ui import theme
from spurview.ui.document import Document
from spurview.ui.images.image_grid import ImageGrid
from spurview.ui.images.tiles import Look, Tiles
from spurview.ui.selection import Focus
from spurview.ui.widgets.pictures import to_qimage

SIZES: dict[Scale, tuple[int, ...]] = {
    "quick": (10_000,),
    "normal": (10_000, 1_000_000),
    "full": (10_000, 1_000_000),
}
_GOALS = {"open": "<= 150 ms", "scroll, p95": "<= 16 ms", "memory": "<= 64 MB"}
_SIDE, _ZOOM, _SIZE = 28, 3.0, QSize(560, 400)
_STEPS, _STEP_PX = 120, 260


@dataclass(frozen=True)
class Costs:
    """What each thing took at one size; the peer's missing where it was not measured."""

    n_images: int
    ours: dict[str, float]
    peer: dict[str, float]


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """All sizes of a scale; `say` gets a line for every size before it is measured."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures: list[Figure] = []
    for n_images in SIZES[scale]:
        say(f"grid: {n_images:,} images")
        figures += figures_of(costs_of(n_images))
    cores = os.cpu_count() or 1
    return measured("grid", scale, figures, cores=cores, threads=1, load=load)


def figures_of(costs: Costs) -> list[Figure]:
    """One figure for each thing measured."""
    return [
        Figure(
            name=f"{what} | {costs.n_images:,} images",
            value=value,
            unit="MB" if what == "memory" else "ms",
            base=costs.peer.get(what),
            base_name="MB QListView" if what == "memory" else "ms QListView",
            goal=_GOALS[what] if costs.n_images >= 1_000_000 else "",
        )
        for what, value in costs.ours.items()
    ]


def costs_of(n_images: int) -> Costs:
    """Both measured at one size, ours first: memory is by how much the process has grown."""
    application()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.h5"
        _write(path, n_images)
        with h5py.File(path, "r") as file:
            images = _FileImages(file["pixels"])
            ours = _ours(images, n_images)
            return Costs(n_images, ours, _peers(images, n_images))


class _FileImages:
    """Reads `/images/pixels` of a file by rows, as a project does; nothing else is there."""

    def __init__(self, pixels: Any) -> None:
        self._pixels = pixels

    def names(self) -> list[str]:
        return ["/images/pixels"]

    def has(self, name: str) -> bool:
        return name == "/images/pixels"

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self._pixels.shape)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Any:
        return self._pixels[start:stop]

    def read_rows(self, name: str, rows: Any) -> Any:
        wanted = np.fromiter(rows, np.int64)
        order, places = np.unique(wanted, return_inverse=True)
        return self._pixels[order][places]


def _ours(images: _FileImages, n_images: int) -> dict[str, float]:
    before = _memory_mb()
    document = cast(Document, _Project(images))
    grid = ImageGrid(document, Tiles(document), Focus())
    grid.resize(_SIZE)
    grid.set_look(Look(zoom=_ZOOM))
    rows = np.arange(n_images)

    def open_() -> None:
        grid.show_rows(rows)
        grid.show()
        QApplication.processEvents()
        grid.viewport().repaint()

    opened = _ms(open_)
    bar, at = grid.verticalScrollBar(), [0]

    def scroll(by_px: int) -> None:
        at[0] += by_px
        bar.setValue(bar.value() + by_px)
        grid.viewport().repaint()

    scrolled = _scrolled(scroll)
    if bar.value() != min(bar.maximum(), at[0]) or not grid.painted_cells:
        raise RuntimeError("the grid was not painted where it was scrolled to")
    grown = _memory_mb() - before
    grid.close()
    grid.deleteLater()
    QApplication.processEvents()
    return {"open": opened, "scroll, p95": scrolled, "memory": grown}


def _peers(images: _FileImages, n_images: int) -> dict[str, float]:
    before = _memory_mb()

    def picture(row: int) -> QImage:
        pixels = images.read_rows("/images/pixels", [row])
        nothing = np.zeros(pixels.shape[1:3], np.float32)
        look = Look(zoom=_ZOOM)
        return to_qimage(compose(pixels, nothing, np.zeros(1), look.highlight, _ZOOM)[0])

    peer = Peer(n_images, picture, _SIZE, round(_SIDE * _ZOOM))
    try:
        opened = _ms(peer.open) + _ms(peer.settle)
        scrolled = _scrolled(peer.scroll)
        grown = _memory_mb() - before
    finally:
        peer.close()
    return {"open": opened, "scroll, p95": scrolled, "memory": grown}


def _scrolled(scroll: Callable[[int], None]) -> float:
    """95th percentile of steps of three lines, through images not seen before."""
    times = [_ms(lambda: scroll(_STEP_PX)) for _ in range(_STEPS)]
    return float(np.percentile(times, 95))


class _Project:
    """Of a document what the grid asks for: images, and no candidates."""

    def __init__(self, images: _FileImages) -> None:
        self.reader = images

    def rows_of(self, candidate_id: str | None) -> None:
        return None

    def finding(self, candidate_id: str | None) -> None:
        return None


def _write(path: Path, n_images: int) -> None:
    """Noise on smooth ground in chunks of 64 images, as in a project."""
    rng = np.random.default_rng(0)
    block = rng.integers(0, 256, (4096, _SIDE, _SIDE, 1), np.uint8)
    with h5py.File(path, "w") as file:
        shape = (n_images, _SIDE, _SIDE, 1)
        pixels = file.create_dataset("pixels", shape, "u1", chunks=(64, *shape[1:]))
        for start in range(0, n_images, len(block)):
            stop = min(start + len(block), n_images)
            pixels[start:stop] = block[: stop - start]


def _memory_mb() -> float:
    """What the process holds in memory; the most it has held where the system tells no more."""
    held = Path("/proc/self/statm")
    if held.exists():
        return int(held.read_text().split()[1]) * resource.getpagesize() / 1e6
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1e6 if sys.platform == "darwin" else 1e3)


def _ms(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - start)


def application() -> None:
    """One for all benchmarks of the window, without a screen where there is none."""
    if QApplication.instance() is None:
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        # Kept by Qt's own instance pointer.
        _KEPT.append(QApplication([]))
        theme.keeper().install(_KEPT[0], "dark")


_KEPT: list[QApplication] = []
