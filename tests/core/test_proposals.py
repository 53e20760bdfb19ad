"""Guesses at groups: each detector on a pool in which one group is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spurview.core.material import ClassMaterial, f1
from spurview.core.proposals import (
    clusters,
    gradient_windows,
    leading,
    least_members,
    local_windows,
    reconstruction_clusters,
    residual_clusters,
    whole_class,
)
from tests.core import pools


@pytest.fixture(scope="module")
def found():
    return ClassMaterial(pools.planted().material, 1)


@pytest.fixture(scope="module")
def carriers(found):
    """Over `members_a`, like the proposals."""
    return pools.planted().carriers[found.members_a]


def best(proposals, carriers):
    return max(f1(p.members, carriers) for p in proposals)


def test_the_whole_class_is_always_proposed(found):
    (proposal,) = whole_class(found)
    assert proposal.members.all()
    assert len(proposal.members) == len(found.members_a)


def test_least_members_by_hand():
    assert (least_members(100), least_members(2000)) == (8, 30)


def test_clusters_of_whitened_residuals_find_the_carriers(found, carriers):
    assert best(residual_clusters(found), carriers) > 0.9


def test_windows_find_the_carriers(found, carriers):
    assert best(local_windows(found), carriers) > 0.9


def test_windows_propose_at_most_four_of_different_members(found):
    proposals = local_windows(found)
    assert 1 <= len(proposals) <= 4
    for index, one in enumerate(proposals):
        assert all(f1(one.members, other.members) < 0.5 for other in proposals[:index])


def test_what_the_vae_fails_to_rebuild_finds_the_carriers(carriers):
    """A decoder that knows content only gives back the image without its patch."""
    clean = pools.planted(0, in_pool=0, in_training=0.0).material.images
    material = replace(pools.planted().material, rebuilt=clean)
    assert best(reconstruction_clusters(ClassMaterial(material, 1)), carriers) > 0.9


def test_without_reconstructions_nothing_is_proposed_from_them(found):
    assert reconstruction_clusters(found) == []


def test_windows_of_the_gradient_lean_to_the_carriers(found, carriers):
    def gradients(rows, class_index):
        slope = np.zeros(pools.SHAPE, np.float32)
        slope[pools.PATCH] = pools.PATCH_VALUES[..., None] - 0.5
        return np.tile(slope.ravel(), (len(rows), 1))

    proposals = gradient_windows(found, gradients, np.random.default_rng(0))
    assert carriers[proposals[0].members].all()
    assert proposals[0].members.sum() == least_members(len(carriers))


def test_clusters_of_two_clouds():
    rng = np.random.default_rng(0)
    points = np.r_[rng.normal(0, 1, (80, 3)), rng.normal(12, 1, (40, 3))].astype(np.float32)
    assert any(np.array_equal(group, np.arange(120) >= 80) for group in clusters(points, (2,)))


def test_no_cluster_is_the_whole_or_too_small():
    points = np.random.default_rng(1).normal(size=(200, 4)).astype(np.float32)
    sizes = [group.sum() for group in clusters(points, (2, 4, 8))]
    assert sizes
    assert min(sizes) >= least_members(200)
    assert max(sizes) <= 180


def test_nearly_everybody_is_no_cluster():
    rng = np.random.default_rng(4)
    points = np.r_[rng.normal(0, 1, (110, 3)), rng.normal(30, 1, (10, 3))].astype(np.float32)
    groups = clusters(points, (2,))
    assert any(np.array_equal(group, np.arange(120) >= 110) for group in groups)
    assert not any(group.sum() >= 109 for group in groups)


def test_too_few_points_give_no_cluster():
    assert clusters(np.random.default_rng(2).normal(size=(15, 4)).astype(np.float32), (2,)) == []


def test_leading_components_keep_distances_of_flat_points():
    rng = np.random.default_rng(3)
    points = (rng.normal(size=(50, 2)) @ rng.normal(size=(2, 9))).astype(np.float32)
    scores = leading(points, 2)
    wanted = np.linalg.norm(points[0] - points[7])
    assert np.linalg.norm(scores[0] - scores[7]) == pytest.approx(wanted, rel=1e-3)
    assert scores[:, 0].var() > scores[:, 1].var()
