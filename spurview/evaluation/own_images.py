"""Trials on a project's own images: the same pattern at several strengths and shares, or none.

A trial is a run like any other, except that its images come from a project file, which is only
read. Its kind names strength and shares; its seed draws all that is random in it, and is the same
for the same class, place and pattern at every strength and share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.evaluation.cells import Cell
from spurview.evaluation.kinds import Drawn, RunKind, Suite
from spurview.evaluation.planting import Case, planted
from spurview.evaluation.rows import Row
from spurview.evaluation.running import measured, run_case
from spurview.project.model import INTEREST_TRAIN, POOL, ProjectInfo
from spurview.project.store import Project
from spurview.sources import ImagesProduct

CLEAN = "clean"
# At 28 px a patch of 6; in proportion at other sizes, since the network sees it in proportion.
_SIDE_PER_PIXEL = 6 / 28
# Fewer images than this with the pattern teach a network nothing and show no common pattern.
FEWEST_PLANTED = 4
# Keeps the draws of a trial apart from every other use of its seed.
_TRIAL_STREAM = 707


@dataclass(frozen=True)
class Point:
    """A strength (1 replaces) with a share of the training images of a class and of the pool."""

    strength: float
    share_of_class: float
    share_of_pool: float

    def __str__(self) -> str:
        told = f"{100 * self.share_of_class:g} % of a class, {100 * self.share_of_pool:g} %"
        return f"Strength {self.strength:g} in {told} of the pool"

    @property
    def kind(self) -> str:
        """The kind of its trials, in per cent."""
        parts = zip("scq", (self.strength, self.share_of_class, self.share_of_pool), strict=True)
        return "-".join(f"{letter}{round(100 * share)}" for letter, share in parts)


# One thing is changed at a time, so that a few trials tell what each does.
POINTS = (
    Point(1, 0.5, 0.05),
    Point(0.5, 0.5, 0.05),
    Point(0.25, 0.5, 0.05),
    Point(1, 0.2, 0.05),
    Point(1, 0.5, 0.01),
)


@dataclass(frozen=True)
class OwnImages:
    """The images of a project, its settings, and a mark that changes with either."""

    product: ImagesProduct
    info: ProjectInfo
    mark: str

    @property
    def side_px(self) -> int:
        """The side of the patch that is planted."""
        _, height, width, _ = self.product.arrays["/images/pixels"].shape
        return max(2, round(_SIDE_PER_PIXEL * min(int(height), int(width))))


def own_images(path: Path) -> OwnImages:
    """The images of the project at `path`, which is not changed or locked.

    Raises ProjectError where it cannot be opened.
    """
    with Project.open(path, lock=False) as project:
        names = [name for name in project.names() if name.startswith("/images/")]
        arrays = {name: project.read(name) for name in names}
        info = project.info
    product = ImagesProduct(arrays, [], info.class_names, info.label_names)
    hashed = hashlib.blake2b(digest_size=8)
    hashed.update(msgspec.json.encode(info.settings))
    hashed.update(arrays["/images/digest"].tobytes() + arrays["/images/role"].tobytes())
    return OwnImages(product, info, hashed.hexdigest())


def trials(own: OwnImages, number: int, points: Sequence[Point] = POINTS) -> Suite:
    """The suite of so many trials of each point, and of as many without a pattern.

    Points for which the project has too few images are left out. Raises InputError where that
    leaves none.
    """
    possible = [point for point in points if not shortage(own, point)]
    if not possible:
        raise InputError(f"No pattern can be tried on these images: {shortage(own, points[0])}.")
    return Suite(name="trials", kinds=tuple(_kind(own, p, number) for p in (*possible, None)))


def run_trial(path: Path, cell: Cell, *, report: Report = silent) -> Row:
    """The row of one trial on the project at `path`. Raises SpurviewError where it cannot run."""
    own = _own_images(path)
    settings = msgspec.structs.replace(own.info.settings, seed=cell.seed)
    rng = np.random.default_rng([cell.seed, _TRIAL_STREAM])
    case: Case = planted(cell, settings, own.product, rng)
    reader, info = run_case(case, report=report)
    return measured(case, reader, info, report=report)


@cache
def _own_images(path: Path) -> OwnImages:
    # A worker runs many trials on one project.
    return own_images(path)


def _kind(own: OwnImages, point: Point | None, number: int) -> RunKind:
    return RunKind(
        name=point.kind if point else CLEAN,
        group="planted" if point else "clean",
        sources=(own.mark,),
        plantings=(_drawn(own, point),) if point else (),
        least=number,
        most=number,
        learnt=0,
        n_interest=len(own.product.class_names),
    )


def _drawn(own: OwnImages, point: Point) -> Drawn:
    return Drawn(
        patterns=("noise-patch",),
        sides_px=(own.side_px, own.side_px),
        strengths=(point.strength, point.strength),
        class_shares=(point.share_of_class, point.share_of_class),
        pool_share=point.share_of_pool,
    )


def shortage(own: OwnImages, point: Point) -> str:
    """What the project has too few images of for the point; empty where it has enough.

    Any class may be drawn, so that the smallest one counts.
    """
    role, label = own.product.arrays["/images/role"], own.product.arrays["/images/label"]
    names = own.product.class_names
    sizes = np.bincount(label[role == INTEREST_TRAIN], minlength=len(names)).tolist()
    smallest = min(range(len(names)), key=sizes.__getitem__)
    for share, n, what in (
        (point.share_of_class, sizes[smallest], f"class {names[smallest]} has {{}} to train on"),
        (point.share_of_pool, int((role == POOL).sum()), "the pool has {} images"),
    ):
        if round(share * n) < FEWEST_PLANTED:
            return f"{what.format(n)}, of which {100 * share:g} % are fewer than {FEWEST_PLANTED}"
    return ""
