"""An experiment: a project's images with a test pattern planted, in a project of its own.

The network of an experiment is trained in it, whatever network the original has: only a network
that was trained on images with the pattern can have learnt it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

import spurview
from spurview.core.arrays import Array, Reader
from spurview.core.errors import InputError
from spurview.core.plant import (
    Box,
    Pattern,
    choose,
    full_noise,
    lettering,
    letters,
    moved_places,
    noise_patch,
    own_picture,
    quiet_place,
    solid_patch,
    striking_colour,
    strokes,
    tint,
)
from spurview.core.progress import Report, silent
from spurview.pipeline.create import check_target, project_info
from spurview.project.model import (
    INTEREST_TRAIN,
    POOL,
    HistoryEvent,
    PlantedPattern,
    ProjectInfo,
)
from spurview.project.store import Project
from spurview.sources import ImagesProduct, SourceSummary
from spurview.sources.changing import with_pixels
from spurview.sources.picture import Unusable, decode, read_file
from spurview.sources.spec import readable

What = Literal["solid", "noise", "noise everywhere", "picture", "watermark", "strokes", "tint"]
Where = Literal["fixed", "jittered", "anywhere"]
# Patterns that cover the whole image have no place.
EVERYWHERE: tuple[What, ...] = ("noise everywhere", "tint")
FEWEST_PLANTED = 4
# Enough images of a class to see where they are dark and which colour they lack.
_LOOKED_AT = 200
_STREAM = 909
WATERMARK = "TEXT"


@dataclass(frozen=True)
class Plan:
    """What to plant where. side_px: of the pattern's box, of a watermark its width at most.

    jitter_px: the most it moves in each image where it is jittered; share_of_class: of the
    training images of the class; picture: a file, for a pattern that is a picture.
    """

    class_name: str
    what: What = "noise"
    where: Where = "fixed"
    side_px: int = 6
    jitter_px: int = 2
    strength: float = 1.0
    share_of_class: float = 0.8
    share_of_pool: float = 0.05
    picture: Path | None = None
    seed: int = 0


@dataclass(frozen=True)
class Look:
    """Images (n, H, W, 3) u8 before and after, and how many would get the pattern."""

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    n_class: int
    n_pool: int


def classes_to_plant_in(reader: Reader, info: ProjectInfo) -> list[str]:
    """Classes that have training images, in their order."""
    role, label = reader.read("/images/role"), reader.read("/images/label")
    there = set(label[role == INTEREST_TRAIN].tolist())
    return [name for k, name in enumerate(info.class_names) if k in there]


def why_trained_here(info: ProjectInfo) -> str:
    """One sentence where the project's network is the person's own; else empty."""
    if info.network is None:
        return ""
    return (
        "Your network never saw this pattern, so it cannot have learnt it: the experiment trains "
        f"a network here ({info.settings.classifier.architecture}) on the planted images."
    )


def look(reader: Reader, info: ProjectInfo, plan: Plan, *, shown: int = 4) -> Look:
    """Some images of the class and of the pool with the pattern. Raises InputError as planting."""
    planting = _Planting(reader, info, plan)
    rows = np.concatenate([planting.own[:shown], planting.pool[:shown]])
    before = reader.read_rows("/images/pixels", rows.tolist())
    after = planting.applied(before, np.random.default_rng([plan.seed, _STREAM, 2]))
    return Look(
        _in_colour(before), _in_colour(after), len(planting.own_drawn), len(planting.pool_drawn)
    )


def make_experiment(
    reader: Reader, info: ProjectInfo, plan: Plan, path: Path, *, report: Report = silent
) -> Path:
    """A new project at `path`, in the folder of the original, with the pattern in its images.

    Raises InputError where nothing can be planted or written.
    """
    check_target(path)
    report(0, 0, "experiment: reading the images")
    planting = _Planting(reader, info, plan)
    product = trainable(_product(reader, info))
    report(0, 0, "experiment: planting")
    rows = np.sort(np.concatenate([planting.own_drawn, planting.pool_drawn]))
    before = product.arrays["/images/pixels"][rows]
    after = planting.applied(before, np.random.default_rng([plan.seed, _STREAM, 3]))
    planted = with_pixels(product, rows, after)
    settings = info.settings
    made = project_info(planted, settings, planted=[*info.planted, planting.record()])
    # Sources keep what was found of moved files.
    made = msgspec.structs.replace(
        made,
        sources=list(info.sources),
        skipped=list(info.skipped),
        skipped_total=info.skipped_total,
    )
    event = HistoryEvent(
        time=made.created,
        what=f"test pattern planted ({planting.pattern.kind}, class {plan.class_name})",
        spurview=spurview.__version__,
        settings=settings,
    )
    report(0, 0, "experiment: writing the project")
    Project.create(path, made, planted.arrays, history=[event]).close()
    return path


def trainable(product: ImagesProduct) -> ImagesProduct:
    """The images with the classes that have images of interest alone: what can be trained on."""
    role, label = product.arrays["/images/role"], product.arrays["/images/label"]
    used = sorted(set(label[role != POOL].tolist()))
    names = product.label_names
    order = [*used, *(k for k in range(len(names)) if k not in used)]
    numbers = np.full(len(names) + 1, -1, np.int32)
    numbers[order] = np.arange(len(order))
    return ImagesProduct(
        product.arrays | {"/images/label": numbers[label]},
        product.sources,
        [names[k] for k in used],
        [names[k] for k in order],
    )


class _Planting:
    """A plan on a project's images: which rows, which pattern."""

    def __init__(self, reader: Reader, info: ProjectInfo, plan: Plan) -> None:
        self.plan = plan
        role, label = reader.read("/images/role"), reader.read("/images/label")
        if plan.class_name not in info.class_names:
            raise InputError(f"There is no class {plan.class_name} to plant in.")
        number = info.class_names.index(plan.class_name)
        self.own = np.flatnonzero((role == INTEREST_TRAIN) & (label == number))
        self.pool = np.flatnonzero(role == POOL)
        drawing = np.random.default_rng([plan.seed, _STREAM, 0])
        self.own_drawn = choose(drawing, self.own, plan.share_of_class)
        self.pool_drawn = choose(drawing, self.pool, plan.share_of_pool)
        for drawn, where in (
            (self.own_drawn, f"of class {plan.class_name}"),
            (self.pool_drawn, "of the pool"),
        ):
            if len(drawn) < FEWEST_PLANTED:
                raise InputError(
                    f"Only {len(drawn)} images {where} would get the pattern: choose a larger "
                    f"share, at least {FEWEST_PLANTED} images are needed."
                )
        shown = reader.read_rows("/images/pixels", self.own[:_LOOKED_AT].tolist())
        self.pattern = _pattern(plan, shown, np.random.default_rng([plan.seed, _STREAM, 1]))

    def applied(self, images: Array, rng: np.random.Generator) -> Array:
        """The images with the pattern, each in its place."""
        plan = self.plan
        if plan.where == "fixed" or plan.what in EVERYWHERE:
            return self.pattern.apply(images)
        jitter = plan.jitter_px if plan.where == "jittered" else None
        return self.pattern.apply(images, moved_places(rng, self.pattern, len(images), jitter))

    def record(self) -> PlantedPattern:
        """What the project says of it."""
        top, left, height, width = self.pattern.box
        return PlantedPattern(
            kind=self.pattern.kind,
            class_name=self.plan.class_name,
            height=height,
            width=width,
            top=top,
            left=left,
            strength=self.pattern.strength,
            share_of_class=self.plan.share_of_class,
            share_of_pool=self.plan.share_of_pool,
            seed=self.plan.seed,
        )


