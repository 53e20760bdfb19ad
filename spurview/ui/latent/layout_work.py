"""Layouts that the project does not hold, as plain functions for jobs.

They get a reader and give a Layout; what is slow to import stays in the child process.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from spurview.core.arrays import Reader
from spurview.core.errors import StageError
from spurview.core.layout import confidence_scale, sample_by_class, typicality
from spurview.core.progress import Report
from spurview.jobs import Work, watch
from spurview.pipeline import tsne
from spurview.pipeline.wording import count
from spurview.project.model import INTEREST_TRAIN, POOL
from spurview.ui.latent.layout import Layout
from spurview.ui.latent.view_kinds import SAMPLE

_TICKS = tuple((float(step), f".{'9' * step}") for step in range(1, 9))


def work_of(kind: str, reader: Reader, seed: int) -> Work:
    """The work that lays images out for a kind of view; gives a Layout."""
    made = {"confidence": _confidence, "tsne": _tsne}[kind]

    def work(report: Report, deliver: Any) -> Layout:
        return made(reader, seed, report)

    return work


def _confidence(reader: Reader, seed: int, report: Report) -> Layout:
    report(0, 0, "comparing with the training images")
    classes = reader.read("/predictions/class")
    reference = reader.read("/images/role") == INTEREST_TRAIN
    if not reference.any():
        raise StageError("Typicality needs training images: add images of interest to the project.")
    across = confidence_scale(reader.read("/predictions/logits"), classes)
    up = typicality(reader.read("/latents"), classes, reference)
    ticks = ((-np.log10(0.5), ".5"), *_TICKS)
    return Layout(
        np.stack([across, up], axis=1),
        "VAE latent",
        axes=("confidence", "typicality"),
        ticks=tuple((float(at), words) for at, words in ticks),
    )


def _tsne(reader: Reader, seed: int, report: Report) -> Layout:
    report(0, 0, "drawing the sample")
    pool = np.flatnonzero(reader.read("/images/role") == POOL)
    drawn = sample_by_class(reader.read("/predictions/class")[pool], SAMPLE, seed=seed)
    if len(drawn) < tsne.LEAST:
        raise StageError(f"t-SNE needs at least {tsne.LEAST} pool images: there are {len(drawn)}.")
    rows = pool[drawn]
    with tempfile.TemporaryDirectory(prefix="spurview-tsne-") as folder:
        points, result = Path(folder, "points.npy"), Path(folder, "result.npy")
        np.save(points, reader.read_rows("/latents", rows.tolist()))
        watch(tsne.command(points, result, seed), tsne.progress_of, report, name="t-SNE")
        at = np.load(result, allow_pickle=False)
    return Layout(at, _what(len(rows), len(pool)), rows)


def _what(n_drawn: int, n_pool: int) -> str:
    if n_drawn == n_pool:
        return "VAE latent"
    return f"sample: {count(n_drawn)} of {count(n_pool)}, drawn by class"
