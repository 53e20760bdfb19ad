"""The projects that docs/pictures.py shows: samples, a moving pattern, too few images,
a second network, images that were moved away.

All of real digits, as the demo's. What is no sample takes one to three minutes on two cores, once.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

import spurview
from spurview.core.plant import choose, moved_places, noise_patch, quiet_place
from spurview.core.settings import Settings, with_setting
from spurview.pipeline.create import save_product
from spurview.pipeline.demo import Demo, demo_images
from spurview.pipeline.run import applied, compute, history_event
from spurview.project.model import INTEREST_TRAIN, POOL
from spurview.project.store import Project
from spurview.sources.changing import only_images, with_pixels
from spurview.ui.samples import sample_projects

# Names of the files, as the start page will show them.
SAMPLES = {"sample": "planted-patch", "clean": "clean-digits"}
FILES = {
    "moving": "moving-patch",
    "moved-away": "last-year",
    "too-few": "small-pool",
    "second": "second-network",
}
SEED, PER_DIGIT, TOO_FEW = 3, 400, 12
PLANTED_CLASS = 2
SIDE_PX, JITTER_PX = 7, 3
SHARE_OF_CLASS, SHARE_OF_POOL = 0.9, 0.08
EPOCHS = "12"


def project(name: str, folder: Path) -> Path:
    """The finished project of this name in the folder, made or finished where it is not."""
    if name in SAMPLES:
        return next(path for path in sample_projects() if path.stem == SAMPLES[name])
    path = folder / f"{FILES[name]}.spurview"
    if not path.exists():
        print(f"making {path.name}", file=sys.stderr)
        _MAKERS[name](folder, path)
    with Project.open(path) as saved:
        for product in compute(saved, saved.info, work_dir=folder, device="cpu"):
            info = applied(saved.info, product)
            history = [*saved.history, history_event(product, info)]
            saved.save(info=info, put=product.arrays, drop=product.drop, history=history)
    return path


def _begin(made: Demo, path: Path) -> None:
    save_product(path, made.product, Settings(seed=SEED), planted=made.planted).close()


def _second_network(folder: Path, path: Path) -> None:
    """The sample's images with a network that is trained for longer."""
    shutil.copy(project("sample", folder), path)
    with Project.open(path) as saved:
        settings = with_setting(saved.info.settings, "classifier.epochs", EPOCHS)
        saved.save(info=msgspec.structs.replace(saved.info, settings=settings))


def _clean(folder: Path, per_digit: int = PER_DIGIT) -> Demo:
    return demo_images(Settings(seed=SEED), None, project_dir=folder, per_digit=per_digit)


def _too_few(folder: Path, path: Path) -> None:
    """Digits of which the pool holds a dozen each: in most classes nothing can be said."""
    made = _clean(folder)
    role, label = (made.product.arrays[f"/images/{name}"] for name in ("role", "label"))
    kept = role != POOL
    for digit in np.unique(label[~kept]):
        kept[np.flatnonzero((label == digit) & (role == POOL))[:TOO_FEW]] = True
    _begin(replace(made, product=only_images(made.product, kept)), path)


def _moving(folder: Path, path: Path) -> None:
    """A patch that stands in another place of each image that carries it."""
    made = _clean(folder)
    arrays, rng = made.product.arrays, np.random.default_rng(SEED)
    role, pixels = arrays["/images/role"], arrays["/images/pixels"]
    own = np.flatnonzero((role == INTEREST_TRAIN) & (arrays["/images/label"] == PLANTED_CLASS))
    rows = np.concatenate(
        [choose(rng, own, SHARE_OF_CLASS), choose(rng, np.flatnonzero(role == POOL), SHARE_OF_POOL)]
    )
    shape = (pixels.shape[1], pixels.shape[2], pixels.shape[3])
    place = quiet_place(rng, pixels[own], (SIDE_PX, SIDE_PX))
    pattern = noise_patch(rng, shape, place)
    places = moved_places(rng, pattern, len(rows), JITTER_PX)
    planted = with_pixels(made.product, rows, pattern.apply(pixels[rows], places))
    _begin(replace(made, product=planted, rows=rows), path)


def _moved_away(folder: Path, path: Path) -> None:
    """Digits from folders, one of which is no longer where it was."""
    made = _clean(folder)
    arrays, names = made.product.arrays, made.product.label_names
    photos = folder / "photos"
    shutil.rmtree(photos, ignore_errors=True)
    for row, (role, label) in enumerate(
        zip(arrays["/images/role"], arrays["/images/label"], strict=True)
    ):
        image = photos / ("other" if role == POOL else "train") / names[label] / f"{row}.png"
        image.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(arrays["/images/pixels"][row].squeeze()).save(image)
    spurview.new_project(path, photos / "train", photos / "other").close()
    shutil.rmtree(photos / "train")


_MAKERS: dict[str, Callable[[Path, Path], None]] = {
    "moved-away": _moved_away,
    "moving": _moving,
    "second": _second_network,
    "too-few": _too_few,
}
