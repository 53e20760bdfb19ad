"""Carriers of half B against their content, and nulls made so that nothing is there."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.enrichment import enrichment
from tests.core import pools
from tests.core.known import candidate, random_hits


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


def test_enrichment_of_random_carriers_is_about_zero(planted):
    """In all of 60 draws together as in each of them: mean 0, deviation not above 1."""
    z = [
        enrichment(planted.material, candidate(random_hits(planted.material, s))).z
        for s in range(60)
    ]
    assert abs(np.mean(z)) < 3 / np.sqrt(60)
    assert 0.5 < np.std(z) < 1.3
    assert max(z) < 3.5


def test_enrichment_of_the_planted_patch_is_large(planted):
    assert enrichment(planted.material, candidate(planted.carriers)).z > 5


def test_enrichment_counts_half_b_only(planted):
    material = planted.material
    found = enrichment(material, candidate(planted.carriers))
    carriers_b = planted.carriers & material.confirm
    assert found.matching == carriers_b.sum()
    assert found.of_class == (carriers_b & (material.predicted == 1)).sum()
    assert found.lift == pytest.approx(found.of_class / found.expected)


def test_carriers_of_half_a_change_nothing_but_the_neighbours(planted):
    """Discovery looked at half A, so its predicted classes must not count as observed."""
    material = planted.material
    hits = planted.carriers & material.confirm
    both = enrichment(material, candidate(hits | (planted.carriers & material.discover)))
    assert both.matching == enrichment(material, candidate(hits)).matching


def test_what_content_explains_is_told_by_images_of_half_a_that_carry_nothing(planted):
    """Among them the carriers are not, though they may be nearest: by plain sorting."""
    material, hits = planted.material, planted.carriers
    mine = material.of_class(1)
    free = np.flatnonzero(material.discover & ~hits)
    expected = 0.0
    for row in np.flatnonzero(hits & material.confirm):
        away = np.linalg.norm(material.latents[free] - material.latents[row], axis=1)
        expected += mine[free[np.argsort(away)[: pools.NEIGHBOURS]]].mean()
    assert enrichment(material, candidate(hits)).expected == pytest.approx(expected)


def test_content_that_explains_the_class_is_no_enrichment(planted):
    """Carriers chosen by content get the class because of it, and so do their neighbours."""
    material = planted.material
    hits = material.pool & (material.latents[:, 0] > 1) & ~planted.carriers
    assert abs(enrichment(material, candidate(hits)).z) < 2


def test_enrichment_without_carriers_has_no_lift(planted):
    found = enrichment(planted.material, candidate(np.zeros(len(planted.carriers), bool)))
    assert (found.matching, found.lift, found.z, found.p) == (0, None, 0.0, 0.5)
