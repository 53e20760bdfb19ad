"""What it takes to classify and embed a pool, beside a bare PyTorch loop over the same images.

Both have the images in memory; ours goes block by block and keeps each in the work folder, the
loop keeps nothing. Batches are the same. One thread on the CPU.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.engine import one_thread
from benchmarks.figures import Figure, Measured, Scale, measured
from spurview.core.arrays import Array, MemoryReader
from spurview.core.classifier import Network, SmallCNN
from spurview.core.settings import Settings
from spurview.core.vae import VAE
from spurview.pipeline.blocks import embedded_blocks, predicted_blocks
from spurview.pipeline.checkpoints import Checkpoints
from spurview.pipeline.run import Work
from spurview.project.model import ProjectInfo

SIZES: dict[Scale, int] = {"quick": 8000, "normal": 50_000, "full": 200_000}
_SHAPE, _CLASSES, _CPU = (32, 32, 3), 10, torch.device("cpu")
# Ours and the loops take turns: the first of all pays for what torch prepares once.
_ROUNDS = 3


def run(scale: Scale, say: Callable[[str], None] = lambda line: None) -> Measured:
    """Two figures: images for a second of the processor, classified and embedded."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    say(f"networks: {SIZES[scale]:,} images")
    with one_thread():
        figures = figures_of(SIZES[scale])
    return measured("networks", scale, figures, cores=os.cpu_count() or 1, threads=1, load=load)


def figures_of(n_images: int) -> list[Figure]:
    """The small CNN and the VAE, untrained, on random images of 32 px in colour."""
    pixels = np.random.default_rng(0).integers(0, 256, (n_images, *_SHAPE), np.uint8)
    torch.manual_seed(0)
    network, model = SmallCNN(_SHAPE, _CLASSES).eval(), VAE(int(np.prod(_SHAPE)), 24).eval()
    asked = Network(network, _CPU)
    steps = [
        lambda: _classified(pixels, asked),
        lambda: _embedded(pixels, model),
        lambda: _looped(pixels, network, 500, channels_first=True),
        lambda: _looped(pixels, _embedder(model), 1000, channels_first=False),
    ]
    turns = [[_processor_s(step) for step in steps] for _ in range(_ROUNDS)]
    times = np.median(turns, axis=0)
    ours, bare = times[:2], times[2:]
    return [
        Figure(
            name=f"{what} | {n_images:,} images",
            value=float(n_images / one),
            unit="images/s",
            base=float(n_images / other),
            base_name="bare PyTorch",
            goal="ratio >= 0.9",
        )
        for what, one, other in zip(("classify", "embed"), ours, bare, strict=True)
    ]


def _classified(pixels: Array, network: Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        list(predicted_blocks(_work(pixels, Path(folder)), network))


def _embedded(pixels: Array, model: VAE) -> None:
    with tempfile.TemporaryDirectory() as folder:
        list(embedded_blocks(_other(_work(pixels, Path(folder))), model))


def _work(pixels: Array, folder: Path) -> Work:
    info = ProjectInfo(
        project_id="0" * 32,
        revision=1,
        created="",
        modified="",
        spurview="",
        sources=[],
        class_names=[str(k) for k in range(_CLASSES)],
        label_names=[],
        settings=Settings(),
    )
    reader = MemoryReader({"/images/pixels": pixels})
    kept = Checkpoints(folder, "predictions", "0" * 32)
    return Work(reader, info, kept, "cpu", lambda done, total, message: None, project_dir=folder)


def _other(work: Work) -> Work:
    return replace(work, checkpoints=Checkpoints(work.project_dir, "embedding", "0" * 32))


def _embedder(model: VAE) -> Callable[[torch.Tensor], torch.Tensor]:
    """Latents and reconstructions of flat images, as the stage makes both."""

    def embedded(images: torch.Tensor) -> torch.Tensor:
        flat = images.flatten(1)
        mean, _ = model.encode(flat)
        return (torch.sigmoid(model.decoder(mean)) - flat).square().mean(1)

    return embedded


@torch.no_grad()
def _looped(
    pixels: Array,
    answer: Callable[[torch.Tensor], torch.Tensor],
    batch: int,
    *,
    channels_first: bool,
) -> None:
    for start in range(0, len(pixels), batch):
        images = torch.from_numpy(pixels[start : start + batch])
        if channels_first:
            images = images.permute(0, 3, 1, 2)
        answer(images.float() / 255)


def _processor_s(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
