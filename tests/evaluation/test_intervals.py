"""Intervals against published and hand-worked values."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.evaluation.intervals import (
    area_under_curve,
    exact_share,
    mean,
    median,
    share,
    upper_bound,
)


def test_wilson_as_in_newcombe() -> None:
    """Newcombe (1998, Statistics in Medicine 17, table I): 81 of 263, method 3."""
    found = share(81, 263)
    assert found is not None
    assert found.value == pytest.approx(81 / 263)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert (found.n, found.hits, found.method) == (263, 81, "wilson")


def test_exact_as_in_newcombe() -> None:
    """The same table: 0 of 20, method 5."""
    found = exact_share(0, 20)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.0, 0.1684), abs=5e-5)


def test_upper_bound_of_no_alarm_in_80_runs() -> None:
    assert upper_bound(0, 80) == pytest.approx(1 - 0.05 ** (1 / 80))
    assert upper_bound(3, 3) == 1.0


def test_nothing_gives_no_figure() -> None:
    assert share(0, 0) is exact_share(0, 0) is mean([]) is mean([[], []]) is median([]) is None
    assert area_under_curve([], [1.0]) is area_under_curve([1.0], []) is None


def test_mean_counts_every_value_and_resamples_runs() -> None:
    """Two runs, one of three values: a resample is all zeros, all ones, or the whole."""
    found = mean([[0.0, 0.0, 0.0], [], [1.0]])
    assert found is not None
    assert (found.value, found.n) == (0.25, 4)
    assert (found.low, found.high) == (0.0, 1.0)


def test_mean_of_many_has_the_interval_of_the_normal_law() -> None:
    values = np.random.default_rng(0).normal(3, 2, 400)
    found = mean([[v] for v in values])
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    half = 1.96 * values.std() / 20
    assert found.low == pytest.approx(values.mean() - half, abs=0.02)
    assert found.high == pytest.approx(values.mean() + half, abs=0.02)
    assert found == mean([[v] for v in values])


def test_one_run_has_no_interval() -> None:
    found = mean([[0.5, 1.0]])
    assert found is not None
    assert (found.value, found.low, found.high) == (0.75, None, None)


def test_median_is_the_middle_one() -> None:
    found = median([1.0, 9.0, 2.0])
    assert found is not None
    assert (found.value, found.low, found.high, found.n) == (2.0, 1.0, 9.0, 3)


def test_area_counts_pairs_and_ties_half() -> None:
    """Of the six pairs 3>1, 3>2, 2>1 and 3>2.5 count, 2=2 counts half, 2<2.5 not."""
    found = area_under_curve([3.0, 2.0], [1.0, 2.0, 2.5])
    assert found is not None
    assert found.value == pytest.approx(4.5 / 6)
    assert found.n == 2


def test_bounds_of_the_area_solve_their_equation() -> None:
    """At each bound the area lies 1.96 of that bound's own standard errors away."""
    above, below = [1.0, 2.0, 3.0, 4.0, 6.0], [0.0, 1.5, 2.5, 5.0]
    found = area_under_curve(above, below)
    assert found is not None
    m, n = 5, 4
    for bound in (found.low, found.high):
        assert bound is not None
        spread = 1 + ((m + n) / 2 - 1) * ((1 - bound) / (2 - bound) + bound / (1 + bound))
        error = (bound * (1 - bound) * spread / (m * n)) ** 0.5
        assert abs(found.value - bound) / error == pytest.approx(1.959964, abs=1e-4)


def test_apart_scores_keep_an_interval() -> None:
    found = area_under_curve([2.0, 3.0, 4.0], [0.0, 1.0])
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low is not None
    assert 0.2 < found.low < 0.6
    turned = area_under_curve([0.0, 1.0], [2.0, 3.0, 4.0])
    assert turned is not None
    assert (turned.value, turned.low) == (0.0, 0.0)
    assert turned.high == pytest.approx(1 - found.low)
