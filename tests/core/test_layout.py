"""Positions for the linked views: the same for the same images, by hand where they can be."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core import layout
from spurview.core.layout import (
    confidence_scale,
    principal_plane,
    residual_plane,
    sample_by_class,
    typicality,
)


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


def test_points_in_several_blocks_make_one_plane(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(6)
    points = rng.gamma(1, 1, (90, 7)).astype(np.float32) * np.arange(7, 0, -1, dtype=np.float32)
    scores = rng.uniform(-1, 2, (3, 90)).astype(np.float32)
    weights = np.array([3, 1, 0], np.float32)
    whole = [principal_plane(points), residual_plane(points, scores, weights)]
    monkeypatch.setattr(layout, "_BLOCK", 40)
    in_blocks = [principal_plane(points), residual_plane(points, scores, weights)]
    assert in_blocks[0] == pytest.approx(whole[0], abs=1e-4)
    assert in_blocks[1] == pytest.approx(whole[1], abs=1e-4)


def test_a_sample_by_class_keeps_rare_classes_whole_and_shares_out_the_rest():
    classes = np.r_[np.zeros(1000), np.ones(3), np.full(50, 2), np.full(400, 3)].astype(np.int32)
    drawn = sample_by_class(classes, 103, seed=0)
    assert np.bincount(classes[drawn]).tolist() == [34, 3, 33, 33]
    assert (np.diff(drawn) > 0).all()


def test_a_sample_by_class_is_no_prefix_and_the_same_for_the_same_seed():
    classes = np.zeros(5000, np.int32)
    drawn = sample_by_class(classes, 500, seed=1)
    assert drawn.max() > 4500
    assert np.array_equal(drawn, sample_by_class(classes, 500, seed=1))
    assert not np.array_equal(drawn, sample_by_class(classes, 500, seed=2))


def test_a_sample_of_all_is_all():
    assert sample_by_class(np.array([1, 0, 1], np.int32), 3, seed=0).tolist() == [0, 1, 2]


def test_typicality_counts_deviations_from_the_middle_of_the_own_class():
    reference = np.array([[-1, 0], [1, 0], [0, -2], [0, 2]], np.float32)
    latents = np.r_[reference, reference + 10, [[0, 4], [10, 10], [0, 0]]].astype(np.float32)
    classes = np.r_[np.zeros(4), np.ones(4), [0, 1, 1]].astype(np.int32)
    is_reference = np.arange(11) < 8
    found = typicality(latents, classes, is_reference)
    # Variances .5 and 2, each with a hundredth of their mean: 4 is 4 / 1.419 deviations up.
    assert found[8] == pytest.approx(-np.sqrt(16 / (2 + 0.0125) / 2), rel=1e-4)
    assert found[9] == pytest.approx(0, abs=1e-3)
    assert found[10] < -5


def test_typicality_without_reference_images_is_refused():
    with pytest.raises(ValueError, match="reference"):
        typicality(np.zeros((3, 2), np.float32), np.zeros(3, np.int32), np.zeros(3, bool))


def test_confidence_scale_counts_nines():
    p = np.array([0.5, 0.9, 0.99, 0.999])
    logits = np.stack([np.log(p), np.log(1 - p)], axis=1).astype(np.float32)
    wanted = [np.log10(2), 1, 2, 3]
    assert confidence_scale(logits, np.zeros(4, np.int32)) == pytest.approx(wanted, abs=1e-3)
    certain = np.array([[80.0, -80.0]], np.float32)
    assert confidence_scale(certain, np.zeros(1, np.int32)).tolist() == [8]
