"""Large images by block means: by hand, and laws that tie blocks to pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core import coarse as module
from spurview.core.coarse import coarse, factor_of, slopes_of_blocks, to_full_size
from tests.core import pools

# Three rows of four pixels: the last row of blocks reaches one pixel beyond the border.
PIXELS = np.array([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], np.float32)


@pytest.fixture
def halved(monkeypatch):
    """Images of up to four pixels a side at half their size."""
    monkeypatch.setattr(module, "LONGEST_SIDE_PX", 2)


def material_of(images, shape):
    flat = np.asarray(images, np.float32).reshape(len(images), -1)
    latents = np.zeros((len(flat), 1), np.float32)
    return replace(pools.planted().material, shape=shape, images=flat, latents=latents)


@pytest.mark.parametrize(
    ("size", "factor"), [((32, 32), 1), ((33, 8), 2), ((8, 64), 2), ((65, 65), 3), ((96, 96), 3)]
)
def test_the_longer_side_becomes_32_pixels_at_the_most(size, factor):
    assert factor_of((*size, 3)) == factor


def test_small_images_stay_as_they_are():
    material = pools.planted().material
    assert coarse(material) is material
    slopes = np.ones((2, 144), np.float32)
    assert slopes_of_blocks(slopes, pools.SHAPE) is slopes


@pytest.mark.usefixtures("halved")
def test_block_means_by_hand_repeat_the_border():
    found = coarse(material_of([PIXELS, 2 * PIXELS], (3, 4, 1)))
    assert found.shape == (2, 2, 1)
    assert found.images.tolist() == [[2.5, 4.5, 8.5, 10.5], [5, 9, 17, 21]]


@pytest.mark.usefixtures("halved")
def test_channels_are_averaged_one_by_one():
    coloured = np.stack([PIXELS, 10 * PIXELS, 0 * PIXELS], 2)
    found = coarse(material_of([coloured], (3, 4, 3)))
    assert found.images.reshape(2, 2, 3)[0, 1].tolist() == [4.5, 45, 0]


@pytest.mark.usefixtures("halved")
def test_reconstructions_shrink_as_images_do():
    material = material_of([PIXELS], (3, 4, 1))
    found = coarse(replace(material, rebuilt=material.images + 1))
    assert found.rebuilt.tolist() == [[3.5, 5.5, 9.5, 11.5]]


def test_what_is_expected_of_blocks_is_the_block_means_of_what_is_expected(monkeypatch):
    material = pools.planted().material
    monkeypatch.setattr(module, "LONGEST_SIDE_PX", 4)
    expected = replace(material, images=material.expected)
    assert coarse(material).expected == pytest.approx(coarse(expected).images, abs=1e-6)


@pytest.mark.usefixtures("halved")
def test_a_mask_of_blocks_covers_their_pixels_within_the_image():
    found = to_full_size(np.array([[True, False], [False, True]]), (3, 4, 1))
    assert found.astype(int).tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]]


def test_the_mask_of_a_small_image_stays_as_it_is():
    mask = np.eye(12, dtype=bool)
    assert np.array_equal(to_full_size(mask, pools.SHAPE), mask)


@pytest.mark.parametrize("side", [4, 3])
@pytest.mark.usefixtures("halved")
def test_slopes_of_blocks_tell_what_a_change_of_whole_blocks_does(side):
    """A network that is linear in the pixels; blocks cover the image, or reach beyond it."""
    rng = np.random.default_rng(0)
    slopes = rng.normal(size=(1, side * side)).astype(np.float32)
    change = rng.normal(size=(2, 2))
    of_pixels = change.repeat(2, 0).repeat(2, 1)[:side, :side]
    by_pixels = (slopes.reshape(side, side) * of_pixels).sum()
    by_blocks = slopes_of_blocks(slopes, (side, side, 1)) @ change.ravel()
    assert by_blocks[0] == pytest.approx(by_pixels, rel=1e-5)
