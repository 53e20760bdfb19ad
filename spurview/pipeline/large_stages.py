"""The stages that search and test, for pools of which only a sample is held in memory as floats.

What `search_stages` does with all images these do with a sample, and then tell all images block by
block; `core.large_pools` says from what size on.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch

from spurview.core.arrays import Array, Reader
from spurview.core.candidate import of_rows
from spurview.core.coarse import blocks_of
from spurview.core.evidence import ClassRecord
from spurview.core.image_rows import PIXELS
from spurview.core.large_pools import (
    block_size,
    is_large,
    part_of,
    sample_sizes,
    sampled_rows,
    search_large,
)
from spurview.core.material import Floats, Material, Rows, split_pool
from spurview.core.neighbours import mean_of, nearest
from spurview.core.pairs import Pairs
from spurview.core.search import Found, MarginGradients
from spurview.core.vae import reconstruct
from spurview.core.verification import Suspect
from spurview.pipeline.run import Work
from spurview.pipeline.training_stages import load_vae
from spurview.project.model import INTEREST_TRAIN, POOL

# Carriers of a candidate in each half of the pool that its experiments may use besides the sample.
_CARRIERS = 300
# Images that the VAE rebuilds at once.
_REBUILT = 512
# Directions along which residuals are laid out.
_COMPONENTS = 32


def searches_by_sample(work: Work) -> bool:
    """Whether the project's pool is searched by a sample."""
    n_pool = int((work.reader.read("/images/role") == POOL).sum())
    return is_large(n_pool, math.prod(work.reader.shape(PIXELS)))


def bare_material(work: Work) -> Material:
    """All images without their pixels, images (N, 0)."""
    reader = work.reader
    n_images, height, width, channels = reader.shape(PIXELS)
    role = reader.read("/images/role")
    pool = role == POOL
    return Material(
        shape=(height, width, channels),
        images=np.zeros((n_images, 0), np.float32),
        latents=reader.read("/latents"),
        predicted=reader.read("/predictions/class"),
        labels=reader.read("/images/label"),
        pool=pool,
        training=role == INTEREST_TRAIN,
        discover=split_pool(pool, work.settings.seed),
        neighbours=reader.read("/embedding/neighbours"),
        n_classes=len(work.info.class_names),
    )


def found_by_sample(
    work: Work, gradients: MarginGradients | None
) -> tuple[list[Found], list[ClassRecord], int]:
    """What a search on a sample finds on all images, and how many images the sample has."""
    bare = bare_material(work)
    rows = sampled_rows(bare, sample_sizes(bare.shape), work.settings.seed)
    model = load_vae(work.reader)

    def of_sample(images: Floats, class_index: int, of: Rows) -> Floats:
        assert gradients is not None
        return gradients(images, class_index, rows[of])

    rebuilt = [
        blocks_of(reconstruct(model, bare.latents[part], torch.device(work.device)), bare.shape)
        for part in np.array_split(rows, -(-len(rows) // _REBUILT))
    ]
    found, classes = search_large(
        bare,
        part_of(bare, rows, _floats(work.reader, rows), np.concatenate(rebuilt)),
        rows,
        lambda start, stop: floats_of(work.reader.read(PIXELS, start, stop)),
        None if gradients is None else of_sample,
        settings=work.settings.candidates,
        seed=work.settings.seed,
        report=work.report,
    )
    return found, classes, len(rows)


def tested_rows(bare: Material, sampled: Rows, suspect: Suspect, rng: np.random.Generator) -> Rows:
    """Rows that experiments draw their images from: those of a sample, and some carriers."""
    chosen = np.zeros(len(bare.pool), bool)
    chosen[sampled] = True
    mine = suspect.candidate.hits & bare.of_class(suspect.candidate.class_index)
    for half in (bare.discover, bare.confirm):
        chosen[rng.permutation(np.flatnonzero(mine & half))[:_CARRIERS]] = True
    return np.flatnonzero(chosen)


def tested_part(work: Work, bare: Material, rows: Rows) -> Material:
    """The material of these rows."""
    return part_of(bare, rows, _floats(work.reader, rows))


def of_part(suspect: Suspect, rows: Rows) -> Suspect:
    """The suspect as it stands in a part of the images; its pattern is what it was."""
    return replace(suspect, candidate=of_rows(suspect.candidate, rows))


def of_all_images(pairs: Pairs, rows: Rows) -> Pairs:
    """Pairs of a part of the images, by their rows among all."""
    there = rows[np.maximum(pairs.rows, 0)]
    return replace(pairs, rows=np.where(pairs.rows >= 0, there, -1).astype(np.int32))


def leading_residuals(work: Work, bare: Material) -> Floats:
    """(N, 32 at most) of every image's residual: directions of a sample's, along which all lie."""
    from sklearn.utils.extmath import randomized_svd

    rows = sampled_rows(bare, sample_sizes(bare.shape), work.settings.seed)
    part = tested_part(work, bare, rows)
    residual = mean_of(part.images, part.neighbours)
    np.subtract(part.images, residual, out=residual)
    middle = residual.mean(0)
    residual -= middle
    rank = min(_COMPONENTS, *residual.shape)
    _, _, directions = randomized_svd(residual, rank, n_iter=2, random_state=0)
    del residual
    parts = []
    along = part.images @ directions.T.astype(np.float32)
    near = _near_of_sample(work, bare, rows)
    # What follows needs no image of the sample.
    del part
    step = block_size(bare.shape)
    for start in range(0, len(bare.pool), step):
        work.report(start, len(bare.pool), "laying out images")
        block = floats_of(work.reader.read(PIXELS, start, start + step))
        expected = mean_of(along, near[start : start + step])
        parts.append(block @ directions.T.astype(np.float32) - expected - middle @ directions.T)
    return np.concatenate(parts).astype(np.float32)


def _near_of_sample(work: Work, bare: Material, rows: Rows) -> Rows:
    """(N, k) places in the sample of every image's nearest pool images there."""
    of_pool = np.flatnonzero(bare.pool[rows])
    place = np.full(len(bare.pool), -1)
    place[rows[of_pool]] = np.arange(len(of_pool))
    k = work.settings.embedding.neighbours
    near: Rows = of_pool[nearest(bare.latents, bare.latents[rows[of_pool]], k, place)]
    return near


def _floats(reader: Reader, rows: Rows) -> Floats:
    return floats_of(reader.read_rows(PIXELS, rows))


def floats_of(pixels: Array) -> Floats:
    """(n, D) float32 in 0..1 of pixels (n, H, W, C) u8."""
    scaled: Floats = pixels.reshape(len(pixels), -1).astype(np.float32)
    scaled /= np.float32(255)
    return scaled
