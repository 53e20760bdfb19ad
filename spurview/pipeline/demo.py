"""The demo: real digits with a pattern planted on purpose, so that the finding can be checked.

A network is to tell 0 to 4 apart; 5 to 9 are the pool of unrelated images. One class, drawn by the
seed, carries the pattern in most of its training images, and a few pool images carry it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spurview.core.plant import Pattern, choose, full_noise, noise_patch, quiet_place
from spurview.core.progress import Report, silent
from spurview.core.settings import Settings
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL, PlantedPattern
from spurview.sources import ImagesProduct, SourceSpec, read_sources
from spurview.sources.changing import only_images, with_pixels

PatternName = Literal["patch", "full-noise"]
INTEREST_CLASSES = ("0", "1", "2", "3", "4")
POOL_CLASSES = ("5", "6", "7", "8", "9")
SHARE_OF_CLASS, SHARE_OF_POOL = 0.8, 0.05
PATCH_SIDES_PX = (5, 6)
# Keeps the demo's draws apart from every other use of the seed.
_DEMO_STREAM = 202


@dataclass(frozen=True)
class Demo:
    """Images, what was planted in them, and the rows of the images that carry it."""

    product: ImagesProduct
    planted: list[PlantedPattern]
    rows: NDArray[np.intp]


def demo_images(
    settings: Settings,
    pattern: PatternName | None,
    *,
    project_dir: Path,
    per_digit: int | None = None,
    report: Report = silent,
) -> Demo:
    """The demo's digits with a patch or noise planted, or None for clean; drawn by settings.seed.

    Only training images and pool images are planted in, never the held-out ones. `per_digit`
    takes that many images of each digit instead of all, for a small sample.
    """
    product = read_sources(
        [SourceSpec("digits:", INTEREST_CLASSES)],
        [SourceSpec("digits:", POOL_CLASSES)],
        settings=settings.images,
        seed=settings.seed,
        project_dir=project_dir,
        report=report,
    )
    if per_digit is not None:
        product = _thinned(product, per_digit)
    if pattern is None:
        return Demo(product, [], np.empty(0, np.intp))
    return _planted(product, pattern, settings.seed)


def _thinned(product: ImagesProduct, per_digit: int) -> ImagesProduct:
    """The product with at most so many images of each digit, a tenth of the interest held out."""
    arrays = product.arrays
    label, role = arrays["/images/label"], arrays["/images/role"]
    held_out = round(per_digit * (role == INTEREST_TEST).sum() / (role != POOL).sum())
    kept = np.zeros(len(label), bool)
    for digit in np.unique(label):
        for wanted, most in (
            (INTEREST_TRAIN, per_digit - held_out),
            (INTEREST_TEST, held_out),
            (POOL, per_digit),
        ):
            kept[np.flatnonzero((label == digit) & (role == wanted))[:most]] = True
    return only_images(product, kept)


def _planted(product: ImagesProduct, name: PatternName, seed: int) -> Demo:
    rng = np.random.default_rng([seed, _DEMO_STREAM])
    arrays = product.arrays
    role, label = arrays["/images/role"], arrays["/images/label"]
    class_index = int(rng.integers(len(product.class_names)))
    own = np.flatnonzero((role == INTEREST_TRAIN) & (label == class_index))
    pattern = _pattern(name, rng, arrays["/images/pixels"][own], seed)
    rows = np.concatenate(
        [
            choose(rng, own, SHARE_OF_CLASS),
            choose(rng, np.flatnonzero(role == POOL), SHARE_OF_POOL),
        ]
    )
    top, left, height, width = pattern.box
    record = PlantedPattern(
        kind=pattern.kind,
        class_name=product.class_names[class_index],
        height=height,
        width=width,
        top=top,
        left=left,
        strength=pattern.strength,
        share_of_class=SHARE_OF_CLASS,
        share_of_pool=SHARE_OF_POOL,
        seed=seed,
    )
    planted = with_pixels(product, rows, pattern.apply(arrays["/images/pixels"][rows]))
    return Demo(planted, [record], rows)


def _pattern(
    name: PatternName, rng: np.random.Generator, own: NDArray[np.uint8], seed: int
) -> Pattern:
    shape = (own.shape[1], own.shape[2], own.shape[3])
    if name == "full-noise":
        return full_noise(seed, shape)
    side = int(rng.choice(PATCH_SIDES_PX))
    return noise_patch(rng, shape, quiet_place(rng, own, (side, side)))
