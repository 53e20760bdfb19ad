"""A cell's images: planted pixel by pixel as they say, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from spurview.core.errors import InputError
from spurview.evaluation.cells import Cell, Planting
from spurview.evaluation.planting import Case, carriers, planted_case
from spurview.project.model import INTEREST_TEST, INTEREST_TRAIN, POOL


def cell(*plantings: Planting, **changes: Any) -> Cell:
    small: dict[str, Any] = {"seed": 5, "interest_images": 40, "pool_images": 200}
    return Cell(kind="test", plantings=plantings, **(small | changes))


def pixels(case: Case) -> np.ndarray:
    return case.product.arrays["/images/pixels"]


KINDS = [
    Planting(pattern="noise-patch", side_px=5),
    Planting(pattern="solid-patch", side_px=4, strength=0.5),
    Planting(pattern="strokes", side_px=8, strength=0.7),
    Planting(pattern="letters", strength=0.6),
    Planting(pattern="corner-patch", level="S3"),
    Planting(pattern="line", strength=0.6),
    Planting(pattern="frame"),
    Planting(pattern="specks", side_px=9),
    Planting(pattern="full-noise", level="R2"),
    Planting(pattern="tint", strength=0.3),
    Planting(pattern="noise-patch", side_px=5, jitter_px=3),
    Planting(pattern="solid-patch", side_px=5, jitter_px="free"),
]


# Photographs are slow to cut: four kinds show that colours are planted as well.
CASES = [("digits:", p) for p in KINDS] + [("photographs:", p) for p in (KINDS[1], *KINDS[7:11])]


@pytest.fixture(scope="module")
def clean() -> Callable[[str], Case]:
    return cache(lambda source: planted_case(cell(source=source)))


@pytest.mark.parametrize(("source", "planting"), CASES)
def test_carriers_change_as_the_truth_says_and_no_other_image_does(
    clean: Callable[[str], Case], source: str, planting: Planting
) -> None:
    if source == "photographs:":
        pytest.importorskip("skimage")
    case = planted_case(cell(planting, source=source))
    (truth,) = case.truths
    before, after = pixels(clean(source)), pixels(case)
    changed = (before != after).any(axis=(1, 2, 3))
    assert set(np.flatnonzero(changed)) <= set(truth.rows.tolist())
    assert changed[truth.rows].mean() > 0.95
    assert (truth.before == before[truth.rows]).all()
    strength = np.float32(truth.pattern.strength)
    top, left, height, width = truth.pattern.box
    weight = strength * truth.pattern.mask[..., None]
    for row, (down, right) in zip(truth.rows, truth.places, strict=True):
        w, v = (np.roll(a, (down, right), (0, 1)) for a in (weight, truth.pattern.values))
        kept = 1 if planting.pattern == "full-noise" else 1 - w
        expected = np.clip(kept * before[row] / 255 + w * v, 0, 1) * 255
        assert np.abs(expected - after[row]).max() <= 0.51
        outside = np.ones(before.shape[1:3], bool)
        outside[top + down : top + down + height, left + right : left + right + width] = False
        assert (before[row][outside] == after[row][outside]).all()


def test_only_training_images_of_one_class_and_pool_images_carry() -> None:
    case = planted_case(
        cell(Planting(pattern="noise-patch", share_of_class=0.5, share_of_pool=0.1))
    )
    (truth,) = case.truths
    role, label = (case.product.arrays[f"/images/{n}"] for n in ("role", "label"))
    assert truth.class_index is not None
    own = (role == INTEREST_TRAIN) & (label == truth.class_index)
    carried = carriers(case.truths, len(role))[0]
    assert carried[own].sum() == round(0.5 * own.sum())
    assert carried[role == POOL].sum() == 20
    assert not carried[(role != POOL) & ~own].any()


def test_patterns_stand_in_different_classes_and_images() -> None:
    planting = Planting(pattern="noise-patch", share_of_pool=0.15)
    case = planted_case(cell(*[planting] * 5))
    assert sorted(t.class_index or 0 for t in case.truths) == [0, 1, 2, 3, 4]
    carried = carriers(case.truths, len(pixels(case)))
    assert carried.sum(0).max() == 1
    in_pool = case.product.arrays["/images/role"] == POOL
    assert carried[:, in_pool].sum(1).tolist() == [30] * 5
    assert len(case.clean_pool) == 200 - 150


@pytest.mark.parametrize("where", ["all classes", "pool", "decoy"])
def test_clean_kinds_teach_no_class_alone(where: Any) -> None:
    case = planted_case(
        cell(Planting(pattern="noise-patch", where=where, share_of_class=0.5, share_of_pool=0.5))
    )
    (truth,) = case.truths
    assert truth.class_index is None
    role, label = (case.product.arrays[f"/images/{n}"] for n in ("role", "label"))
    carried = carriers(case.truths, len(role))[0]
    assert not carried[role == INTEREST_TEST].any()
    training = [carried[(role == INTEREST_TRAIN) & (label == k)].mean() for k in range(5)]
    assert training == ([0.5] * 5 if where == "all classes" else [0.0] * 5)
    shares = {
        int(k): carried[(role == POOL) & (label == k)].mean() for k in set(label[role == POOL])
    }
    if where == "decoy":
        (kind,) = {k for k, share in shares.items() if share}
        assert shares[kind] == pytest.approx(0.5, abs=0.02)
    else:
        assert carried[role == POOL].mean() == 0.5
        assert all(shares.values())


def test_the_seed_draws_classes_pattern_and_images() -> None:
    planting = Planting(pattern="noise-patch")
    first, again, other = (planted_case(cell(planting, seed=s)) for s in (5, 5, 6))
    for name, array in first.product.arrays.items():
        assert (array == again.product.arrays[name]).all()
    assert first.truths[0].rows.tolist() == again.truths[0].rows.tolist()
    assert (first.truths[0].pattern.values != other.truths[0].pattern.values).any()
    names = {tuple(planted_case(cell(seed=s)).class_names) for s in range(6)}
    assert len(names) > 3


def test_images_are_as_many_as_the_cell_says() -> None:
    case = planted_case(cell())
    role, label = (case.product.arrays[f"/images/{n}"] for n in ("role", "label"))
    assert [(role == r).sum() for r in (INTEREST_TRAIN, INTEREST_TEST, POOL)] == [180, 20, 200]
    assert {tuple(np.bincount(label[role == r])) for r in (0, 1)} == {(36,) * 5, (4,) * 5}


def test_change_is_told_at_the_patterns_own_place() -> None:
    case = planted_case(cell(Planting(pattern="solid-patch", side_px=6, jitter_px=3)))
    (truth,) = case.truths
    top, left, height, width = truth.pattern.box
    change = truth.change()
    assert (change[top : top + height, left : left + width] > 0.2).all()
    change[top : top + height, left : left + width] = 0
    assert (change == 0).all()


def test_applying_moves_a_moved_pattern_within_its_bounds() -> None:
    case = planted_case(cell(Planting(pattern="solid-patch", side_px=4, jitter_px=2)))
    (truth,) = case.truths
    dark = np.zeros((200, 28, 28, 1), np.float32)
    shown = truth.apply(dark, np.random.default_rng(0))[..., 0] > 0
    top, left, *_ = truth.pattern.box
    tops, lefts = shown.any(2).argmax(1), shown.any(1).argmax(1)
    assert set(tops) == set(range(top - 2, top + 3))
    assert set(lefts) == set(range(left - 2, left + 3))
    assert (shown.sum(axis=(1, 2)) == 16).all()


def test_classes_of_an_imagenet_tree_are_drawn_by_their_names(tmp_path: Path) -> None:
    names = {"n01440764": "tench", "n02012849": "crane", "n03126707": "lathe", "n04461696": "lorry"}
    rng = np.random.default_rng(0)
    for wnid in names:
        folder = tmp_path / "train" / wnid
        folder.mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(0, 256, (10, 12, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{wnid}_{number}.png")
    lines = [f"{wnid} {name}" for wnid, name in names.items()]
    (tmp_path / "class_names.txt").write_text("\n".join(lines))
    case = planted_case(
        cell(
            Planting(pattern="solid-patch", side_px=4),
            source=f"imagenet:{tmp_path}",
            n_interest=2,
            interest_images=0,
            pool_images=0,
            settings={"images.size_px": 32},
        )
    )
    assert set(case.class_names) < set(names.values())
    role = case.product.arrays["/images/role"]
    assert (len(case.class_names), int((role == POOL).sum())) == (2, 40)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_interest": 10}, "digits: has 10 classes: 10 of interest leave no pool"),
        ({"source": "nowhere"}, "There is no folder nowhere"),
        ({"settings": {"classifier.speed": 3}}, "no setting 'classifier.speed'"),
        (
            {"plantings": (Planting(pattern="solid-patch"),) * 6},
            "test plants 6 patterns .* but there are 5",
        ),
        (
            {"plantings": (Planting(pattern="solid-patch", side_px=24, jitter_px=3),)},
            "A solid-patch of 24x24 px that moves by up to 3 px does not fit",
        ),
        (
            {"plantings": (Planting(pattern="full-noise", level="R9"),)},
            "full-noise has no level 'R9': R1, R2, R3",
        ),
    ],
)
def test_a_cell_that_cannot_be_built_says_why(changes: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        planted_case(
            cell(**changes)
            if "plantings" not in changes
            else Cell(kind="test", seed=5, interest_images=40, pool_images=200, **changes)
        )
