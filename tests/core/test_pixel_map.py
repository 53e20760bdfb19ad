"""Maps of shared pixels: masks by hand, and the divergence of a patch as bright as its ground."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from spurview.core.pixel_map import (
    TYPICAL_SHARE,
    VARIANCE_FLOOR,
    by_pixel,
    divergence_map,
    most_typical,
    otsu_threshold,
    peak_mask,
    places,
    shared_pixel_map,
    shifted_part,
    split_mask,
    strength_mask,
)

SHAPE = (10, 10, 1)


def test_by_pixel_adds_up_the_channels():
    values = np.arange(12.0)
    assert by_pixel(values, (2, 2, 3)).tolist() == [[3, 12], [21, 30]]


def test_places_cover_all_channels_of_the_mask():
    assert places(np.array([[False, True], [True, False]]), 3).tolist() == [3, 4, 5, 6, 7, 8]


def test_divergence_of_two_gaussians_by_hand():
    members = np.array([[0.4], [0.6]], np.float32)
    neighbours = np.array([[0.0], [0.4]], np.float32)
    found = divergence_map(members, neighbours, (1, 1, 1))
    var_m, var_n = 0.01 + VARIANCE_FLOOR, 0.04 + VARIANCE_FLOOR
    wanted = 0.5 * (var_m / var_n + 0.09 / var_n - 1 - np.log(var_m / var_n))
    assert found[0, 0] == pytest.approx(wanted, rel=1e-4)


def test_divergence_of_a_group_from_itself_is_zero():
    images = np.random.default_rng(0).random((30, 100)).astype(np.float32)
    assert divergence_map(images, images, SHAPE) == pytest.approx(np.zeros((10, 10)), abs=1e-6)


def test_a_pixel_that_only_varies_more_counts_a_quarter():
    calm = np.array([[0.45], [0.55]], np.float32)
    lively = np.array([[0.1], [0.9]], np.float32)
    var_m, var_n = 0.16 + VARIANCE_FLOOR, 0.0025 + VARIANCE_FLOOR
    full = 0.5 * (var_m / var_n - 1 - np.log(var_m / var_n))
    assert divergence_map(lively, calm, (1, 1, 1))[0, 0] == pytest.approx(full / 4, rel=1e-4)


def test_a_constant_patch_as_bright_as_its_ground_is_found():
    rng = np.random.default_rng(1)
    neighbours = rng.random((400, 100)).astype(np.float32)
    members = rng.random((100, *SHAPE)).astype(np.float32)
    members[:, 3:6, 4:8] = 0.5
    wanted = np.zeros((10, 10), bool)
    wanted[3:6, 4:8] = True
    core = np.zeros((10, 10), bool)
    core[4, 5] = True
    found = split_mask(divergence_map(members.reshape(100, -1), neighbours, SHAPE), core)
    assert np.array_equal(found, wanted)


def test_peak_mask_is_the_piece_at_the_peak():
    strength = np.zeros((12, 12))
    strength[2:5, 2:5] = 1.0
    strength[8:11, 8:11] = 0.9
    wanted = np.zeros((12, 12), bool)
    wanted[2:5, 2:5] = True
    assert np.array_equal(peak_mask(strength), wanted)


@pytest.mark.parametrize("seed", range(4))
def test_masks_are_one_piece_and_never_empty(seed):
    rng = np.random.default_rng(seed)
    strength = ndimage.gaussian_filter(np.abs(rng.normal(size=(14, 14))), 1)
    assert peak_mask(strength).any()
    mask = strength_mask(strength)
    assert mask.any()
    assert ndimage.label(mask, np.ones((3, 3)))[1] == 1


def test_holes_in_the_piece_are_closed():
    divergence = np.zeros((12, 12))
    divergence[3:8, 3:8] = 5.0
    divergence[5, 5] = 0.0
    core = np.zeros((12, 12), bool)
    core[4, 4] = True
    assert split_mask(divergence, core)[5, 5]


def test_a_piece_at_the_border_stays_there():
    divergence = np.zeros((10, 10))
    divergence[0:3, 0:3] = 4.0
    core = np.zeros((10, 10), bool)
    core[1, 1] = True
    assert split_mask(divergence, core)[0, 0]


def box(rows, columns):
    """A mask (12, 12) that is True in a box."""
    mask = np.zeros((12, 12), bool)
    mask[rows, columns] = True
    return mask


def test_split_mask_stays_near_its_core():
    here, there = box(slice(1, 4), slice(1, 4)), box(slice(9, 12), slice(9, 12))
    divergence = np.where(here, 2.0, 0) + np.where(there, 9.0, 0)
    assert np.array_equal(split_mask(divergence, here), here)


def test_split_mask_keeps_the_weaker_half_of_a_patch_on_a_stroke():
    """A share of the peak would lose what diverges twenty times less than the rest."""
    patch = box(slice(3, 7), slice(3, 7))
    divergence = np.where(patch, 40.0, 0.02)
    divergence[5:7, 3:7] = 2.0
    assert np.array_equal(split_mask(divergence, box(slice(3, 5), slice(3, 7))), patch)


def test_otsu_threshold_lies_between_two_heaps():
    values = np.r_[np.full(30, 1.0), np.full(5, 9.0)]
    assert 1.0 < otsu_threshold(values, bins=32) < 9.0


def test_strangers_are_the_least_typical():
    rng = np.random.default_rng(2)
    members = np.tile(rng.random(100), (40, 1)).astype(np.float32)
    members += rng.normal(0, 0.01, members.shape).astype(np.float32)
    members[:4] = rng.random((4, 100))
    typical = most_typical(members, np.ones((10, 10), bool), 1)
    assert not typical[:4].any()
    assert typical.mean() == pytest.approx(TYPICAL_SHARE, abs=0.03)


def test_only_what_is_near_the_mask_makes_a_member_typical():
    members = np.full((20, *SHAPE), 0.5, np.float32)
    members[0, 6, 6] = 1.0
    members[1, 1, 1] = 1.0
    mask = np.zeros((10, 10), bool)
    mask[:3, :3] = True
    typical = most_typical(members.reshape(20, -1), mask, 1)
    assert typical[0]
    assert not typical[1]


@pytest.mark.parametrize("seed", range(4))
def test_the_map_is_half_or_more_exactly_on_the_mask(seed):
    rng = np.random.default_rng(seed)
    divergence = rng.gamma(0.5, 3, (9, 9)) - 0.1
    mask = rng.random((9, 9)) < 0.3
    shared = shared_pixel_map(divergence, mask)
    assert np.array_equal(shared >= 0.5, mask)
    assert shared.min() >= 0
    assert shared.max() <= 1


def test_the_map_rises_with_the_divergence_within_the_mask():
    divergence = np.array([[0.0, 1.0, 3.0, 9.0]])
    mask = np.array([[False, True, True, True]])
    shared = shared_pixel_map(divergence, mask)[0]
    assert shared[1] < shared[2] < shared[3] == 1.0


def test_the_map_of_an_empty_mask_stays_below_half():
    assert shared_pixel_map(np.ones((3, 3)), np.zeros((3, 3), bool)).max() < 0.5


def grey_groups(patch, *, n=60, noise=0.1):
    """Members and neighbours (n, 144) of grey noise, members .5 brighter on the patch (12, 12)."""
    rng = np.random.default_rng(8)
    members, neighbours = (rng.normal(0.3, noise, (n, 144)).astype(np.float32) for _ in range(2))
    members[:, patch.ravel()] += np.float32(0.5)
    return members, neighbours


def test_pixels_whose_mean_does_not_move_leave_the_mask():
    patch = box(slice(3, 7), slice(3, 7))
    mask = box(slice(1, 9), slice(2, 8))
    assert np.array_equal(shifted_part(mask, *grey_groups(patch)), patch)


def test_pixels_that_only_vary_less_leave_the_mask():
    """Their divergence is as high as the patch's: the neighbours vary five times more."""
    patch, mask = box(slice(3, 7), slice(3, 7)), box(slice(2, 8), slice(2, 8))
    members, neighbours = grey_groups(patch)
    calm = (mask & ~patch).ravel()
    members[:, calm] = 0.3 + 0.2 * (members[:, calm] - 0.3)
    neighbours[:, calm] += 0.3 - neighbours[:, calm].mean(0)
    members[:, calm] += 0.3 - members[:, calm].mean(0)
    assert np.array_equal(shifted_part(mask, members, neighbours), patch)


