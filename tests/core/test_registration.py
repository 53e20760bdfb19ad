"""Places of moved patterns, and windows there: by hand, and with windows pasted at known places."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from spurview.core.material import RIDGE
from spurview.core.registration import (
    BEYOND_PX,
    Window,
    best_matches,
    random_places,
    registered,
    residuals,
    window_covariance,
)
from spurview.core.template import cut
from tests.core import pools

COUNTED = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
SIZE, SIDE = 14, 5
WINDOW = np.random.default_rng(0).normal(size=(SIDE, SIDE, 2)).astype(np.float32)


def pasted(places):
    """(n, 2, 14, 14) of nothing, with what lies within them of the window at each place."""
    images = np.zeros((len(places), SIZE + 2 * SIDE, SIZE + 2 * SIDE, 2), np.float32)
    for image, (top, left) in zip(images, places, strict=True):
        image[top + SIDE : top + 2 * SIDE, left + SIDE : left + 2 * SIDE] = WINDOW
    inside = images[:, SIDE:-SIDE, SIDE:-SIDE]
    return torch.from_numpy(np.ascontiguousarray(inside.transpose(0, 3, 1, 2)))


def test_a_window_is_cut_at_its_place():
    found = cut(COUNTED, np.array([[1, 2]]), (2, 2))
    assert found[0, :, :, 0].tolist() == [[6, 7], [10, 11]]


def test_each_image_is_cut_at_its_own_place():
    found = cut(np.concatenate([COUNTED, COUNTED]), np.array([[0, 0], [2, 3]]), (1, 1))
    assert found.ravel().tolist() == [0, 11]


def test_beyond_the_border_its_pixels_are_repeated():
    found = cut(np.concatenate([COUNTED] * 2), np.array([[-1, -2], [2, 3]]), (2, 3))[..., 0]
    assert found[0].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert found[1].tolist() == [[11, 11, 11], [11, 11, 11]]
    partly = cut(COUNTED, np.array([[1, 3]]), (3, 2))[0, :, :, 0]
    assert partly.tolist() == [[7, 7], [11, 11], [11, 11]]


def test_the_window_of_a_mask_is_its_box_and_a_pixel_more():
    mask = np.zeros((3, 4), bool)
    mask[1, 2:] = True
    window = Window((3, 4, 1), mask)
    assert (window.corner.tolist(), window.side, window.shape) == ([1, 2], (1, 2), (3, 4, 1))
    assert window.box_mask.tolist() == [[True, True]]
    assert window.mask.sum() == 2
    assert window.mask[1, 1:3].all()
    flat = COUNTED.reshape(1, -1)
    assert window.of(flat).tolist() == [[1, 2, 3, 3, 5, 6, 7, 7, 9, 10, 11, 11]]
    assert window.of(flat, np.array([[0, 0]])).tolist() == [[0, 0, 1, 2, 0, 0, 1, 2, 4, 4, 5, 6]]


def test_best_matches_finds_the_window_where_it_was_pasted():
    rng = np.random.default_rng(1)
    places = random_places(rng, 40, (SIZE, SIZE), (SIDE, SIDE))
    scores, found = best_matches(pasted(places), WINDOW[None])
    assert np.array_equal(found[:, 0], places)
    assert scores[:, 0] == pytest.approx(np.full(40, np.square(WINDOW).sum()), rel=1e-5)


@pytest.mark.parametrize("place", [(-2, 4), (3, -1), (11, 10), (-1, 10), (-BEYOND_PX, 5)])
def test_best_matches_finds_the_window_beyond_the_border(place):
    """Half of the window and more is within the image; the score is what is left of it."""
    images = pasted([place])
    scores, found = best_matches(images, WINDOW[None])
    assert found[0, 0].tolist() == list(place)
    assert scores[0, 0] == pytest.approx(float(images.square().sum()), rel=1e-5)


def test_every_filter_has_its_own_score_and_place():
    images = pasted([(2, 7)])
    scores, found = best_matches(images, np.stack([WINDOW, -WINDOW, 2 * WINDOW]))
    assert scores.shape == (1, 3)
    assert found[0, 0].tolist() == found[0, 2].tolist() == [2, 7]
    assert scores[0, 2] == pytest.approx(2 * scores[0, 0])
    assert found[0, 1].tolist() != [2, 7]


def test_blocks_do_not_show(monkeypatch):
    images = pasted(random_places(np.random.default_rng(2), 11, (SIZE, SIZE), (SIDE, SIDE)))
    whole = best_matches(images, WINDOW[None])
    monkeypatch.setattr("spurview.core.registration._BLOCK", 3)
    for one, other in zip(best_matches(images, WINDOW[None]), whole, strict=True):
        assert np.array_equal(one, other)


def test_windows_of_white_noise_have_its_variance_and_the_ridge():
    noise = torch.from_numpy(np.random.default_rng(3).normal(0, 0.5, (60, 1, 16, 16)))
    found = window_covariance(noise.float(), (3, 3), np.random.default_rng(4))
    assert found.shape == (9, 9)
    assert np.diag(found) == pytest.approx(np.full(9, 0.25 + RIDGE), rel=0.15)
    assert np.abs(found - np.diag(np.diag(found))).max() < 0.05


def test_pixels_that_go_together_covary():
    rows = np.random.default_rng(5).normal(size=(60, 1, 16, 1)) * np.ones((1, 1, 1, 16))
    found = window_covariance(
        torch.from_numpy(rows).float(), (2, 2), np.random.default_rng(6)
    ) - RIDGE * np.eye(4)
    assert found[0, 1] == pytest.approx(found[0, 0], rel=1e-6)
    assert abs(found[0, 2]) < 0.15 * found[0, 0]


def test_random_places_reach_all_windows_within_the_image_and_no_other():
    found = random_places(np.random.default_rng(7), 500, (6, 9), (4, 9))
    assert set(found[:, 0].tolist()) == {0, 1, 2}
    assert set(found[:, 1].tolist()) == {0}


def test_residuals_are_images_less_what_is_expected_channels_first():
    material = pools.planted().material
    rows = np.array([5, 300])
    wanted = (material.images[rows] - material.expected[rows]).reshape(2, 1, 12, 12)
    assert np.array_equal(residuals(material)[rows].numpy(), wanted)


def test_registered_material_is_cut_with_what_is_expected_at_the_same_place():
    """What is expected of an image is not the mean of its neighbours' windows elsewhere."""
    material = pools.planted().material
    places = random_places(np.random.default_rng(8), len(material.images), (12, 12), (4, 3))
    found = registered(material, places, (4, 3))
    top, left = places[77]
    there = np.s_[top : top + 4, left : left + 3]
    assert found.shape == (4, 3, 1)
    assert np.array_equal(found.images[77], material.images[77].reshape(12, 12)[there].ravel())
    assert np.array_equal(found.expected[77], material.expected[77].reshape(12, 12)[there].ravel())
    assert np.array_equal(found.predicted, material.predicted)
