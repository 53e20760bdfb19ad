"""Measures against answers worked out by hand, and laws that always hold."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from spurview.core.metrics import (
    agreement,
    average_precision,
    best_ncc,
    chance_f1,
    iou,
    matched,
    ncc,
)


def bools(text: str) -> np.ndarray:
    return np.array([mark == "1" for mark in text])


def test_agreement_of_overlapping_sets() -> None:
    found = agreement(bools("111100"), bools("001111"))
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    found = agreement(bools("1000"), bools("1111"))
    assert (found.precision, found.recall, found.f1) == (1.0, 0.25, 0.4)


def test_agreement_with_nothing_is_none() -> None:
    assert agreement(bools("000"), bools("111")).f1 == 0
    assert agreement(bools("111"), bools("000")).f1 == 0
    assert agreement(bools("000"), bools("000")).f1 == 0


def test_chance_is_what_random_draws_reach() -> None:
    rng = np.random.default_rng(0)
    true = np.arange(100) < 30
    drawn = []
    for _ in range(2000):
        found = np.zeros(100, bool)
        found[rng.choice(100, 20, replace=False)] = True
        drawn.append(agreement(found, true).f1)
    assert chance_f1(20, 30, 100) == pytest.approx(np.mean(drawn), abs=0.005)
    assert chance_f1(30, 30, 100) == pytest.approx(0.3)


def test_average_precision_by_hand() -> None:
    # Right, wrong, right: (1/1 + 2/3) / 2.
    assert average_precision(np.array([3.0, 2, 1]), bools("101")) == pytest.approx(5 / 6)
    assert average_precision(np.array([3.0, 2, 1]), bools("000")) == 0


def test_average_precision_of_ties_does_not_depend_on_the_order() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        scores = rng.integers(0, 5, 40).astype(float)
        true = rng.random(40) < 0.3
        order = rng.permutation(40)
        got = average_precision(scores, true)
        assert got == pytest.approx(average_precision(scores[order], true[order]))
        assert got == pytest.approx(average_precision_score(true, scores))


def test_iou_by_hand() -> None:
    assert iou(bools("1110"), bools("0111")) == 0.5
    assert iou(bools("00"), bools("00")) == 1
    assert iou(bools("00"), bools("01")) == 0


def test_ncc_ignores_brightness_and_contrast() -> None:
    pattern = np.random.default_rng(0).random((6, 7, 3))
    assert ncc(pattern, 3 * pattern + 2) == pytest.approx(1)
    assert ncc(pattern, -pattern) == pytest.approx(-1)
    assert ncc(pattern, np.ones_like(pattern)) == 0


def test_best_ncc_finds_a_pattern_that_moved() -> None:
    pattern = np.zeros((9, 9, 1))
    pattern[1:4, 2:5] = np.random.default_rng(0).random((3, 3, 1))
    moved = np.roll(pattern, (4, -1), (0, 1))
    assert best_ncc(pattern, moved) == pytest.approx(1)
    assert ncc(pattern, moved) < 0.2


def test_matching_takes_the_highest_total() -> None:
    # Each row's own best would be column 0: together they do better the other way round.
    table = np.array([[0.9, 0.8], [0.85, 0.1]])
    assert matched(table, 0.5) == {0: 1, 1: 0}


def test_a_weak_pair_is_no_match_and_takes_nothing_from_others() -> None:
    table = np.array([[0.6, 0.0, 0.0], [0.49, 0.45, 0.4]])
    assert matched(table, 0.5) == {0: 0}
    assert matched(np.zeros((2, 0)), 0.5) == {}
