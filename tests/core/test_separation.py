"""Scores with a gap and without one, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.separation import pool_valley, step, training_valley, valley
from tests.core import pools
from tests.core.known import candidate


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


def test_valley_by_hand():
    scores = np.array([0.0, 0.2, 0.3, 0.5, 0.59, 0.9, 1.0, 1.1, 1.2])
    assert valley(scores, 1.0, 0.6) == pytest.approx(3 / 4)


def test_valley_reaches_up_to_the_threshold():
    scores = np.array([0.3, 0.7, 0.9, 1.0])
    assert valley(scores, 1.0, 0.8) == pytest.approx(2 / 2)


def test_valley_of_things_present_or_absent_is_empty():
    assert valley(np.array([0.0, 0.1, -0.1, 1.0, 1.1, 0.9]), 1.0, 0.55) == 0


def test_valley_without_hits_counts_what_lies_between():
    assert valley(np.array([0.3, 0.4, 0.5]), 1.0, 0.6) == 3


def test_valley_keeps_its_value_in_another_unit():
    scores = np.random.default_rng(0).normal(0.5, 0.4, 200)
    assert valley(7 * scores, 7.0, 4.2) == valley(scores, 1.0, 0.6)


def test_step_by_hand():
    scores = np.array([0.5, 0.8, 0.85, 0.9, 0.95, 1.0, 1.2])
    assert step(scores, 0.9) == pytest.approx((3 + 1) / (2 + 1))


def test_a_step_of_few_images_is_never_sure():
    assert step(np.array([0.95]), 0.9) == pytest.approx(1 / 2)
    assert step(np.full(50, 0.95), 0.9) == pytest.approx(1 / 51)


def test_what_passes_over_a_threshold_without_a_step_is_about_even():
    scores = np.random.default_rng(0).normal(0.9, 0.5, 4000)
    assert step(scores, 0.9) == pytest.approx(1, abs=0.2)


def test_bounds_to_colours_are_separate_by_their_step(planted):
    material = planted.material
    linear = np.full(len(planted.carriers), 0.4, np.float32)
    of_b = np.flatnonzero(material.of_class(1) & material.confirm)
    own = np.flatnonzero(material.training_confirm & (material.labels == 1))
    linear[of_b[:6]], linear[of_b[6:7]] = 0.7, 0.55
    linear[own[:8]] = 0.7
    made = candidate(linear > 0.6, linear=linear)
    bounds = replace(made, box=np.full(6, 0.2, np.float32))
    assert pool_valley(material, made) > 1
    assert pool_valley(material, bounds) == pytest.approx((1 + 1) / (6 + 1))
    assert training_valley(material, bounds) == pytest.approx((0 + 1) / (8 + 1))


def test_valleys_look_at_their_own_images_only(planted):
    material = planted.material
    linear = np.zeros(len(planted.carriers), np.float32)
    of_b = np.flatnonzero(material.of_class(1) & material.confirm)
    own = np.flatnonzero(material.training_confirm & (material.labels == 1))
    linear[of_b[:4]], linear[of_b[4:6]] = 1.0, 0.4
    linear[own[:8]], linear[own[8:9]] = 1.0, 0.4
    linear[np.flatnonzero(material.of_class(1) & material.discover)] = 0.4
    made = candidate(linear > 0.6, linear=linear)
    assert pool_valley(material, made) == pytest.approx(2 / 4)
    assert training_valley(material, made) == pytest.approx(1 / 8)


def test_training_scores_are_unknown_without_training_images(planted):
    bare = replace(planted.material, training=np.zeros(len(planted.carriers), bool))
    assert training_valley(bare, candidate(planted.carriers)) is None


def test_the_look_of_a_class_is_separate_only_where_no_other_class_comes_near_it(planted):
    """All images of the class have it, so that none of them lies in the valley."""
    material = planted.material
    own = material.training & (material.labels == 1)
    others = np.flatnonzero(material.training_confirm & ~own)
    linear = own.astype(np.float32)
    linear[others[: len(others) // 2]] = 0.4
    look = candidate(linear > 0.6, family="whole", linear=linear)
    assert training_valley(material, look) == pytest.approx(0.5, abs=0.01)
    # What has a place has surroundings to be told apart by, ...
    assert training_valley(material, replace(look, family="local")) == 0
    # ... and what some of the class do not have is separate from them.
    linear = np.where(own & (np.arange(len(own)) % 2 == 0), 0.0, linear).astype(np.float32)
    assert training_valley(material, replace(look, linear=linear)) == 0


def test_others_near_the_look_count_for_more_where_some_of_the_class_lack_it(planted):
    """Half of the others lie in the valley: .5 over the share of the class that has the look."""
    material = planted.material
    own = np.flatnonzero(material.training_confirm & (material.labels == 1))
    others = np.flatnonzero(material.training_confirm & (material.labels != 1))
    linear = np.zeros(len(material.images), np.float32)
    linear[own[1:]] = 1.0
    linear[others[: len(others) // 2]] = 0.4
    look = candidate(linear > 0.6, family="whole", linear=linear)
    rate, near = 1 - 1 / len(own), len(others) // 2 / len(others)
    assert rate > 0.95
    assert training_valley(material, look) == pytest.approx(near / rate)