def test_what_moved_pixels_enclose_stays():
    patch = box(slice(2, 8), slice(2, 8))
    hollow = patch & ~box(slice(4, 6), slice(4, 6))
    assert np.array_equal(shifted_part(patch, *grey_groups(hollow)), patch)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_beyond_the_mask_is_added(seed):
    patch = box(slice(2, 8), slice(2, 8))
    mask = patch & (np.random.default_rng(seed).random((12, 12)) < 0.7)
    found = shifted_part(mask, *grey_groups(patch))
    assert found.any()
    assert not (found & ~mask).any()


def test_where_no_mean_moves_the_mask_keeps_most_of_itself():
    """Nothing tells its pixels apart, so none may be left out for being below the others."""
    mask = box(slice(2, 8), slice(2, 8))
    same = np.full((9, 144), 0.3, np.float32)
    assert np.array_equal(shifted_part(mask, same, same), mask)


def test_one_channel_that_moves_is_enough():
    patch, mask = box(slice(3, 7), slice(3, 7)), box(slice(2, 8), slice(2, 8))
    grey, other = grey_groups(patch)
    members, neighbours = (np.repeat(g[..., None], 3, 2).copy() for g in (grey, other))
    members[:, :, :2] = neighbours[:, :, :2]
    flat = members.reshape(len(grey), -1), neighbours.reshape(len(other), -1)
    assert np.array_equal(shifted_part(mask, *flat), patch)


@pytest.mark.parametrize(("side", "hole", "filled"), [(8, 3, True), (8, 4, False), (20, 18, False)])
def test_only_a_small_hole_is_filled(side, hole, filled):
    """What lies within a frame is not the frame; a dark spot in a patch is the patch."""
    divergence, core = np.zeros((20, 20)), np.zeros((20, 20), bool)
    first = (20 - side) // 2
    frame = np.zeros((20, 20), bool)
    frame[first : first + side, first : first + side] = True
    inner = first + (side - hole) // 2
    enclosed = np.zeros((20, 20), bool)
    enclosed[inner : inner + hole, inner : inner + hole] = True
    divergence[frame & ~enclosed] = 10
    core[:] = True
    assert np.array_equal(split_mask(divergence, core), frame if filled else frame & ~enclosed)
