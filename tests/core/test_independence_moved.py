"""Whether carriers of a pattern that moves are told by the rest of the image."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.independence import content_dependence
from tests.core import moved_pools
from tests.core.moved_candidates import HOME, known_candidate
from tests.core.moved_pools import SIDE_PX


@pytest.fixture(scope="module")
def planted():
    return moved_pools.moved()


def random_hits(material, seed):
    hits = np.zeros(len(material.images), bool)
    rows = np.flatnonzero(material.pool)
    hits[np.random.default_rng([7, seed]).permutation(rows)[:70]] = True
    return hits


def test_the_planted_patch_does_not_depend_on_content(planted):
    assert content_dependence(planted.material, known_candidate(planted)) < 0.6


def test_random_carriers_in_random_places_do_not_depend_on_content(planted):
    found = [
        content_dependence(
            planted.material, known_candidate(planted, hits=random_hits(planted.material, seed))
        )
        for seed in range(10)
    ]
    assert np.mean(found) < 0.56


def brightest(material):
    """(N, 2) offsets from home of each image's brightest window of the pattern's size."""
    images = material.images.reshape(-1, 20, 20)
    windows = np.lib.stride_tricks.sliding_window_view(images, (SIDE_PX, SIDE_PX), axis=(1, 2))
    means = windows.mean((3, 4)).reshape(len(images), -1)
    return np.stack(np.unravel_index(means.argmax(1), (17, 17)), 1) - HOME


def test_where_the_others_match_best_does_not_tell_carriers_apart():
    """Were the others hidden at their brightest, what is left of them would be darker."""
    nothing = moved_pools.moved(in_pool=0)
    found = []
    for seed in range(6):
        hits = random_hits(nothing.material, seed)
        places = brightest(nothing.material)
        places[hits] = np.random.default_rng(seed).integers(-8, 9, (int(hits.sum()), 2))
        made = known_candidate(nothing, hits=hits, places=places.astype(np.int16))
        found.append(content_dependence(nothing.material, made))
    assert np.mean(found) < 0.58


def test_carriers_told_by_content_depend_on_it(planted):
    hits = planted.material.pool & (planted.material.latents[:, 1] > 0.8)
    assert content_dependence(planted.material, known_candidate(planted, hits=hits)) > 0.88


def test_nothing_within_the_pattern_counts_as_content(planted):
    """The bright patch itself tells the carriers perfectly, and must not be seen."""
    material = planted.material
    hits = random_hits(material, 3)
    images = material.images.reshape(-1, 20, 20).copy()
    for row in np.flatnonzero(hits):
        top, left = planted.places[row]
        images[row, top : top + 4, left : left + 4] = 1.0
    bright = moved_pools.replace_images(planted, images)
    assert content_dependence(bright.material, known_candidate(bright, hits=hits)) < 0.6
