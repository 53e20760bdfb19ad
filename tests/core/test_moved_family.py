"""Patterns that move, on a pool in which a patch stands anywhere and decides the class."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from spurview.core.decide import LEAST_Z
from spurview.core.enrichment import enrichment
from spurview.core.errors import Cancelled
from spurview.core.material import f1
from spurview.core.moved_family import MovedSearch, shared_divergence
from spurview.core.progress import silent
from spurview.core.registration import residuals
from spurview.core.rigid_match import THRESHOLD
from spurview.core.template import shifted
from tests.core import moved_pools, pools
from tests.core.moved_pools import SIDE_PX, TARGET


def searched(planted, class_index=TARGET, *, with_network=True, report=silent):
    material = planted.material
    every = residuals(material)
    gradient = partial(moved_pools.slopes, planted) if with_network else None
    rng = np.random.default_rng(0)
    return MovedSearch(material, every, class_index, gradient, rng).candidates(report)


def box_of(material, place):
    mask = np.zeros(material.shape[:2], bool)
    top, left = place
    mask[top : top + SIDE_PX, left : left + SIDE_PX] = True
    return mask


@pytest.fixture(scope="module")
def planted():
    return moved_pools.moved()


@pytest.fixture(scope="module", params=[True, False], ids=["gradient", "no network"])
def found(planted, request):
    return searched(planted, with_network=request.param)


def test_the_carriers_are_found(planted, found):
    assert found
    assert all(f1(c.hits, planted.carriers) >= 0.95 for c in found)


def test_each_image_has_the_mask_where_its_patch_stands(planted, found):
    candidate = max(found, key=lambda c: c.key)
    right = [
        np.array_equal(
            shifted(candidate.mask, candidate.places[row]),
            box_of(planted.material, planted.places[row]),
        )
        for row in np.flatnonzero(candidate.hits & planted.carriers)
    ]
    assert np.mean(right) >= 0.95


def test_a_moved_candidate_is_of_the_class_and_says_so(found):
    for candidate in found:
        assert (candidate.family, candidate.class_index) == ("moved", TARGET)
        assert candidate.detectors == {"exemplars"}
        assert candidate.agreement > 0.95


def test_members_score_about_1_and_others_about_0(planted, found):
    for candidate in found:
        assert np.median(candidate.linear[planted.carriers]) == pytest.approx(1, abs=0.1)
        assert np.median(candidate.linear[~planted.carriers]) < 0.4


def test_carriers_among_training_images_are_found_as_well(planted, found):
    training = planted.material.training
    assert np.array_equal(found[0].hits & training, planted.carriers & training)


def test_a_class_without_the_pattern_gives_none(planted):
    assert searched(planted, 1 - TARGET) == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("with_network", [True, False])
def test_where_nothing_is_no_candidate_is_enriched(seed, with_network):
    nothing = moved_pools.moved(seed, in_pool=0)
    for class_index in (0, 1):
        for candidate in searched(nothing, class_index, with_network=with_network):
            assert enrichment(nothing.material, candidate).z < LEAST_Z


def test_a_pattern_that_stays_is_no_moved_one():
    assert searched(moved_pools.moved(stays=True)) == []


def test_a_coloured_pattern_is_found():
    coloured = moved_pools.moved(channels=3)
    assert max(f1(c.hits, coloured.carriers) for c in searched(coloured)) >= 0.95


def test_a_bright_square_among_strokes_is_told_by_how_close_they_come():
    square = moved_pools.square()
    found = searched(square, with_network=False)
    rigid = [c for c in found if c.threshold == THRESHOLD]
    best = max(rigid, key=lambda c: c.key)
    assert f1(best.hits, square.carriers) > 0.9
    assert best.key == max(c.key for c in found)
    assert np.median(best.linear[~square.carriers]) == pytest.approx(0, abs=0.2)
    by_filter = [f1(c.hits, square.carriers) for c in found if c.threshold != THRESHOLD]
    assert max(by_filter, default=0) < 0.9


def stop(done, total, message):
    raise Cancelled


def test_images_smaller_than_two_windows_are_not_searched():
    """Not even begun, or the report would stop it."""
    small = pools.planted().material
    every = residuals(small)
    assert MovedSearch(small, every, 1, None, np.random.default_rng(0)).candidates(stop) == []


def test_cancelling_passes_through(planted):
    with pytest.raises(Cancelled):
        searched(planted, report=stop)


def test_images_are_not_written_to(planted):
    """They are shared by the searches of all classes."""
    material = planted.material
    every = residuals(material)
    before = material.images.copy(), material.expected.copy()
    MovedSearch(material, every, 1, None, np.random.default_rng(0)).candidates(silent)
    assert np.array_equal(material.images, before[0])
    assert np.array_equal(material.expected, before[1])


def test_registered_windows_diverge_where_the_patch_is_and_nowhere_else(planted):
    material = planted.material
    inside = ((planted.places > 2) & (planted.places < 14)).all(1)
    rows = np.flatnonzero(planted.carriers & material.pool & inside)
    side = (SIDE_PX + 4, SIDE_PX + 4)
    divergence = shared_divergence(material, rows, planted.places[rows] - 2, side)
    on_patch = np.zeros(side, bool)
    on_patch[2:-2, 2:-2] = True
    assert divergence[on_patch].min() > 5 * divergence[~on_patch].max()
