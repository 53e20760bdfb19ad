"""Laws of the covariance: whitening, solving, and the low-rank form against the exact one."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core import covariance
from spurview.core.covariance import Covariance, solved


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    mixed = rng.normal(size=(400, 12)) @ rng.normal(size=(12, 12)) + 3
    return mixed.astype(np.float32)


@pytest.fixture
def low_rank(monkeypatch):
    """Rows of rank 5 over 40 values, and the threshold at which they count as many."""
    monkeypatch.setattr(covariance, "EXACT_VALUES", 30)
    monkeypatch.setattr(covariance, "RANK", 8)
    rng = np.random.default_rng(1)
    return (rng.normal(size=(300, 5)) @ rng.normal(size=(5, 40))).astype(np.float32)


def biased(rows):
    return np.cov(rows.T.astype(np.float64), bias=True)


def test_whitened_rows_have_unit_covariance(rows):
    whitened = Covariance(rows).whiten(rows - rows.mean(0), 0.0)
    assert biased(whitened) == pytest.approx(np.eye(12), abs=2e-2)


def test_solve_equals_a_plain_solution(rows):
    vector = np.random.default_rng(2).normal(size=12)
    wanted = np.linalg.solve(biased(rows) + 0.3 * np.eye(12), vector)
    assert Covariance(rows).solve(vector, 0.3) == pytest.approx(wanted, rel=1e-3)


def test_deviation_is_that_of_the_scores(rows):
    weights = np.random.default_rng(3).normal(size=12)
    assert Covariance(rows).deviation(weights) == pytest.approx((rows @ weights).std(), rel=1e-4)


def test_mean_variance_is_the_mean_over_values(rows):
    assert Covariance(rows).mean_variance == pytest.approx(rows.var(0).mean(), rel=1e-4)


def test_block_is_the_covariance_at_the_places(rows):
    places = np.array([1, 4, 7])
    wanted = biased(rows)[np.ix_(places, places)]
    assert Covariance(rows).block(places) == pytest.approx(wanted, rel=1e-4, abs=1e-4)


def test_low_rank_block_is_the_covariance_at_the_places(low_rank):
    places = np.array([1, 4, 37])
    wanted = biased(low_rank)[np.ix_(places, places)]
    assert Covariance(low_rank).block(places) == pytest.approx(wanted, rel=1e-4, abs=1e-4)


def test_low_rank_solution_agrees_with_the_exact_one(low_rank):
    vector = np.random.default_rng(4).normal(size=40)
    wanted = np.linalg.solve(biased(low_rank) + 0.2 * np.eye(40), vector)
    assert Covariance(low_rank).solve(vector, 0.2) == pytest.approx(wanted, rel=1e-3, abs=1e-3)


def test_low_rank_deviation_agrees_with_the_scores(low_rank):
    weights = np.random.default_rng(5).normal(size=40)
    deviation = Covariance(low_rank).deviation(weights)
    assert deviation == pytest.approx((low_rank @ weights).std(), rel=1e-3)


def test_what_the_rank_leaves_out_counts_as_one_variance(monkeypatch):
    monkeypatch.setattr(covariance, "EXACT_VALUES", 30)
    monkeypatch.setattr(covariance, "RANK", 2)
    rng = np.random.default_rng(6)
    rows = rng.normal(size=(4000, 40)).astype(np.float32) * 0.5
    rows[:, 0] *= 20
    rows[:, 1] *= 20
    quiet = np.eye(40)[30]
    assert Covariance(rows).solve(quiet, 0.0)[30] == pytest.approx(1 / 0.25, rel=0.05)
    assert Covariance(rows).deviation(quiet) == pytest.approx(0.5, rel=0.05)


def test_rows_are_not_written_to(rows):
    before = rows.copy()
    Covariance(rows)
    assert np.array_equal(rows, before)


@pytest.fixture
def large():
    """A covariance of more values than are solved in double precision, and a target."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 1100)) * np.geomspace(1, 0.01, 1100)
    return rows.T @ rows / 200 + 0.01 * np.eye(1100), rng.normal(size=1100)


def test_many_values_are_solved_as_few_are(large):
    matrix, target = large
    exact = np.linalg.solve(matrix, target)
    assert np.linalg.norm(solved(matrix, target) - exact) < 0.01 * np.linalg.norm(exact)
    assert np.array_equal(
        solved(matrix[:9, :9], target[:9]), np.linalg.solve(matrix[:9, :9], target[:9])
    )


def test_what_has_no_square_root_is_solved_all_the_same(large):
    matrix, target = large
    indefinite = matrix - 1.0 * np.eye(len(matrix))
    assert solved(indefinite, target) == pytest.approx(np.linalg.solve(indefinite, target))
