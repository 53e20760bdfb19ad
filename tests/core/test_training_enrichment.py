"""Carriers among training images, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.separation import training_valley
from spurview.core.training_enrichment import training_p, training_rates
from tests.core import pools
from tests.core.known import candidate


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


def test_training_rates_by_hand():
    material = pools.planted().material
    hits = np.zeros(len(material.images), bool)
    own = np.flatnonzero(material.training_confirm & (material.labels == 1))
    other = np.flatnonzero(material.training_confirm & (material.labels == 0))
    hits[own[:12]] = True
    hits[other[:3]] = True
    assert training_rates(material, candidate(hits)) == pytest.approx(
        [3 / len(other), 12 / len(own)]
    )


def test_training_images_that_may_have_proposed_are_not_counted(planted):
    material = planted.material
    assert training_rates(material, candidate(material.training_discover)) == [0.0, 0.0]
    assert training_p(material, candidate(material.training_discover)) == pytest.approx(1.0)


def test_training_counts_no_pool_image(planted):
    hits = planted.material.pool.copy()
    assert training_rates(planted.material, candidate(hits)) == [0.0, 0.0]


def test_training_is_unknown_without_training_images(planted):
    bare = replace(planted.material, training=np.zeros(len(planted.carriers), bool))
    assert training_rates(bare, candidate(planted.carriers)) is None


def test_training_p_is_fishers_exact_test(planted):
    """Three of three in the class, none of three elsewhere: 1 of (6 over 3) = 20 tables."""
    material = planted.material
    own = np.flatnonzero(material.training_confirm & (material.labels == 1))[:3]
    other = np.flatnonzero(material.training_confirm & (material.labels == 0))[:3]
    training = np.zeros(len(planted.carriers), bool)
    training[np.r_[own, other]] = True
    hits = np.zeros(len(planted.carriers), bool)
    hits[own] = True
    made = replace(material, training=training)
    # A cached property: these six are the half that counts.
    made.__dict__["training_confirm"] = training
    assert training_p(made, candidate(hits)) == pytest.approx(1 / 20)


def test_classes_without_training_images_are_not_compared_with(planted):
    """As where a network tells a thousand classes apart and few are of interest."""
    material = planted.material
    own = np.flatnonzero(material.training_confirm & (material.labels == 1))
    hits = np.zeros(len(planted.carriers), bool)
    hits[own] = True
    many = replace(material, labels=np.where(material.labels == 0, 3, material.labels), n_classes=5)
    assert training_rates(many, candidate(hits)) == [0, 1, 0, 0, 0]
    assert training_p(many, candidate(hits)) == training_p(material, candidate(hits)) < 1e-6


def test_a_class_without_training_images_tells_nothing(planted):
    """Without rates and a valley among them `decide` leaves the training images out."""
    material = planted.material
    of_others = replace(material, training=material.training & (material.labels != 1))
    assert training_rates(of_others, candidate(planted.carriers)) is None
    assert training_valley(of_others, candidate(planted.carriers)) is None
    assert training_p(of_others, candidate(planted.carriers)) == 1
