"""Whether carriers of a pattern that moves are told by the rest of the image."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.independence import content_dependence
from tests.core import moved_pools
from tests.core.moved_candidates import known_candidate


@pytest.fixture(scope="module")
def planted():
    return moved_pools.moved()


def random_hits(material, seed):
    hits = np.zeros(len(material.images), bool)
    rows = np.flatnonzero(material.pool)
    hits[np.random.default_rng([7, seed]).permutation(rows)[:70]] = True
    return hits


def places_of(rng, n, low, high):
    return rng.integers(low, high, (n, 2)).astype(np.int16)


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


def test_where_carriers_have_it_does_not_tell_them_apart(planted):
    """Carriers have it in one corner, others match best anywhere: hiding must not tell."""
    material = planted.material
    found = []
    for seed in range(10):
        rng = np.random.default_rng([8, seed])
        hits = random_hits(material, seed)
        places = places_of(rng, len(hits), -8, 9)
        places[hits] = places_of(rng, int(hits.sum()), -8, -5)
        made = known_candidate(planted, hits=hits, places=places)
        found.append(content_dependence(material, made))
    assert np.mean(found) < 0.56


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