def _pattern(plan: Plan, shown: Array, rng: np.random.Generator) -> Pattern:
    shape = (shown.shape[1], shown.shape[2], shown.shape[3])
    if plan.what == "noise everywhere":
        return replace(full_noise(plan.seed, shape), strength=plan.strength)
    if plan.what == "tint":
        everywhere = (0, 0, shape[0], shape[1])
        return tint(shape, striking_colour(rng, shown, everywhere), plan.strength)
    if plan.what == "watermark":
        text = _fitting_text(plan.side_px)
        box = _box(plan, rng, shown, lettering(text).shape)
        colour = striking_colour(rng, shown, box)
        return letters(text, shape, box[:2], colour, plan.strength)
    box = _box(plan, rng, shown, (plan.side_px, plan.side_px))
    if plan.what == "noise":
        return noise_patch(rng, shape, box, plan.strength)
    if plan.what == "picture":
        return own_picture(_picture(plan, shape[2]), shape, box, plan.strength)
    colour = striking_colour(rng, shown, box)
    if plan.what == "strokes":
        return strokes(rng, shape, box, colour, plan.strength)
    return solid_patch(shape, box, colour, plan.strength)


def _box(plan: Plan, rng: np.random.Generator, shown: Array, size: tuple[int, int]) -> Box:
    border = plan.jitter_px if plan.where == "jittered" else 1
    try:
        return quiet_place(rng, shown, size, border_px=max(1, border))
    except ValueError as error:
        height, width = shown.shape[1:3]
        raise InputError(
            f"A pattern of {size[1]} × {size[0]} pixels does not fit into images of {width} × "
            f"{height}: choose a smaller one, or one that moves less."
        ) from error


def _fitting_text(width_px: int) -> str:
    """As much of the watermark as fits: a letter is 3 pixels wide, with one between two."""
    return WATERMARK[: max(1, (width_px + 1) // 4)]


def _picture(plan: Plan, channels: int) -> NDArray[np.float32]:
    """(side, side, channels) in 0..1 of the person's own picture."""
    if plan.picture is None:
        raise InputError("Choose the picture to plant: a PNG, JPEG, WebP, GIF, BMP or TIFF file.")
    try:
        pixels = decode(read_file(plan.picture).data, (plan.side_px, plan.side_px))
    except Unusable as error:
        shown = readable(str(plan.picture))
        raise InputError(f"{shown} cannot be planted: {error}; choose another picture.") from error
    if channels == 1 and pixels.shape[2] == 3:
        pixels = pixels.mean(2, keepdims=True)
    scaled = np.broadcast_to(pixels, (*pixels.shape[:2], channels)) / 255
    return scaled.astype(np.float32)


def _in_colour(images: Array) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.broadcast_to(images, (*images.shape[:3], 3)))


def _product(reader: Reader, info: ProjectInfo) -> ImagesProduct:
    """The project's images as if they had just been read."""
    arrays = {name: reader.read(name) for name in _ARRAYS}
    used = np.bincount(arrays["/images/source"], minlength=len(info.sources)).tolist()
    sources = [
        SourceSummary(s.role, s.kind, s.location, s.classes, n)
        for s, n in zip(info.sources, used, strict=False)
    ]
    return ImagesProduct(arrays, sources, list(info.class_names), list(info.label_names))


_ARRAYS = tuple(
    f"/images/{name}"
    for name in ("pixels", "role", "label", "source", "digest", "keys", "keys_end")
)
