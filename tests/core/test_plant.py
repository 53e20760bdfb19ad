"""Planting: exactly where and how it says, nothing elsewhere, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.plant import (
    FULL_NOISE,
    Pattern,
    choose,
    full_noise,
    noise_patch,
    quiet_place,
    solid_patch,
)

SHAPE = (10, 12, 1)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, *SHAPE), np.uint8)


def test_patch_of_full_strength_replaces_its_box_and_nothing_else(images: np.ndarray) -> None:
    planted = solid_patch(SHAPE, (1, 2, 3, 4), value=1.0).apply(images)
    assert (planted[:, 1:4, 2:6] == 255).all()
    changed = (planted != images).any(axis=(0, 3))
    changed[1:4, 2:6] = False
    assert not changed.any()


def test_half_strength_blends() -> None:
    dark = np.zeros((1, *SHAPE), np.float32)
    planted = solid_patch(SHAPE, (1, 1, 2, 2), value=0.8, strength=0.5).apply(dark)
    assert planted[0, 1, 1, 0] == pytest.approx(0.4)
    assert planted.dtype == np.float32


def test_input_is_never_written_into(images: np.ndarray) -> None:
    before = images.copy()
    solid_patch(SHAPE, (1, 1, 5, 5)).apply(images)
    assert (images == before).all()


def test_noise_patch_is_bright_and_uneven() -> None:
    for seed in range(50):
        pattern = noise_patch(np.random.default_rng(seed), SHAPE, (2, 3, 5, 5))
        inside = pattern.values[2:7, 3:8]
        assert inside.mean() >= 0.45
        assert inside.std() >= 0.25
        assert pattern.box == (2, 3, 5, 5)
        assert pattern.values.sum() == pytest.approx(inside.sum(), rel=1e-6)


@pytest.mark.parametrize("level", FULL_NOISE)
def test_full_noise_is_the_published_formula(images: np.ndarray, level: str) -> None:
    noise = np.random.RandomState(7).rand(*SHAPE)
    expected = np.clip(images / 255 + FULL_NOISE[level] * noise, 0, 1)
    planted = full_noise(7, SHAPE, level).apply(images)
    assert np.abs(planted - expected * 255).max() <= 0.51


def test_colour_images_take_colour_patterns() -> None:
    pattern = noise_patch(np.random.default_rng(0), (8, 8, 3), (1, 1, 4, 4))
    planted = pattern.apply(np.zeros((2, 8, 8, 3), np.uint8))
    assert (planted[0] == planted[1]).all()
    assert (planted[0, 1:5, 1:5, 0] != planted[0, 1:5, 1:5, 1]).any()


def test_quiet_place_avoids_what_the_class_shows_and_the_border() -> None:
    images = np.zeros((4, 20, 20, 1), np.uint8)
    images[:, :, :12] = 200
    for seed in range(20):
        top, left, *size = quiet_place(np.random.default_rng(seed), images, (5, 5), tries=40)
        assert left >= 12
        assert 1 <= top <= 14
        assert left + 5 <= 19
        assert size == [5, 5]


def test_quiet_place_refuses_a_box_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="9x9 px does not fit"):
        quiet_place(np.random.default_rng(0), np.zeros((1, 10, 10, 1), np.uint8), (9, 9))


def test_choose_draws_a_share_without_repeats() -> None:
    rows = np.arange(100, 200)
    chosen = choose(np.random.default_rng(0), rows, 0.8)
    assert len(chosen) == len(set(chosen.tolist())) == 80
    assert set(chosen.tolist()) <= set(rows.tolist())
    assert (np.diff(chosen) > 0).all()


def test_box_of_a_pattern_is_the_smallest() -> None:
    mask = np.zeros((6, 6), np.float32)
    mask[2, 3] = mask[4, 1] = 0.5
    assert Pattern("noise-patch", mask, mask[..., None], 1.0).box == (2, 1, 3, 3)
