"""From which strength on patterns are detected: a logistic curve, and where it reaches a share.

Strength is any number that grows with the pattern: its flip, or the opacity it was put in with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from spurview.evaluation.intervals import CONFIDENCE

Floats = NDArray[np.float64]

# So many detected and so many missed ones tell where a curve lies.
FEWEST_OF_EITHER = 3
_STEPS = 60
NO_GROWTH = "Detection does not grow with strength, so that no point can be told."


@dataclass(frozen=True)
class Point:
    """The strength at which so large a share is detected; its interval is unbounded where None."""

    share: float
    at: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """share(x) = 1 / (1 + exp(-(intercept + slope x))); `points` at 50 % and 95 %."""

    intercept: float
    slope: float
    points: tuple[Point, Point]

    def shares(self, strengths: Sequence[float] | Floats) -> Floats:
        """Expected shares at the strengths."""
        linear = self.intercept + self.slope * np.asarray(strengths, np.float64)
        return np.asarray(special.expit(linear), np.float64)


@dataclass(frozen=True)
class Detection:
    """What was tried and detected; `curve`, or else the sentence why there is none."""

    strengths: tuple[float, ...]
    detected: tuple[bool, ...]
    curve: Curve | None
    why_not: str


def detection(strengths: Sequence[float], detected: Sequence[bool]) -> Detection:
    """The curve of largest likelihood through what was detected at which strength.

    Intervals are Fieller's (Finney 1971, *Probit Analysis*, 3.7, with the logistic curve): all
    strengths at which the share cannot be told from the one asked for.
    """
    x, y = np.asarray(strengths, np.float64), np.asarray(detected, bool)
    why_not = _why_no_curve(x, y)
    curve = None if why_not else _fitted(x, y)
    if curve is not None and curve.slope <= 0:
        curve, why_not = None, NO_GROWTH
    return Detection(tuple(x.tolist()), tuple(y.tolist()), curve, why_not)


def _why_no_curve(x: Floats, y: NDArray[np.bool_]) -> str:
    n, hits = len(y), int(y.sum())
    if n == 0:
        return "Nothing was tried."
    if hits == n:
        return f"All {n} were detected, the weakest at {x.min():.2f}: the 50 % point lies below."
    if hits == 0:
        return f"None of {n} was detected, the strongest at {x.max():.2f}: it lies above."
    weakest_hit, strongest_miss = float(x[y].min()), float(x[~y].max())
    if float(x[y].max()) <= float(x[~y].min()):
        return NO_GROWTH
    if strongest_miss < weakest_hit:
        return (
            f"All {hits} from {weakest_hit:.2f} on were detected and none of the {n - hits} up to "
            f"{strongest_miss:.2f}: the 50 % point lies between."
        )
    if strongest_miss == weakest_hit:
        return f"All above {weakest_hit:.2f} were detected and none below: the 50 % point is there."
    if min(hits, n - hits) < FEWEST_OF_EITHER:
        return f"{hits} of {n} were detected: too few of one kind for a curve."
    return ""


def _fitted(x: Floats, y: NDArray[np.bool_]) -> Curve:
    """Newton's steps on the likelihood, halved until it grows; where neither kind is apart it has
    one maximum."""
    design = np.stack([np.ones_like(x), x], axis=1)
    beta = np.zeros(2)
    for _ in range(_STEPS):
        step = np.linalg.solve(_information(design, beta), _slope(design, y, beta))
        while _likelihood(design, y, beta + step) < _likelihood(design, y, beta) - 1e-12:
            step = step / 2
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    covariance = np.asarray(np.linalg.inv(_information(design, beta)), np.float64)
    points = (_point(0.5, beta, covariance), _point(0.95, beta, covariance))
    return Curve(float(beta[0]), float(beta[1]), points)


def _likelihood(design: Floats, y: NDArray[np.bool_], beta: Floats) -> float:
    linear = design @ beta
    return float((y * linear - np.logaddexp(0, linear)).sum())


def _slope(design: Floats, y: NDArray[np.bool_], beta: Floats) -> Floats:
    return np.asarray(design.T @ (y - special.expit(design @ beta)), np.float64)


def _information(design: Floats, beta: Floats) -> Floats:
    expected = special.expit(design @ beta)
    return np.asarray(design.T @ (design * (expected * (1 - expected))[:, None]), np.float64)


def _point(share: float, beta: Floats, covariance: Floats) -> Point:
    intercept = beta[0] - math.log(share / (1 - share))
    at = -intercept / beta[1]
    z2 = stats.norm.ppf(1 - (1 - CONFIDENCE) / 2) ** 2
    # (intercept + slope x)² = z² · variance of it, a square equation in x.
    square = beta[1] ** 2 - z2 * covariance[1, 1]
    linear = 2 * (intercept * beta[1] - z2 * covariance[0, 1])
    constant = intercept**2 - z2 * covariance[0, 0]
    root = linear**2 - 4 * square * constant
    if square <= 0 or root < 0:
        return Point(share, float(at), None, None)
    ends = sorted((-linear + sign * math.sqrt(root)) / (2 * square) for sign in (-1, 1))
    return Point(share, float(at), float(ends[0]), float(ends[1]))
