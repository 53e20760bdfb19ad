"""Inserting and removing a pattern, pixel by pixel by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.template import insert, insert_moved, moved_masks, remove, shifted

IMAGES = np.array([0.2, 0.4, 0.9], np.float32).reshape(1, 1, 3, 1)


def template(*values):
    return np.array(values, np.float32).reshape(1, 3, 1)


def mask(*values):
    return np.array(values, np.float32).reshape(1, 3)


def flat(images):
    return images.ravel().tolist()


def test_opacity_1_replaces_on_the_mask_only():
    made = insert(IMAGES, template(0.7, 0.1, 0), mask(1, 1, 0), 1.0)
    assert flat(made) == pytest.approx([0.7, 0.1, 0.9])


def test_opacity_0_adds_and_clips():
    made = insert(IMAGES, template(0.3, -0.6, 0.5), mask(1, 1, 1), 0.0)
    assert flat(made) == pytest.approx([0.5, 0.0, 1.0])


def test_a_blend_keeps_its_share_of_the_image():
    made = insert(IMAGES, template(0.5, 0.1, 0), mask(1, 0.5, 0), 0.5)
    assert flat(made) == pytest.approx([0.6, 0.4, 0.9])


def test_removal_fills_the_mask_from_the_reference():
    reference = np.array([1.0, 0.0, 0.0], np.float32).reshape(1, 1, 3, 1)
    assert flat(remove(IMAGES, reference, mask(1, 0.5, 0))) == pytest.approx([1.0, 0.2, 0.9])


def test_removal_undoes_an_insertion_that_replaced():
    planted = insert(IMAGES, template(0.7, 0.1, 0), mask(1, 1, 0), 1.0)
    assert flat(remove(planted, IMAGES, mask(1, 1, 0))) == pytest.approx(flat(IMAGES))


def test_channels_are_put_in_one_by_one():
    images = np.full((2, 1, 1, 3), 0.5, np.float32)
    values = np.array([1.0, 0.0, 0.25], np.float32).reshape(1, 1, 3)
    made = insert(images, values, np.ones((1, 1), np.float32), 1.0)
    assert made.tolist() == [[[[1.0, 0.0, 0.25]]]] * 2


def test_images_are_not_written_to():
    before = IMAGES.copy()
    insert(IMAGES, template(1, 1, 1), mask(1, 1, 1), 0.5)
    remove(IMAGES, np.zeros_like(IMAGES), mask(1, 1, 1))
    assert np.array_equal(IMAGES, before)


def test_results_are_float32():
    assert insert(IMAGES, template(0, 0, 0), mask(1, 1, 1), 0.3).dtype == np.float32
    assert remove(IMAGES, IMAGES, mask(1, 1, 1)).dtype == np.float32


COUNTED = np.arange(1, 7).reshape(2, 3)


@pytest.mark.parametrize(
    ("offset", "wanted"),
    [
        ((0, 0), [[1, 2, 3], [4, 5, 6]]),
        ((0, 1), [[0, 1, 2], [0, 4, 5]]),
        ((1, -1), [[0, 0, 0], [2, 3, 0]]),
        ((-1, 2), [[0, 0, 4], [0, 0, 0]]),
        ((2, 0), [[0, 0, 0], [0, 0, 0]]),
        ((0, -9), [[0, 0, 0], [0, 0, 0]]),
    ],
)
def test_what_leaves_is_lost_and_what_enters_is_0(offset, wanted):
    assert shifted(COUNTED, np.array(offset)).tolist() == wanted


def test_channels_are_shifted_together_and_masks_stay_masks():
    coloured = np.stack([COUNTED, 10 * COUNTED], 2)
    moved = shifted(coloured, np.array([0, 1]))
    assert moved[1, 2].tolist() == [5, 50]
    assert shifted(COUNTED > 3, np.array([-1, 0])).tolist() == [[True] * 3, [False] * 3]


def test_each_image_gets_the_pattern_at_its_own_place():
    offsets = np.array([[0, 2], [0, 0], [0, -1], [0, 2]], np.int16)
    images = np.full((4, 1, 3, 1), 0.5, np.float32)
    made = insert_moved(images, template(0.9, 0, 0), mask(1, 0, 0), 1.0, offsets)
    assert made[:, 0, :, 0] == pytest.approx(
        np.array([[0.5, 0.5, 0.9], [0.9, 0.5, 0.5], [0.5, 0.5, 0.5], [0.5, 0.5, 0.9]])
    )


@pytest.mark.parametrize("seed", range(3))
def test_moving_and_inserting_is_inserting_what_is_moved(seed):
    rng = np.random.default_rng(seed)
    images = rng.random((9, 5, 6, 3)).astype(np.float32)
    values = rng.normal(size=(5, 6, 3)).astype(np.float32)
    weight = rng.random((5, 6)).astype(np.float32)
    offsets = rng.integers(-3, 4, (9, 2))
    made = insert_moved(images, values, weight, 0.6, offsets)
    for image, offset, found in zip(images, offsets, made, strict=True):
        one = insert(image[None], shifted(values, offset), shifted(weight, offset), 0.6)
        assert np.array_equal(one[0], found)


def test_each_mask_moves_by_its_own_offset():
    moved = moved_masks(mask(1, 0.5, 0), np.array([[0, 1], [0, -1]]))
    assert moved.tolist() == [[[0, 1, 0.5]], [[0.5, 0, 0]]]


def test_removal_fills_each_image_at_its_own_place():
    images = np.concatenate([IMAGES, IMAGES])
    masks = np.stack([mask(1, 0, 0), mask(0, 0, 0.5)])
    cleaned = remove(images, np.zeros_like(images), masks)
    assert flat(cleaned) == pytest.approx([0, 0.4, 0.9, 0.2, 0.4, 0.45])
