"""A cell's images with its patterns planted, and the truth about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spurview.core.errors import InputError
from spurview.core.plant import (
    CORNER_SIDE_PX,
    FULL_NOISE,
    GLYPHS,
    Box,
    Pattern,
    Places,
    corner_patch,
    frame,
    full_noise,
    lettering,
    letters,
    line,
    moved_places,
    noise_patch,
    quiet_place,
    solid_patch,
    specks,
    striking_colour,
    strokes,
    tint,
)
from spurview.core.progress import Report, silent
from spurview.core.settings import Settings, with_setting
from spurview.evaluation.cells import Cell, Planting
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL, PlantedPattern
from spurview.sources import ImagesProduct, SourceSpec, read_sources
from spurview.sources.changing import only_images, with_pixels
from spurview.sources.forms import class_names_of
from spurview.sources.photographs import PHOTOGRAPHS as PHOTOGRAPH_NAMES
from spurview.sources.spec import PHOTOGRAPHS, natural_key

# Keeps the draws of a cell apart from every other use of its seed.
_CELL_STREAM = 404
# A frame is at most so far from the border.
_MOST_INSET_PX = 2
Rows = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Truth:
    """One planted pattern.

    class_index: the class it was planted in, None where no one class has it alone; rows: (n,) rows
    of all images that carry it, rising; places: (n, 2) its offset (down, right) in pixels from
    `pattern.box` in each of them; before: (n, H, W, C) u8 their pixels without it.
    """

    planting: Planting
    class_index: int | None
    pattern: Pattern
    rows: Rows
    places: Places
    before: Bytes

    def apply(self, images: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        """A copy of `images` (n, H, W, C) with the pattern in each, moved as it was planted."""
        if not self.planting.is_moved:
            return self.pattern.apply(images)
        return self.pattern.apply(images, _places(self.planting, self.pattern, len(images), rng))

    def change(self) -> NDArray[np.float32]:
        """(H, W) mean change of a pixel at the pattern's own place over its carriers, 0..1.

        Of the channels the one that changes most.
        """
        after = self.pattern.apply(self.before).astype(np.float32)
        difference = np.abs(after - self.before) / np.float32(255)
        strongest: NDArray[np.float32] = difference.mean(0).max(-1)
        return strongest

    def record(self, class_name: str, seed: int) -> PlantedPattern:
        """What a project keeps of it."""
        top, left, height, width = self.pattern.box
        return PlantedPattern(
            kind=self.pattern.kind,
            class_name=class_name,
            height=height,
            width=width,
            top=top,
            left=left,
            strength=self.pattern.strength,
            share_of_class=self.planting.share_of_class,
            share_of_pool=self.planting.share_of_pool,
            seed=seed,
        )


@dataclass(frozen=True)
class Case:
    """The images of a cell with all its patterns in them, and the truth of each pattern."""

    cell: Cell
    settings: Settings
    product: ImagesProduct
    truths: list[Truth]

    @property
    def class_names(self) -> list[str]:
        """Names of the classes of interest, in the order of their indices."""
        return self.product.class_names

    @property
    def clean_pool(self) -> Rows:
        """Rows of the pool images that carry no pattern."""
        carries = np.zeros(len(self.product.arrays["/images/role"]), bool)
        for truth in self.truths:
            carries[truth.rows] = True
        return np.flatnonzero((self.product.arrays["/images/role"] == POOL) & ~carries)


def planted_case(cell: Cell, *, report: Report = silent) -> Case:
    """The case of a cell, always the same. Raises InputError where the cell cannot be built."""
    settings = settings_of(cell)
    rng = np.random.default_rng([cell.seed, _CELL_STREAM])
    return planted(cell, settings, _product(cell, settings, rng, report), rng)


def planted(
    cell: Cell, settings: Settings, product: ImagesProduct, rng: np.random.Generator
) -> Case:
    """The case of a cell whose images are at hand. Raises InputError where they lack a class."""
    n_own = sum(planting.where == "class" for planting in cell.plantings)
    if n_own > len(product.class_names):
        raise InputError(
            f"{cell.kind} plants {n_own} patterns in as many classes of interest, "
            f"but there are {len(product.class_names)}."
        )
    planter = _Planter(product, rng, cell.seed)
    for planting in cell.plantings:
        planter.plant(planting)
    return Case(cell, settings, planter.product, planter.truths)


def settings_of(cell: Cell) -> Settings:
    """The settings of the cell's run. Raises InputError for a setting that is not there."""
    settings = Settings(seed=cell.seed)
    for key, value in cell.settings.items():
        settings = with_setting(settings, key, str(value))
    return settings


