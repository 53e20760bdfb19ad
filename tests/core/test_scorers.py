"""Scorers on a pool with a known patch, and the valley and the two peaks by hand."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.material import RIDGE, f1
from spurview.core.scorers import LEAST_DEVIATIONS, ConditionalScorer, MatchedFilter, top_peak
from tests.core import pools


@pytest.fixture(scope="module")
def planted():
    return pools.planted()


@pytest.fixture(scope="module")
def known(planted):
    """Rows of half A with and without the patch."""
    discover = planted.material.discover
    return np.flatnonzero(discover & planted.carriers), np.flatnonzero(discover & ~planted.carriers)


def test_matched_filter_finds_every_carrier_and_nobody_else(planted, known):
    scorer = MatchedFilter(planted.material, planted.mask, *known, known[1])
    hits = scorer.scores(planted.material) > scorer.threshold
    assert f1(hits, planted.carriers) > 0.97


def test_matched_filter_scores_are_in_deviations_of_the_rest(planted, known):
    scorer = MatchedFilter(planted.material, planted.mask, *known, known[1])
    scores = scorer.scores(planted.material, known[1])
    assert np.median(scores) == pytest.approx(0, abs=1e-6)
    assert 0.5 < scores.std() < 1.05


def test_typical_is_the_median_member(planted, known):
    scorer = MatchedFilter(planted.material, planted.mask, *known, known[1])
    scores = scorer.scores(planted.material, known[0])
    assert np.median(scores) == pytest.approx(scorer.typical)
    assert scorer.threshold == pytest.approx(max(LEAST_DEVIATIONS, 0.55 * scorer.typical))


def test_matched_filter_of_one_pixel(planted, known):
    mask = np.zeros((12, 12), bool)
    mask[8, 3] = True
    scorer = MatchedFilter(planted.material, mask, *known, known[1])
    assert scorer.typical > LEAST_DEVIATIONS


@pytest.mark.parametrize("n_rest", [200, 100])
def test_matched_filter_is_the_formula_with_more_residuals_than_pixels_and_with_fewer(
    planted, known, n_rest
):
    """144 pixels; the formula is solved as it stands."""
    material, rest = planted.material, known[1][:n_rest]
    whole = np.ones((12, 12), bool)
    residual = (material.images - material.expected).astype(np.float64)
    covariance = np.cov(residual[rest].T) + RIDGE * np.eye(144)
    difference = residual[known[0]].mean(0) - residual[rest].mean(0)
    weights = np.linalg.inv(covariance) @ difference
    weights /= np.sqrt(weights @ covariance @ weights)
    by_formula = residual @ weights - np.median(residual[rest] @ weights)
    scorer = MatchedFilter(material, whole, known[0], rest, rest)
    assert np.allclose(scorer.scores(material), by_formula, atol=1e-3)


def test_conditional_scorer_finds_every_carrier_and_nobody_else(planted, known):
    scorer = ConditionalScorer(planted.material, planted.mask, *known)
    hits = scorer.scores(planted.material) > 0
    assert f1(hits, planted.carriers) > 0.97


def test_members_that_share_nothing_make_hits_of_nobody_else(planted, known):
    group = np.random.default_rng(0).permutation(known[1])[:30]
    scorer = ConditionalScorer(planted.material, planted.mask, group, known[1])
    others = np.setdiff1d(np.flatnonzero(~planted.carriers), group)
    assert (scorer.scores(planted.material, others) > 0).mean() < 0.02


def test_of_equal_groups_the_rarer_is_as_unlikely_as_it_is_rare(planted, known):
    """Members like the rest and half as many: the odds are 1 to 2 for every image."""
    mask = np.zeros((12, 12), bool)
    mask[2, 8] = True
    rest = known[1]
    scorer = ConditionalScorer(planted.material, mask, rest, np.r_[rest, rest])
    assert np.median(scorer.scores(planted.material, rest)) == pytest.approx(-np.log(2), abs=0.2)


def test_scores_of_rows_are_those_of_all(planted, known):
    rows = np.array([3, 200, 41])
    for scorer in (
        MatchedFilter(planted.material, planted.mask, *known, known[1]),
        ConditionalScorer(planted.material, planted.mask, *known),
    ):
        some, everything = scorer.scores(planted.material, rows), scorer.scores(planted.material)
        assert some == pytest.approx(everything[rows], rel=1e-3, abs=1e-3)


def test_top_peak_splits_two_modes():
    rng = np.random.default_rng(1)
    scores = np.r_[rng.normal(0, 1, 300), rng.normal(8, 1, 40)]
    assert np.array_equal(top_peak(scores), np.arange(340) >= 300)
