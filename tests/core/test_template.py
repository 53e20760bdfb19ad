"""Inserting and removing a pattern, pixel by pixel by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.template import insert, remove

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
