"""Halves of the pool, overlap of sets, and the residuals that a class is searched in."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.material import ClassMaterial, f1, split_pool
from tests.core import pools


def test_f1_by_hand():
    found = np.array([True, True, True, False])
    wanted = np.array([True, False, False, True])
    assert f1(found, wanted) == pytest.approx(2 * 1 / (3 + 2))


def test_f1_of_nothing_is_zero():
    assert f1(np.zeros(3, bool), np.zeros(3, bool)) == 0


def test_half_a_is_half_of_the_pool_and_of_nothing_else():
    pool = np.arange(11) >= 3
    half = split_pool(pool, 0)
    assert half.sum() == 4
    assert not half[:3].any()


def test_the_split_follows_its_seed():
    pool = np.ones(50, bool)
    assert np.array_equal(split_pool(pool, 1), split_pool(pool, 1))
    assert not np.array_equal(split_pool(pool, 1), split_pool(pool, 2))


def test_the_halves_make_up_the_pool():
    material = pools.planted().material
    assert not (material.discover & material.confirm).any()
    assert np.array_equal(material.discover | material.confirm, material.pool)


def test_expected_is_the_mean_of_the_content_neighbours():
    material = pools.planted().material
    wanted = material.images[material.neighbours[5]].mean(0)
    assert material.expected[5] == pytest.approx(wanted, abs=1e-6)


def test_of_class_counts_pool_images_only():
    material = pools.planted().material
    mine = material.of_class(1)
    assert not mine[material.training].any()
    assert (material.predicted[mine] == 1).all()


def test_neighbours_for_proposing_are_of_other_classes_and_never_the_image_itself():
    found = ClassMaterial(pools.planted().material, 1)
    rows = np.flatnonzero(found.material.pool)
    near = found.near(rows)
    assert not found.mine[near].any()
    assert not (near == rows[:, None]).any()


def test_residuals_of_the_other_classes_have_no_mean():
    found = ClassMaterial(pools.planted().material, 1)
    assert found.residual(found.others).mean(0) == pytest.approx(np.zeros(144), abs=1e-5)


def test_residual_is_image_less_neighbours_up_to_one_constant():
    material = pools.planted().material
    found = ClassMaterial(material, 1)
    rows = found.members_a[:6]
    plain = material.images[rows] - material.images[found.near(rows)].mean(1)
    offset = plain - found.residual(rows)
    assert offset == pytest.approx(np.tile(offset[0], (6, 1)), abs=1e-5)


def test_training_images_are_halved():
    material = pools.planted().material
    halves = material.training_discover, material.training_confirm
    assert [int(half.sum()) for half in halves] == [60, 60]
    assert np.array_equal(halves[0] | halves[1], material.training)


def test_from_training_a_pattern_is_sought_among_half_the_training_images_of_the_class():
    material = pools.planted().material
    found = ClassMaterial(material, 1).from_training()
    rows = found.members_a
    assert (material.labels[rows] == 1).all()
    assert material.training_discover[rows].all()
    assert not found.mine[found.near(rows)].any()
    assert found.residual(rows).shape == (len(rows), 144)