def _product(
    cell: Cell, settings: Settings, rng: np.random.Generator, report: Report
) -> ImagesProduct:
    """The images of drawn classes of interest, all others being the pool, thinned as asked."""
    names = _class_names(cell, report)
    if cell.n_interest >= len(names):
        raise InputError(
            f"{cell.source} has {len(names)} classes: {cell.n_interest} of interest leave no pool."
        )
    drawn = [names[i] for i in rng.permutation(len(names))]
    interest = sorted(drawn[: cell.n_interest], key=natural_key)
    pool = sorted(drawn[cell.n_interest :], key=natural_key)
    text = f"{PHOTOGRAPHS}{cell.seed}" if cell.source == PHOTOGRAPHS else cell.source
    product = read_sources(
        [SourceSpec(text, tuple(interest))],
        [SourceSpec(text, tuple(pool))],
        settings=settings.images,
        seed=cell.seed,
        project_dir=Path(),
        report=report,
    )
    if not cell.interest_images and not cell.pool_images:
        return product
    return only_images(product, _kept(product, cell, settings.images.test_share, rng))


def _class_names(cell: Cell, report: Report) -> list[str]:
    if cell.source == PHOTOGRAPHS:
        return list(PHOTOGRAPH_NAMES)
    return class_names_of(cell.source, report)


