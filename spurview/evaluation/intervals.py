"""Figures with their 95 % intervals: shares, means over runs, areas under curves.

Knows nothing of rows or of patterns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
RESAMPLES = 4000
# Keeps the resampling apart from every other use of a seed, and the same in every report.
_BOOTSTRAP_STREAM = 404


@dataclass(frozen=True)
class Estimate:
    """A figure, its interval (None: it has none), what it was counted over and how.

    n: patterns, runs or pairs; hits: how many of them, for a share.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    method: str
    hits: int | None = None


def share(hits: int, n: int) -> Estimate | None:
    """hits / n with Wilson's interval (Wilson 1927); None where n is 0."""
    return _proportion(hits, n, "wilson")


def exact_share(hits: int, n: int) -> Estimate | None:
    """hits / n with the exact interval of Clopper and Pearson (1934), for shares near 0."""
    return _proportion(hits, n, "exact")


def upper_bound(hits: int, n: int) -> float:
    """One-sided exact upper bound: a true share above it gives so few hits in 5 % of series."""
    if hits >= n:
        return 1.0
    return float(stats.beta.ppf(CONFIDENCE, hits + 1, n - hits))


def _proportion(hits: int, n: int, method: str) -> Estimate | None:
    if n == 0:
        return None
    bounds = stats.binomtest(hits, n).proportion_ci(CONFIDENCE, method)
    return Estimate(hits / n, float(bounds.low), float(bounds.high), n, method, hits)


def mean(groups: Sequence[Sequence[float]]) -> Estimate | None:
    """The mean of all values with a bootstrap interval over the groups.

    groups: the values of one run each, since patterns of one run share a network and are no
    independent draws. Percentile bootstrap (Efron 1979), the same draws in every report.
    """
    filled = [group for group in groups if len(group)]
    if not filled:
        return None
    sums = np.array([sum(group) for group in filled], np.float64)
    sizes = np.array([len(group) for group in filled], np.float64)
    draws = _draws(len(filled))
    low, high = _middle(sums[draws].sum(axis=1) / sizes[draws].sum(axis=1), len(filled))
    return Estimate(float(sums.sum() / sizes.sum()), low, high, int(sizes.sum()), "bootstrap")


def median(values: Sequence[float]) -> Estimate | None:
    """The median of values, one a run, with a bootstrap interval as of `mean`."""
    if not values:
        return None
    array = np.asarray(values, np.float64)
    low, high = _middle(np.median(array[_draws(len(array))], axis=1), len(array))
    return Estimate(float(np.median(array)), low, high, len(array), "bootstrap")


def highest(values: Sequence[float]) -> Estimate | None:
    """The largest of the values, which has no interval: more runs may show a larger one."""
    if not values:
        return None
    return Estimate(max(values), None, None, len(values), "highest seen")


def _draws(n: int) -> NDArray[np.intp]:
    """(RESAMPLES, n) numbers of groups, drawn with replacement."""
    return np.random.default_rng(_BOOTSTRAP_STREAM).integers(n, size=(RESAMPLES, n))


def _middle(found: Floats, n: int) -> tuple[float | None, float | None]:
    """What bounds the middle 95 % of them; one group alone tells nothing of its spread."""
    if n < 2:
        return None, None
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return float(low), float(high)


def area_under_curve(above: Sequence[float], below: Sequence[float]) -> Estimate | None:
    """How often a value of `above` exceeds one of `below`, ties counting half (AUROC).

    By ranks (Mann and Whitney 1947). The interval inverts the score test with the variance of
    Hanley and McNeil (1982), method 5 of Newcombe (2006, Statistics in Medicine 25, 559-573):
    unlike a bootstrap it keeps a width where the two do not overlap at all. n: the smaller side.
    """
    m, n = len(above), len(below)
    if not m or not n:
        return None
    ranks = stats.rankdata(np.concatenate([above, below]))
    area = float((ranks[:m].sum() - m * (m + 1) / 2) / (m * n))
    low, high = _score_bounds(area, m, n)
    return Estimate(area, low, high, min(m, n), "Newcombe")


def _score_bounds(area: float, m: int, n: int) -> tuple[float, float]:
    z = float(stats.norm.ppf(1 - (1 - CONFIDENCE) / 2))
    more = (m + n) / 2 - 1

    def excess(truth: float) -> float:
        spread = 1 + more * ((1 - truth) / (2 - truth) + truth / (1 + truth))
        return (area - truth) ** 2 - z**2 * truth * (1 - truth) * spread / (m * n)

    # excess is positive far from the estimate and at most 0 at it; at 0 and 1 its variance is 0.
    edge = 1e-12
    low = 0.0 if area <= edge else float(optimize.brentq(excess, edge, min(area, 1 - edge)))
    high = 1.0 if area >= 1 - edge else float(optimize.brentq(excess, max(area, edge), 1 - edge))
    return low, high
