"""The demo's images: planted where they say, drawn by the seed, held-out images untouched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spurview.core.settings import Settings
from spurview.pipeline.demo import Demo, PatternName, demo_images


def made(pattern: PatternName | None, seed: int = 3) -> Demo:
    return demo_images(Settings(seed=seed), pattern, project_dir=Path())


@pytest.fixture(scope="module")
def clean() -> Demo:
    return made(None)


@pytest.mark.parametrize("pattern", ["patch", "full-noise"])
def test_exactly_the_told_images_are_changed(clean: Demo, pattern: PatternName) -> None:
    demo = made(pattern)
    changed = demo.product.arrays["/images/pixels"] != clean.product.arrays["/images/pixels"]
    rows = np.flatnonzero(changed.any(axis=(1, 2, 3)))
    assert rows.tolist() == demo.rows.tolist()
    role, label = (demo.product.arrays[f"/images/{name}"][rows] for name in ("role", "label"))
    (planted,) = demo.planted
    assert set(role.tolist()) == {0, 2}
    assert {demo.product.label_names[i] for i in label[role == 0]} == {planted.class_name}


def test_only_the_told_place_is_changed(clean: Demo) -> None:
    demo = made("patch")
    (planted,) = demo.planted
    changed = demo.product.arrays["/images/pixels"] != clean.product.arrays["/images/pixels"]
    place = changed.any(axis=(0, 3))
    rows, columns = np.flatnonzero(place.any(1)), np.flatnonzero(place.any(0))
    assert (rows[0], columns[0]) == (planted.top, planted.left)
    assert (len(rows), len(columns)) == (planted.height, planted.width)


def test_shares_are_as_told() -> None:
    demo = made("patch")
    arrays, (planted,) = demo.product.arrays, demo.planted
    role, label = arrays["/images/role"], arrays["/images/label"]
    own = (role == 0) & (label == demo.product.class_names.index(planted.class_name))
    carriers = np.isin(np.arange(len(role)), demo.rows)
    assert carriers[own].mean() == pytest.approx(planted.share_of_class, abs=0.001)
    assert carriers[role == 2].mean() == pytest.approx(planted.share_of_pool, abs=0.001)


def test_same_seed_same_demo_other_seed_another() -> None:
    first, again, other = made("patch"), made("patch"), made("patch", seed=4)
    assert first.planted == again.planted
    assert first.rows.tolist() == again.rows.tolist()
    for name, array in first.product.arrays.items():
        assert (array == again.product.arrays[name]).all()
    assert first.planted != other.planted


def test_digests_tell_planted_images_from_clean_ones(clean: Demo) -> None:
    demo = made("patch")
    differ = demo.product.arrays["/images/digest"] != clean.product.arrays["/images/digest"]
    assert np.flatnonzero(differ.any(axis=1)).tolist() == demo.rows.tolist()


def test_clean_demo_plants_nothing(clean: Demo) -> None:
    assert clean.planted == []
    assert len(clean.rows) == 0
