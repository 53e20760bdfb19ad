"""Rebuilds the sample projects in this folder: python3 sample_projects/rebuild.py [NAME …]

Each is made with every stage run, and the picture beside it is what the start page shows of it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from spurview.core.settings import Settings
from spurview.evaluation.cells import Cell, Planting
from spurview.evaluation.own_images import Point
from spurview.evaluation.own_trials import tried
from spurview.evaluation.planting import planted_case
from spurview.pipeline.create import save_product
from spurview.pipeline.demo import PatternName, demo_images
from spurview.pipeline.run import applied, compute, history_event
from spurview.pipeline.sensitivity_wording import record_mark
from spurview.project.model import PlantedPattern
from spurview.project.store import Project
from spurview.sources import ImagesProduct

HERE = Path(__file__).parent
PER_DIGIT = 400
# The points of a curve; with as many trials without a pattern they take ten minutes of one core.
STRENGTHS = [Point(strength, share_of_class=0.5, share_of_pool=0.05) for strength in (1, 0.5, 0.25)]


@dataclass(frozen=True)
class Sample:
    """The images of a sample, what was planted in them, and how many trials tell its silence."""

    settings: Settings
    product: ImagesProduct
    planted: Sequence[PlantedPattern]
    trials: int = 0


def demo_sample(pattern: PatternName | None, seed: int, trials: int = 0) -> Sample:
    """4,000 digits, 400 of each: those of `spurview demo`, fewer of them."""
    settings = Settings(seed=seed)
    made = demo_images(settings, pattern, project_dir=HERE, per_digit=PER_DIGIT)
    return Sample(settings, made.product, made.planted, trials)


def cell_sample(cell: Cell) -> Sample:
    """The images of a cell, as `spurview evaluate` plants them."""
    case = planted_case(cell)
    planted = [
        truth.record(case.class_names[truth.class_index], cell.seed)
        for truth in case.truths
        if truth.class_index is not None
    ]
    return Sample(case.settings, case.product, planted)


WEAK_PATTERNS = Cell(
    kind="weak-patterns",
    seed=1,
    interest_images=PER_DIGIT,
    pool_images=5 * PER_DIGIT,
    plantings=(
        Planting(pattern="noise-patch", side_px=6, strength=0.6, share_of_class=0.6),
        Planting(pattern="solid-patch", side_px=5, strength=0.5, share_of_class=0.6),
        Planting(pattern="noise-patch", side_px=5, strength=0.7, share_of_class=0.5),
    ),
)
# Of 32 px: at 48 px the two large layers of the VAE alone take 14 MB.
WATERMARK = Cell(
    kind="watermark",
    seed=1,
    source="photographs:",
    interest_images=250,
    pool_images=1250,
    plantings=(
        Planting(
            pattern="letters",
            side_px=15,
            strength=0.8,
            share_of_class=0.8,
            share_of_pool=0.1,
            place="random",
        ),
    ),
    settings={"images.size_px": 32, "classifier.epochs": 15},
)
SAMPLES: dict[str, Callable[[], Sample]] = {
    "planted-patch": partial(demo_sample, "patch", 3),
    "weak-patterns": partial(cell_sample, WEAK_PATTERNS),
    "watermark": partial(cell_sample, WATERMARK),
    "clean-digits": partial(demo_sample, None, 3, trials=5),
}


def main(names: Sequence[str], folder: Path = HERE) -> int:
    """Make the samples of these names in `folder`, all where none is named; the exit code."""
    unknown = [name for name in names if name not in SAMPLES]
    if unknown:
        print(f"There is no sample {unknown[0]}: {', '.join(SAMPLES)}.", file=sys.stderr)
        return 2
    for name in names or SAMPLES:
        print(name, file=sys.stderr)
        rebuild(name, folder)
    return 0


def rebuild(name: str, folder: Path) -> None:
    """Make NAME.spurview and NAME.png in `folder`; what was there goes once the new is whole."""
    sample = SAMPLES[name]()
    with tempfile.TemporaryDirectory(dir=folder) as work:
        path = Path(work) / f"{name}.spurview"
        with save_product(path, sample.product, sample.settings, planted=sample.planted) as project:
            _run(project, Path(work))
            if sample.trials:
                _try(project, Path(work), sample.trials)
            picture = path.with_suffix(".png")
            _draw(project, picture)
        for made in (path, picture):
            os.replace(made, folder / made.name)


def _run(project: Project, work_dir: Path) -> None:
    for product in compute(project, project.info, work_dir=work_dir, device="cpu", report=_tell):
        info = applied(project.info, product)
        history = [*project.history, history_event(product, info)]
        project.save(info=info, put=product.arrays, drop=product.drop, history=history)


def _try(project: Project, work_dir: Path, number: int) -> None:
    mark = record_mark(project.info)
    record = tried(project.path, work_dir, number, mark=mark, points=STRENGTHS, report=_tell_each)
    project.save(info=msgspec.structs.replace(project.info, sensitivity=record))


def _draw(project: Project, target: Path) -> None:
    # Here, since a rebuilding that is only imported (by a test) needs no Qt.
    from spurview.ui.document import Document
    from spurview.ui.project_picture import project_picture

    picture = project_picture(Document(project))
    assert picture is not None
    picture.save(str(target))


def _tell_each(done: int, total: int, message: str) -> None:
    print(f"  {message}", end="\r", file=sys.stderr)


def _tell(done: int, total: int, message: str) -> None:
    if done == total:
        print(f"  {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
