"""The most memory that applying the networks and training the VAE hold, each in its own process.

Pixels lie in a sparse file that takes no room on the disk, read as a project's file is.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, Measured, Scale, measured

SIZES: dict[Scale, tuple[int, ...]] = {
    "quick": (500, 2000),
    "normal": (10_000, 50_000),
    "full": (10_000, 50_000, 330_000),
}
_SIDE = 64
# Run in a process of its own: peak resident memory in MB before, and after.
_SCRIPT = """
import sys, tempfile
from pathlib import Path
import numpy as np, torch
torch.set_num_threads(1)
from benchmarks import networks
from benchmarks.held import most_mb
from spurview.core.classifier import Network, SmallCNN
from spurview.core.image_rows import ReaderRows
from spurview.core.settings import EmbeddingSettings
from spurview.core.vae import VAE, train_vae
from spurview.pipeline.blocks import embedded_blocks, predicted_blocks
what, n, path, side = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
pixels = np.memmap(path, np.uint8, "r", shape=(n, side, side, 3))
class Rows:
    # Read, not mapped, so that pages of the file do not count as ours.
    def shape(self, name): return pixels.shape
    def read(self, name, start=0, stop=None):
        start, stop, _ = slice(start, stop).indices(n)
        with open(path, "rb") as file:
            file.seek(start * side * side * 3)
            flat = np.frombuffer(file.read((stop - start) * side * side * 3), np.uint8)
        return flat.reshape(-1, side, side, 3)
    def read_rows(self, name, rows):
        return np.concatenate([self.read(name, int(r), int(r) + 1) for r in rows])
with tempfile.TemporaryDirectory() as folder:
    work = networks._work(pixels, Path(folder))
    object.__setattr__(work, "reader", Rows())
    before = most_mb()
    if what == "predictions":
        network = Network(SmallCNN((side, side, 3), 10), torch.device("cpu"))
        for _ in predicted_blocks(work, network): pass
    elif what == "embedding":
        for _ in embedded_blocks(work, VAE(side * side * 3, 24)): pass
    else:
        train_vae(ReaderRows(Rows()), settings=EmbeddingSettings(epochs=1), seed=0,
                  device=torch.device("cpu"))
    print(before, most_mb())
"""


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """A figure for every stage and size; the base is the smallest size."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    figures = []
    for what in ("predictions", "embedding", "training"):
        peaks = {}
        for n_images in SIZES[scale]:
            say(f"memory: {what} of {n_images:,} images")
            peaks[n_images] = peak_mb(what, n_images)
            figures.append(_figure(what, n_images, peaks))
    return measured("memory", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def _figure(what: str, n_images: int, peaks: dict[int, tuple[float, float]]) -> Figure:
    before, most = peaks[n_images]
    smallest = min(peaks)
    return Figure(
        name=f"{what} | {n_images:,} images of {_SIDE} px, colour",
        value=most,
        unit="MB",
        base=peaks[smallest][1],
        base_name=f"MB at {smallest:,}",
        goal="<= 2000 MB",
        note=f"{before:.0f} MB before; pixels take {n_images * _SIDE**2 * 3 / 1e6:,.0f} MB",
    )


def peak_mb(what: str, n_images: int) -> tuple[float, float]:
    """Most resident memory before and after, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pixels"
        with path.open("wb") as file:
            file.truncate(n_images * _SIDE**2 * 3)
        ran = subprocess.run(
            [sys.executable, "-c", _SCRIPT, what, str(n_images), str(path), str(_SIDE)],
            capture_output=True,
            text=True,
            check=True,
        )
    before, after = map(float, ran.stdout.split())
    return before, after
