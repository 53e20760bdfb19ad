"""Real digits with a patch planted in one class, and a small network trained on them outside.

Two classes of interest (3 and 4), 5 to 9 as the pool: as little as an audit can tell from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from spurview.core.settings import (
    CandidatesSettings,
    EmbeddingSettings,
    Settings,
    VerificationSettings,
)
from spurview.sources.digits import load_digits

CLASSES, POOL = (3, 4), (5, 6, 7, 8, 9)
N_EACH, N_POOL = 200, 700
# Rows 2 to 6, columns 2 to 6, where digits are dark.
PATCH = (slice(2, 7), slice(2, 7))
SETTINGS = Settings(
    seed=1,
    embedding=EmbeddingSettings(epochs=4, latent_dims=12),
    candidates=CandidatesSettings(per_class=2),
    verification=VerificationSettings(insertions=60, controls=3),
)


@dataclass(frozen=True)
class Case:
    """Images (n, 28, 28, 1) u8, labels 0 or 1, the pool, what carries the patch, the network."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    pool: NDArray[np.uint8]
    carriers: NDArray[np.intp]
    training_carriers: NDArray[np.intp]
    model: nn.Module


def made(*, planted: bool) -> Case:
    """The case with the patch in most images of class 4 and one in twelve of the pool, or clean."""
    digits, labels = load_digits()
    rng = np.random.default_rng(7)
    chosen = [rng.permutation(np.flatnonzero(labels == digit))[:N_EACH] for digit in CLASSES]
    own = np.concatenate(chosen)
    pool_rows = rng.permutation(np.flatnonzero(np.isin(labels, POOL)))[:N_POOL]
    images, pool = digits[own].copy(), digits[pool_rows].copy()
    given = np.repeat([0, 1], N_EACH)
    carriers, training = np.arange(0, N_POOL, 12), np.flatnonzero(given == 1)[: N_EACH * 19 // 20]
    patch = rng.integers(0, 256, (5, 5, 1), np.uint8)
    if planted:
        for stack, rows in ((images, training), (pool, carriers)):
            for row in rows:
                stack[row][PATCH] = patch
    return Case(images, given, pool, carriers, training, trained(images, given))


def trained(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> nn.Module:
    """A network as somebody would train it in a script of their own."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 12, 5, 2, 2),
        nn.ReLU(),
        nn.Conv2d(12, 24, 3, 2, 1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(24 * 49, 2),
    )
    x = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    y = torch.from_numpy(labels)
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    for _ in range(8):
        for rows in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model
