"""Planting: exactly where and how it says, nothing elsewhere, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.plant import (
    FULL_NOISE,
    Pattern,
    choose,
    corner_patch,
    frame,
    full_noise,
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


def test_corner_patches_are_the_published_sizes() -> None:
    for size, side in (("S1", 1), ("S2", 3), ("S3", 5)):
        planted = corner_patch(SHAPE, size).apply(np.zeros((1, *SHAPE), np.uint8))
        assert (planted[0, :side, :side] == 255).all()
        assert (planted > 0).sum() == side * side


def test_a_coloured_patch_has_its_value_in_each_channel() -> None:
    shape = (8, 9, 3)
    planted = solid_patch(shape, (1, 2, 3, 4), (1.0, 0.4, 0.0)).apply(
        np.full((2, *shape), 51, "u1")
    )
    assert (planted[:, 1:4, 2:6] == [255, 102, 0]).all()
    planted[:, 1:4, 2:6] = 51
    assert (planted == 51).all()


def test_a_tint_blends_every_pixel_towards_one_colour() -> None:
    shape = (4, 5, 3)
    images = np.random.default_rng(0).random((3, *shape), np.float32)
    planted = tint(shape, (1.0, 0.5, 0.0), 0.25).apply(images)
    assert planted == pytest.approx(0.75 * images + 0.25 * np.array([1, 0.5, 0]), abs=1e-6)


def test_letters_are_drawn_row_by_row() -> None:
    planted = letters("LT", SHAPE, (2, 1), strength=0.5).apply(np.zeros((1, *SHAPE), np.float32))
    shown = ["".join("#" if v else "." for v in row) for row in planted[0, 2:7, 1:8, 0]]
    assert shown == ["#...###", "#....#.", "#....#.", "#....#.", "###..#."]
    assert set(np.unique(planted)) == {0, np.float32(0.5)}
    assert (planted > 0).sum() == 14


def test_strokes_are_thin_and_stay_in_their_box() -> None:
    box = (3, 2, 6, 8)
    for seed in range(20):
        mask = strokes(np.random.default_rng(seed), SHAPE, box).mask
        inside = mask[3:9, 2:10]
        assert inside.sum() == mask.sum()
        # A line from left to right has a pixel in every column, one from top to bottom in each row.
        assert inside.any(0).all()
        assert inside.any(1).all()
        assert inside.mean() < 0.7


def test_a_frame_is_one_pixel_thin_and_empty() -> None:
    drawn = frame((5, 6, 1), 1).mask
    wanted = np.array(
        [[0] * 6, [0, 1, 1, 1, 1, 0], [0, 1, 0, 0, 1, 0], [0, 1, 1, 1, 1, 0], [0] * 6]
    )
    assert (drawn == wanted).all()
    assert frame((5, 6, 1)).mask.sum() == 2 * (5 + 6) - 4


def test_a_line_is_its_box_in_one_colour() -> None:
    drawn = line((4, 5, 3), (1, 1, 1, 3), (0.1, 0.2, 0.3))
    assert (drawn.kind, drawn.box) == ("line", (1, 1, 1, 3))
    assert drawn.values[1, 1].tolist() == pytest.approx([0.1, 0.2, 0.3])


def test_specks_are_as_many_as_asked_for_and_drawn_by_the_seed() -> None:
    first, again, other = (specks(np.random.default_rng(seed), SHAPE, 7).mask for seed in (0, 0, 1))
    assert first.sum() == other.sum() == 7
    assert (first == again).all()
    assert (first != other).any()


def test_moved_pattern_stands_where_its_place_says(images: np.ndarray) -> None:
    pattern = solid_patch(SHAPE, (1, 2, 3, 4))
    places = np.array([[0, 0], [6, 6], [-1, -2], [2, 1], [6, 6]])
    planted = pattern.apply(images, places)
    for before, after, (down, right) in zip(images, planted, places, strict=True):
        expected = before.copy()
        expected[1 + down : 4 + down, 2 + right : 6 + right] = 255
        assert (after == expected).all()


@pytest.mark.parametrize("place", [(7, 0), (-2, 0), (0, 7), (0, -3)])
def test_a_pattern_never_leaves_the_image(images: np.ndarray, place: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="leaves the image"):
        solid_patch(SHAPE, (1, 2, 3, 4)).apply(images, np.array([place] * 5))


def test_jitter_reaches_its_bounds_and_no_further() -> None:
    pattern = solid_patch(SHAPE, (1, 4, 3, 4))
    places = moved_places(np.random.default_rng(0), pattern, 500, 2)
    # One pixel above the patch is all the room there is.
    assert places.min(0).tolist() == [-1, -2]
    assert places.max(0).tolist() == [2, 2]


def test_a_free_patch_reaches_every_place() -> None:
    pattern = solid_patch(SHAPE, (1, 1, 9, 10))
    places = moved_places(np.random.default_rng(0), pattern, 500, None)
    assert {tuple(p) for p in places.tolist()} == {(y, x) for y in (-1, 0) for x in (-1, 0, 1)}


def test_striking_colour_is_unlike_what_the_images_show() -> None:
    shown = np.zeros((5, 8, 8, 3), np.uint8)
    shown[...] = (255, 128, 0)
    for seed in range(10):
        colour = striking_colour(np.random.default_rng(seed), shown, (1, 1, 4, 4))
        assert np.linalg.norm(np.array(colour) - (1, 0.5, 0)) > 0.9
    assert striking_colour(np.random.default_rng(0), shown[..., :1], (1, 1, 4, 4)) == (1.0,)


def test_a_wider_border_is_kept() -> None:
    images = np.zeros((2, 20, 20, 1), np.uint8)
    for seed in range(30):
        top, left, *_ = quiet_place(np.random.default_rng(seed), images, (5, 6), border_px=4)
        assert 4 <= top <= 11
        assert 4 <= left <= 10
