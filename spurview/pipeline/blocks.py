"""Applying trained networks to all images block by block, each block kept in the work folder.

A block depends on nothing but the network and its images. So several processes may each do their
share of the blocks, one that was killed goes on where it stopped, and whoever puts the product
together finds the blocks there and need not compute them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from spurview.core.arrays import Array
from spurview.core.errors import InputError
from spurview.core.image_rows import PIXELS
from spurview.core.network import Asked
from spurview.core.vae import VAE, embed
from spurview.pipeline.run import Work

_PREDICTED = 4096
# Networks of other sizes take longer for each image, and less is lost when they are stopped.
_FOREIGN_PREDICTED = 512
# A multiple of the batch of `embed`, so that images meet the same neighbours in a batch.
_EMBEDDED = 4000


@dataclass(frozen=True)
class Share:
    """Every `count`-th block, from `index` on, counted from 0."""

    index: int = 0
    count: int = 1

    def has(self, block: int) -> bool:
        """Whether the block of this number is in the share."""
        return block % self.count == self.index


ALL = Share()


def share_from(text: str) -> Share:
    """The share written as ``k/n``, k from 1 to n. Raises InputError for anything else."""
    index, is_given, count = text.partition("/")
    if is_given and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count):
        return Share(int(index) - 1, int(count))
    raise InputError(f"{text!r} is no share: write k/n, such as 2/8 for the second of eight.")


def predicted_blocks(work: Work, network: Asked, share: Share = ALL) -> Iterator[tuple[int, Array]]:
    """First row and logits (n, K) float32 of every block of the share."""

    def logits(start: int, stop: int) -> Array:
        return network.logits(work.reader.read(PIXELS, start, stop), np.arange(start, stop))

    return _blocks(work, predicted_step(work), logits, share, "classifying images")


def embedded_blocks(work: Work, model: VAE, share: Share = ALL) -> Iterator[tuple[int, Array]]:
    """First row and (n, d + 1) float32 of every block of the share: latents, then the error."""
    device = torch.device(work.device)

    def embedded(start: int, stop: int) -> Array:
        latents, errors = embed(model, work.reader.read(PIXELS, start, stop), device)
        return np.concatenate([latents, errors[:, None]], axis=1)

    return _blocks(work, _EMBEDDED, embedded, share, "embedding")


def predicted_step(work: Work) -> int:
    """Images in a block of predictions."""
    return _FOREIGN_PREDICTED if work.info.network else _PREDICTED


def missing_predicted(work: Work) -> int:
    """How many blocks of predictions are not there yet."""
    return _missing(work, predicted_step(work))


def missing_embedded(work: Work) -> int:
    """How many blocks of the embedding are not there yet."""
    return _missing(work, _EMBEDDED)


def _missing(work: Work, step: int) -> int:
    n_blocks = -(-work.reader.shape(PIXELS)[0] // step)
    return sum(not work.checkpoints.has_block(index) for index in range(n_blocks))


def _blocks(
    work: Work, step: int, compute: Callable[[int, int], Array], share: Share, message: str
) -> Iterator[tuple[int, Array]]:
    n_images = work.reader.shape(PIXELS)[0]
    for index, start in enumerate(range(0, n_images, step)):
        if not share.has(index):
            continue
        work.report(start, n_images, message)
        stop = min(start + step, n_images)
        block = work.checkpoints.block(index)
        if block is None or len(block) != stop - start:
            block = compute(start, stop)
            work.checkpoints.keep_block(index, block)
        yield start, block
