"""Clusters of clouds of points, and their size."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.detectors.clustering import clusters, leading, least_members


def test_least_members_by_hand():
    assert (least_members(100), least_members(2000)) == (8, 30)


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


def test_points_that_are_alike_are_no_clusters():
    """Nor does k-means warn of fewer clusters than it was asked for."""
    two = np.repeat(np.float32([[0, 0], [1, 1]]), 100, axis=0)
    assert clusters(np.zeros((200, 2), np.float32), (4, 8)) == []
    groups = clusters(two, (4, 8))
    assert all(len(np.unique(two[group], axis=0)) == 1 for group in groups)
