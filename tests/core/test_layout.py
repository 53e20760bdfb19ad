"""Positions for the linked views: the same for the same images, by hand where they can be."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.layout import principal_plane, residual_plane


def test_points_along_one_axis_by_hand():
    points = np.array([[0, 5], [0, 5], [0, 5], [4, 5]], np.float32)
    plane = principal_plane(points)
    wanted = np.array([-1, -1, -1, 3]) / np.sqrt(3)
    assert plane[:, 0] == pytest.approx(wanted, abs=1e-4)
    assert plane[:, 1] == pytest.approx(np.zeros(4), abs=1e-3)


def test_the_longer_tail_points_up():
    points = np.random.default_rng(0).gamma(1, 1, (200, 3)).astype(np.float32) * (5, 2, 0.1)
    for mirrored in (points, -points):
        assert ((principal_plane(mirrored) ** 3).mean(0) > 0).all()


def test_the_order_of_the_points_does_not_matter():
    rng = np.random.default_rng(1)
    points = rng.gamma(1, 1, (80, 5)).astype(np.float32)
    order = rng.permutation(80)
    assert principal_plane(points[order]) == pytest.approx(principal_plane(points)[order], abs=1e-3)


def test_the_same_points_give_the_same_picture():
    points = np.random.default_rng(2).normal(size=(60, 40)).astype(np.float32)
    scores = np.random.default_rng(3).random((2, 60)).astype(np.float32)
    assert np.array_equal(principal_plane(points), principal_plane(points.copy()))
    weights = np.array([3, 1], np.float32)
    planes = [residual_plane(p, scores, weights) for p in (points, points.copy())]
    assert np.array_equal(*planes)


def test_axes_have_unit_deviation_and_are_uncorrelated():
    points = np.random.default_rng(4).gamma(1, 1, (300, 4)).astype(np.float32) * (7, 3, 1, 1)
    plane = principal_plane(points)
    assert np.cov(plane.T, bias=True) == pytest.approx(np.eye(2), abs=1e-3)


def test_one_dimension_gets_a_flat_second():
    plane = principal_plane(np.arange(5, dtype=np.float32)[:, None])
    assert plane.shape == (5, 2)
    assert (plane[:, 1] == 0).all()


def test_constant_points_stay_finite():
    assert np.isfinite(principal_plane(np.ones((5, 3), np.float32))).all()


def test_a_found_pattern_stands_apart():
    """Carriers differ from the rest in the scores alone, not in their residuals."""
    rng = np.random.default_rng(5)
    residuals = rng.normal(size=(200, 30)).astype(np.float32)
    carriers = np.arange(200) < 30
    plane = residual_plane(residuals, carriers[None].astype(np.float32), np.ones(1, np.float32))
    apart = np.linalg.norm(plane[carriers].mean(0) - plane[~carriers].mean(0))
    assert apart > 2
    before = residual_plane(residuals, np.zeros((0, 200), np.float32), np.zeros(0, np.float32))
    assert np.linalg.norm(before[carriers].mean(0) - before[~carriers].mean(0)) < 1
