"""The curve of detection over strength, and the cases in which there is none."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.evaluation.detection import detection


def test_curve_of_two_strengths_is_their_log_odds() -> None:
    """1 of 4 at 0 and 3 of 4 at 1: log odds -log 3 and log 3, so the 50 % point is at .5.

    The 95 % point is where log odds reach log 19: (log 19 + log 3) / (2 log 3) = 1.8401.
    """
    strengths = [0.0] * 4 + [1.0] * 4
    found = detection(strengths, [True, False, False, False, True, True, True, False])
    curve = found.curve
    assert curve is not None
    assert curve.intercept == pytest.approx(-np.log(3))
    assert curve.slope == pytest.approx(2 * np.log(3))
    assert [p.share for p in curve.points] == [0.5, 0.95]
    assert curve.points[0].at == pytest.approx(0.5)
    assert curve.points[1].at == pytest.approx(1.8401, abs=1e-4)
    assert curve.shares([0.0, 0.5, 1.0]) == pytest.approx([0.25, 0.5, 0.75])


def test_few_trials_bound_no_point() -> None:
    """With four of either strength the slope could be 0, so the point could be anywhere."""
    found = detection([0.0] * 4 + [1.0] * 4, [True, False, False, False, True, True, True, False])
    assert found.curve is not None
    assert (found.curve.points[0].low, found.curve.points[0].high) == (None, None)


def test_bounds_are_where_the_share_cannot_be_told_from_a_half() -> None:
    """100 of either strength: the log odds at 0 and 1 have variance 1 / (100 · 1/4 · 3/4) each.

    At x they are L(x) = log 3 (2x - 1) with variance v ((1 - x)² + x²), v = 16 / 300.
    """
    strengths = [0.0] * 100 + [1.0] * 100
    hits = [True] * 25 + [False] * 75 + [True] * 75 + [False] * 25
    found = detection(strengths, hits)
    assert found.curve is not None
    point = found.curve.points[0]
    for bound in (point.low, point.high):
        assert bound is not None
        error = (16 / 300 * ((1 - bound) ** 2 + bound**2)) ** 0.5
        assert abs(np.log(3) * (2 * bound - 1)) / error == pytest.approx(1.96, abs=1e-3)
    assert point.low is not None
    assert point.low < 0.5 < (point.high or 0)


def test_a_steep_curve_is_still_found() -> None:
    """Only two trials in the middle are the wrong way round."""
    strengths = [*np.linspace(0, 0.4, 40), 0.5, 0.49, *np.linspace(0.6, 1, 40)]
    found = detection(strengths, [False] * 40 + [False, True] + [True] * 40)
    assert found.curve is not None
    assert found.curve.points[0].at == pytest.approx(0.495, abs=0.01)
    # At the maximum the expected number of detected ones is the number of them.
    assert found.curve.shares(strengths).sum() == pytest.approx(41)


@pytest.mark.parametrize(
    ("strengths", "detected", "why"),
    [
        ([], [], "Nothing was tried."),
        ([0.3, 0.4], [True, True], "All 2 were detected, the weakest at 0.30: "),
        ([0.3, 0.4], [False, False], "None of 2 was detected, the strongest at 0.40: "),
        (
            [0.1, 0.2, 0.6, 0.9],
            [False, False, True, True],
            "All 2 from 0.60 on were detected and none of the 2 up to 0.20: the 50 %",
        ),
        ([0.1, 0.5, 0.5, 0.9], [False, False, True, True], "All above 0.50 were detected"),
        ([0.1, 0.5, 0.4, 0.9], [False, False, True, True], "2 of 4 were detected: too few"),
        (
            [0.1, 0.2, 0.3, 0.7, 0.8, 0.75],
            [True, True, True, False, False, False],
            "Detection does not grow",
        ),
        (
            [0.1, 0.2, 0.8, 0.1, 0.7, 0.8],
            [True, True, True, False, False, False],
            "Detection does not grow",
        ),
    ],
)
def test_why_there_is_no_curve(strengths: list[float], detected: list[bool], why: str) -> None:
    found = detection(strengths, detected)
    assert found.curve is None
    assert found.why_not.startswith(why)
    assert found.strengths == tuple(strengths)
