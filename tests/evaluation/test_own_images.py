"""Trials on a project's own images: what they plant, and what there is too little of for them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spurview.core.errors import InputError
from spurview.evaluation.kinds import cell_of
from spurview.evaluation.own_images import POINTS, Point, own_images, shortage, trials
from tests.pipeline import tiny


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "mine.spurview"
    tiny.create(path).close()
    return path


def test_points_too_large_for_the_images_are_left_out(project: Path) -> None:
    """200 pool images, of which 1 % are two; 24 of each class to train on."""
    own = own_images(project)
    rare = Point(1, 0.5, 0.01)
    assert shortage(own, rare) == "the pool has 200 images, of which 1 % are fewer than 4"
    thin = Point(1, 0.1, 0.05)
    assert shortage(own, thin) == (
        "class upright has 24 to train on, of which 10 % are fewer than 4"
    )
    names = [kind.name for kind in trials(own, 3).kinds]
    assert names == ["s100-c50-q5", "s50-c50-q5", "s25-c50-q5", "s100-c20-q5", "clean"]
    with pytest.raises(InputError, match="No pattern can be tried on these images: the pool has"):
        trials(own, 3, [rare])


def test_a_trial_is_the_cell_of_its_point(project: Path) -> None:
    own = own_images(project)
    suite = trials(own, 3)
    assert {(kind.least, kind.most, kind.learnt) for kind in suite.kinds} == {(3, 3, 0)}
    cell = cell_of(suite.kind("s25-c50-q5"), 2)
    (planting,) = cell.plantings
    assert (planting.pattern, planting.side_px) == ("noise-patch", 3)
    assert (planting.strength, planting.share_of_class, planting.share_of_pool) == (0.25, 0.5, 0.05)
    assert (cell.source, cell.n_interest, cell.seed) == (own.mark, 2, 2)
    clean = cell_of(suite.kind("clean"), 2)
    assert (clean.group, clean.plantings) == ("clean", ())


def test_the_mark_changes_with_images_and_settings(tmp_path: Path, project: Path) -> None:
    mark = own_images(project).mark
    tiny.create(tmp_path / "same.spurview").close()
    tiny.create(tmp_path / "other.spurview", ("classifier.epochs", "5")).close()
    assert own_images(tmp_path / "same.spurview").mark == mark
    assert own_images(tmp_path / "other.spurview").mark != mark


def test_the_patch_grows_with_the_images(project: Path) -> None:
    own = own_images(project)
    sides = []
    for size in (8, 28, 64):
        own.product.arrays["/images/pixels"] = np.zeros((1, size, size + 9, 3), np.uint8)
        sides.append(own.side_px)
    assert sides == [2, 6, 14]


def test_points_have_names_of_their_own() -> None:
    kinds = [point.kind for point in POINTS]
    assert len(set(kinds)) == len(kinds)
    assert str(POINTS[0]) == "Strength 1 in 50 % of a class, 5 % of the pool"
