"""Carriers told by the rest of the image, and nulls that are not: patches that stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.independence import content_dependence
from tests.core import pools
from tests.core.known import candidate, random_hits


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


def test_random_carriers_do_not_depend_on_content(planted):
    found = [
        content_dependence(planted.material, candidate(random_hits(planted.material, s)))
        for s in range(10)
    ]
    assert np.mean(found) < 0.56


def test_the_planted_patch_does_not_depend_on_content(planted):
    assert content_dependence(planted.material, candidate(planted.carriers)) < 0.6


def test_carriers_told_by_their_surroundings_depend_on_content(planted):
    hits = planted.material.pool & (planted.material.latents[:, 1] > 0.8)
    assert content_dependence(planted.material, candidate(hits)) > 0.95


def test_what_cannot_be_measured_counts_as_dependent(planted):
    """Fewer than 3 carriers in a half prove no independence."""
    assert content_dependence(planted.material, candidate(random_hits(planted.material, 0, 2))) == 1


def test_a_half_of_carriers_alone_tells_nothing(planted):
    """There is nobody in it to tell them from, nor to learn it by."""
    material = planted.material
    hits = material.confirm | (random_hits(material, 0) & material.discover)
    assert content_dependence(material, candidate(hits)) == 1


def test_nothing_within_the_mask_counts_as_content(planted):
    """The patch itself tells the carriers perfectly, and must not be seen."""
    material = planted.material
    images = material.images.reshape(-1, 12, 12).copy()
    hits = random_hits(material, 3)
    images[np.ix_(hits, range(7, 10), range(2, 5))] = 5.0
    changed = replace(material, images=images.reshape(len(images), -1))
    assert content_dependence(changed, candidate(hits)) == content_dependence(
        material, candidate(hits)
    )