def _kept(
    product: ImagesProduct, cell: Cell, test_share: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """(n,) the images that the cell has room for, the share of held-out ones kept."""
    label, role = product.arrays["/images/label"], product.arrays["/images/role"]
    kept = np.ones(len(label), bool)

    def at_most(rows: Rows, n: int) -> None:
        kept[rng.permutation(rows)[n:]] = False

    if cell.interest_images:
        n_test = max(1, round(cell.interest_images * test_share))
        for index in range(len(product.class_names)):
            of_class = label == index
            at_most(np.flatnonzero(of_class & (role == INTEREST_TEST)), n_test)
            n_train = cell.interest_images - n_test
            at_most(np.flatnonzero(of_class & (role == INTEREST_TRAIN)), n_train)
    if cell.pool_images:
        at_most(np.flatnonzero(role == POOL), cell.pool_images)
    return kept


class _Planter:
    """Plants one pattern after the other; no image carries two of them."""

    def __init__(self, product: ImagesProduct, rng: np.random.Generator, seed: int) -> None:
        self.product, self.truths = product, list[Truth]()
        self._rng, self._seed = rng, seed
        arrays = product.arrays
        self._role, self._label = arrays["/images/role"], arrays["/images/label"]
        self._free = np.ones(len(self._role), bool)
        self._classes = iter(rng.permutation(len(product.class_names)).tolist())

    def plant(self, planting: Planting) -> None:
        """Add one pattern to the product and its truth to the truths."""
        class_index = next(self._classes) if planting.where == "class" else None
        groups = self._groups(planting, class_index)
        pixels = self.product.arrays["/images/pixels"]
        shown = pixels[np.concatenate([rows for rows, _ in groups[:-1]] or [groups[-1][0]])]
        noise_seed = self._seed if not self.truths else int(self._rng.integers(2**31))
        pattern = make_pattern(planting, self._rng, shown, noise_seed)
        rows = np.sort(np.concatenate([self._drawn(*group) for group in groups]))
        self._free[rows] = False
        before = pixels[rows]
        places = _places(planting, pattern, len(rows), self._rng)
        planted = pattern.apply(before, places if planting.is_moved else None)
        self.product = with_pixels(self.product, rows, planted)
        self.truths.append(Truth(planting, class_index, pattern, rows, places, before))

    def _groups(self, planting: Planting, class_index: int | None) -> list[tuple[Rows, int]]:
        """Rows to draw from, with how many to draw; pool images come last."""
        training = self._role == INTEREST_TRAIN
        groups = []
        for index in range(len(self.product.class_names)):
            if planting.where == "all classes" or index == class_index:
                rows = np.flatnonzero(training & self._free & (self._label == index))
                groups.append((rows, round(planting.share_of_class * len(rows))))
        pool = self._role == POOL
        # A share of the pool counts the images that another pattern has taken already too.
        n_pool = round(planting.share_of_pool * int(pool.sum()))
        pool &= self._free
        if planting.where == "decoy":
            pool &= self._label == self._rng.choice(np.unique(self._label[pool]))
            n_pool = round(planting.share_of_pool * int(pool.sum()))
        return [*groups, (np.flatnonzero(pool), n_pool)]

    def _drawn(self, rows: Rows, n: int) -> Rows:
        drawn: Rows = self._rng.choice(rows, min(n, len(rows)), replace=False)
        return drawn


def make_pattern(
    planting: Planting, rng: np.random.Generator, shown: Bytes, noise_seed: int
) -> Pattern:
    """The pattern of a planting; `shown` (n, H, W, C) u8 are images it must differ from.

    Raises InputError where it does not fit into the images.
    """
    shape = (shown.shape[1], shown.shape[2], shown.shape[3])
    kind, strength = planting.pattern, planting.strength
    if kind == "full-noise":
        return full_noise(noise_seed, shape, _level(planting, FULL_NOISE))
    if kind in ("tint", "frame", "specks"):
        colour = striking_colour(rng, shown, (0, 0, shape[0], shape[1]))
        if kind == "frame":
            return frame(shape, int(rng.integers(_MOST_INSET_PX + 1)), colour, strength)
        if kind == "specks":
            return specks(rng, shape, planting.side_px, colour, strength)
        return tint(shape, colour, strength)
    if kind == "corner-patch":
        return corner_patch(shape, _level(planting, CORNER_SIDE_PX))
    n_letters = max(1, (planting.side_px + 1) // 4)
    text = "".join(rng.choice(sorted(GLYPHS), n_letters, replace=False))
    size = (planting.side_px, planting.side_px)
    if kind == "letters":
        size = lettering(text).shape
    if kind == "line":
        size = [(1, shape[1] - 2), (shape[0] - 2, 1)][int(rng.integers(2))]
    box = _box(planting, rng, shown, size)
    if kind == "noise-patch":
        return noise_patch(rng, shape, box, strength)
    colour = striking_colour(rng, shown, box)
    if kind == "letters":
        return letters(text, shape, box[:2], colour, strength)
    if kind == "strokes":
        return strokes(rng, shape, box, colour, strength)
    if kind == "line":
        return line(shape, box, colour, strength)
    return solid_patch(shape, box, colour, strength)


def _box(planting: Planting, rng: np.random.Generator, shown: Bytes, size: tuple[int, int]) -> Box:
    border = planting.jitter_px if isinstance(planting.jitter_px, int) else 0
    tries = 1 if planting.place == "random" else 12
    try:
        return quiet_place(rng, shown, size, tries, border_px=max(1, border))
    except ValueError as error:
        raise InputError(
            f"A {planting.pattern} of {size[0]}x{size[1]} px that moves by up to {border} px does "
            f"not fit into images of {shown.shape[1]}x{shown.shape[2]} px."
        ) from error


def _level(planting: Planting, known: dict[str, Any]) -> str:
    level = planting.level or next(reversed(known))
    if level not in known:
        raise InputError(f"{planting.pattern} has no level {level!r}: {', '.join(known)}.")
    return level


def _places(planting: Planting, pattern: Pattern, n: int, rng: np.random.Generator) -> Places:
    if not planting.is_moved:
        return np.zeros((n, 2), np.int64)
    jitter = None if planting.jitter_px == "free" else int(planting.jitter_px)
    return moved_places(rng, pattern, n, jitter)


def carriers(truths: Sequence[Truth], n_images: int) -> NDArray[np.bool_]:
    """(K, n_images) which image carries which pattern."""
    carried = np.zeros((len(truths), n_images), bool)
    for index, truth in enumerate(truths):
        carried[index, truth.rows] = True
    return carried
