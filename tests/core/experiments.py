"""Experiments of which the outcome is known: networks that answer by a formula, and the patch.

What the networks see is a number for each image; above 0 it gives class 1.
"""

from __future__ import annotations

import numpy as np

from spurview.core.bench import Bench
from spurview.core.candidate import Candidate
from spurview.core.extraction import Template
from spurview.core.insertion import insertion
from tests.core import known, pools


def known_candidate() -> Candidate:
    """The candidate that names the carriers of the planted patch, and no other."""
    return known.candidate(pools.planted().carriers)


def known_template() -> Template:
    """The planted patch itself."""
    values = np.zeros(pools.SHAPE, np.float32)
    values[pools.PATCH] = pools.PATCH_VALUES[..., None]
    mask = pools.planted().mask.astype(np.float32)
    return Template(values, mask, 1.0, mask, True)


def rng():
    return np.random.default_rng(5)


def bench_of(planted, candidate, logits=pools.logits, n=150):
    return Bench(planted.material, candidate, logits, n, rng())


def inserted(planted, candidate, template, logits, controls=4):
    bench = bench_of(planted, candidate, logits)
    return insertion(planted.material, candidate, template, bench, controls, rng())


def two_classes(evidence):
    """Logits (n, 2) of a network that gives class 1 where the evidence (n,) is above 0."""
    evidence = np.asarray(evidence, np.float32)
    return np.stack([-4 * evidence, 4 * evidence], 1)


def windows(images):
    """All 3x3 windows (n, 10, 10, 3, 3) of images (n, 12, 12, 1)."""
    return np.lib.stride_tricks.sliding_window_view(images[..., 0], (3, 3), axis=(1, 2))


def of_order_and_place(images):
    """Nearly the patch at its very place."""
    return 0.15 - np.abs(images[:, 7:10, 2:5, 0] - pools.PATCH_VALUES).mean((1, 2))


def of_order_anywhere(images):
    """Nearly the patch at its best place."""
    missed = np.abs(windows(images) - pools.PATCH_VALUES).mean((3, 4))
    return 0.15 - missed.min((1, 2))


def of_contrast(images):
    """Strong contrast at the patch's place, in whatever order."""
    return images[:, 7:10, 2:5, 0].std((1, 2)) - 0.4
