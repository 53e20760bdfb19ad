"""Evidence on held-out images: by hand, and on nulls made so that nothing is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.candidate import Candidate
from spurview.core.confirmation import (
    benjamini_hochberg,
    content_dependence,
    enrichment,
    pool_valley,
    training_p,
    training_rates,
    training_valley,
)
from tests.core import pools


def candidate(hits, class_index=1, mask=None, linear=None):
    return Candidate(
        class_index=class_index,
        family="local",
        detectors=frozenset({"class"}),
        mask=pools.planted().mask if mask is None else mask,
        hits=hits,
        linear=hits.astype(np.float32) if linear is None else linear,
        threshold=0.6,
        agreement=1.0,
        key=1.0,
    )


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


def random_hits(material, seed, n=60):
    hits = np.zeros(len(material.images), bool)
    rows = np.flatnonzero(material.pool)
    # Not the stream that split the pool: its first rows all lie in half A.
    hits[np.random.default_rng([7, seed]).permutation(rows)[:n]] = True
    return hits


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


def test_content_that_explains_the_class_is_no_enrichment(planted):
    """Carriers chosen by content get the class because of it, and so do their neighbours."""
    material = planted.material
    hits = material.pool & (material.latents[:, 0] > 1) & ~planted.carriers
    assert abs(enrichment(material, candidate(hits)).z) < 2


def test_enrichment_without_carriers_has_no_lift(planted):
    found = enrichment(planted.material, candidate(np.zeros(len(planted.carriers), bool)))
    assert (found.matching, found.lift, found.z, found.p) == (0, None, 0.0, 0.5)


def test_training_rates_by_hand():
    material = pools.planted().material
    hits = np.zeros(len(material.images), bool)
    own = np.flatnonzero(material.training & (material.labels == 1))
    other = np.flatnonzero(material.training & (material.labels == 0))
    hits[own[:12]] = True
    hits[other[:3]] = True
    assert training_rates(material, candidate(hits)) == pytest.approx(
        [3 / len(other), 12 / len(own)]
    )


def test_training_counts_no_pool_image(planted):
    hits = planted.material.pool.copy()
    assert training_rates(planted.material, candidate(hits)) == [0.0, 0.0]


def test_training_is_unknown_without_training_images(planted):
    bare = replace(planted.material, training=np.zeros(len(planted.carriers), bool))
    assert training_rates(bare, candidate(planted.carriers)) is None
    assert training_valley(bare, candidate(planted.carriers)) is None


def test_training_p_is_fishers_exact_test(planted):
    """Three of three in the class, none of three elsewhere: 1 of (6 over 3) = 20 tables."""
    material = planted.material
    own = np.flatnonzero(material.training & (material.labels == 1))[:3]
    other = np.flatnonzero(material.training & (material.labels == 0))[:3]
    training = np.zeros(len(planted.carriers), bool)
    training[np.r_[own, other]] = True
    hits = np.zeros(len(planted.carriers), bool)
    hits[own] = True
    assert training_p(replace(material, training=training), candidate(hits)) == pytest.approx(
        1 / 20
    )


def test_valleys_look_at_their_own_images_only(planted):
    material = planted.material
    linear = np.zeros(len(planted.carriers), np.float32)
    of_b = np.flatnonzero(material.of_class(1) & material.confirm)
    own = np.flatnonzero(material.training & (material.labels == 1))
    linear[of_b[:4]], linear[of_b[4:6]] = 1.0, 0.4
    linear[own[:8]], linear[own[8:9]] = 1.0, 0.4
    linear[np.flatnonzero(material.of_class(1) & material.discover)] = 0.4
    made = candidate(linear > 0.6, linear=linear)
    assert pool_valley(material, made) == pytest.approx(2 / 4)
    assert training_valley(material, made) == pytest.approx(1 / 8)


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


def test_benjamini_hochberg_by_hand():
    q = benjamini_hochberg([0.01, 0.04, 0.03, 0.5])
    assert q == pytest.approx([0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5])


def test_benjamini_hochberg_of_nothing():
    assert benjamini_hochberg([]) == []


@pytest.mark.parametrize("seed", range(3))
def test_q_values_are_no_smaller_than_p_and_keep_their_order(seed):
    p = np.random.default_rng(seed).random(20) ** 3
    q = np.array(benjamini_hochberg(p.tolist()))
    assert (q >= p - 1e-12).all()
    assert (np.diff(q[np.argsort(p)]) >= 0).all()
