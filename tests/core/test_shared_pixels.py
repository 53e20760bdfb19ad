"""Highlights, checked against the formulas worked out by hand on single pixels."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.shared_pixels import (
    Highlight,
    agreement,
    compose,
    enlarge,
    pattern_box,
    pattern_picture,
    residual_picture,
    weights,
)

BLACK = np.zeros((1, 8, 8, 1), np.uint8)
CORNER = np.zeros((8, 8), np.float32)
CORNER[2:4, 2:4] = 1
FULL = np.ones(1, np.float32)


def test_weight_is_zero_at_the_threshold_and_one_at_one():
    shared = np.array([[0.3, 0.65, 1.0]])
    assert weights(shared, FULL, 0.3)[0, 0] == pytest.approx([0, 0.5, 1])


def test_weight_follows_each_images_agreement():
    shown = weights(np.ones((1, 1)), np.array([1.0, 0.3, 0.0]), 0.3)
    assert shown[:, 0, 0] == pytest.approx([1, 0, 0])


def test_threshold_of_one_marks_nothing():
    assert not weights(np.ones((2, 2)), FULL, 1.0).any()


def test_agreement_is_clipped_to_its_range():
    assert agreement(np.array([-0.2, 0.5, 1.4])).tolist() == pytest.approx([0, 0.5, 1])


def test_heat_on_black_is_the_ramp_at_a_quarter_times_strength():
    picture = compose(BLACK, CORNER, FULL, Highlight("heat", 0.3, 0.8))
    quarter = (np.array([0x8C, 0x33, 0x05]) + np.array([0xFF, 0x9E, 0x0D])) / 2
    assert picture[0, 2, 2].astype(int) == pytest.approx(0.8 * quarter, abs=1)
    assert not picture[0, 0, 0].any()


def test_heat_mutes_colours_everywhere():
    red = np.zeros((1, 2, 2, 3), np.uint8)
    red[..., 0] = 255
    picture = compose(red, np.zeros((2, 2)), FULL, Highlight("heat"))
    luma = 0.299 * 255
    assert picture[0, 0, 0].astype(int) == pytest.approx(
        [0.4 * 255 + 0.6 * luma, 0.6 * luma, 0.6 * luma], abs=1
    )


def test_dim_darkens_all_but_the_marked():
    white = np.full((1, 8, 8, 1), 255, np.uint8)
    picture = compose(white, CORNER, FULL, Highlight("dim", 0.3, 0.8))
    assert picture[0, 2, 2].tolist() == [255] * 3
    assert picture[0, 0, 0].astype(int) == pytest.approx([255 * 0.28] * 3, abs=1)


def test_off_leaves_the_image():
    image = np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1)
    assert (compose(image, CORNER, FULL, Highlight("off"))[..., 0] == image[..., 0]).all()


@pytest.mark.parametrize(("zoom", "line", "band"), [(8, 1, 3), (16, 2, 5)])
def test_outline_is_a_line_on_a_black_band_around_the_marked(zoom, line, band):
    white = np.full((1, 8, 8, 1), 255, np.uint8)
    picture = compose(white, CORNER, FULL, Highlight("outline"), zoom)[0]
    across = picture[int(2.5 * zoom), : 3 * zoom]
    orange = (across == [0xFF, 0xB0, 0]).all(axis=1)
    assert orange.sum() == line
    assert (across < 255).any(axis=1).sum() == band
    assert (picture[3 * zoom, 3 * zoom] == 255).all()


def test_outline_at_the_border_is_closed_within_the_picture():
    edge = np.zeros((8, 8), np.float32)
    edge[:2, :2] = 1
    picture = compose(BLACK, edge, FULL, Highlight("outline"), 16)[0]
    orange = (picture == [0xFF, 0xB0, 0]).all(axis=2)
    assert orange[:, 8].sum() == 4
    assert orange[8].sum() == 4


def test_small_images_grow_pixel_by_pixel():
    image = np.array([[[0], [255]]], np.uint8)[None]
    assert enlarge(image, 3)[0, :, :, 0].tolist() == [[0, 0, 0, 255, 255, 255]] * 3


def test_large_images_grow_smoothly():
    image = np.zeros((1, 64, 64, 1), np.uint8)
    image[:, :, 32:] = 255
    row = enlarge(image, 1.5)[0, 0, :, 0]
    assert row.shape == (96,)
    assert len(np.unique(row)) > 2


def test_shrinking_averages():
    image = np.zeros((1, 4, 4, 1), np.uint8)
    image[:, :, ::2] = 200
    assert enlarge(image, 0.5)[0, :, 0, 0].astype(int) == pytest.approx([112, 112], abs=20)


def test_zero_residual_is_mid_grey():
    image = np.array([[[0], [100], [255]]], np.uint8)[None]
    reference = np.array([[[0], [100], [0]]], np.float32)[None]
    assert residual_picture(image, reference)[0, 0, :, 0].tolist() == [128, 128, 255]


def test_opaque_pattern_hides_the_check_and_the_rest_shows_it():
    mask = np.zeros((4, 4), np.float32)
    mask[0, 0] = 1
    template = mask[..., None]
    picture = pattern_picture(template, mask, 1.0)
    assert picture[0, 0].tolist() == [255] * 3
    assert {int(v) for v in picture[1:, 1:, 0].ravel()} == {117, 130}


def test_pattern_box_encloses_the_mask():
    assert pattern_box(CORNER) == (2, 2, 4, 4)
    assert pattern_box(np.zeros((3, 3))) is None
