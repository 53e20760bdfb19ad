"""What trials on a project's own images say, counted by hand from made-up rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spurview.evaluation.rows import Row
from spurview.evaluation.sensitivity import (
    clean_sentence,
    markdown,
    point_rows,
    sensitivity,
    sentences,
    to_json,
)
from spurview.evaluation.sensitivity_plot import plots_of
from tests.evaluation.made_rows import NOT_FOUND, clean, planted

NOT_LEARNT = {"learnt": 0.0, "true_flip": 0.05}


def trial(
    strength: float, of_class: float, of_pool: float, *changes: dict[str, Any], seed: int = 0
) -> Row:
    point: dict[str, Any] = {
        "pattern_strength": strength,
        "pattern_class_share": of_class,
        "pattern_pool_share": of_pool,
        "pattern_box": "3 4 6 6",
    }
    for change in changes:
        point |= change
    return planted(point, kind=f"{strength}", seed=seed)


# Strength 1: found, found, found as a suspect. Strength .25: missed; not learnt, one of them found.
ROWS = [
    trial(0.25, 0.5, 0.05, NOT_FOUND, {"true_flip": 0.3}),
    trial(0.25, 0.5, 0.05, NOT_FOUND, NOT_LEARNT, seed=1),
    trial(0.25, 0.5, 0.05, NOT_LEARNT, seed=2),
    trial(1, 0.5, 0.05),
    trial(1, 0.5, 0.05, seed=1),
    trial(1, 0.5, 0.05, {"outcome": "suspect"}, seed=2),
    trial(1, 0.2, 0.05, NOT_LEARNT, NOT_FOUND),
    clean(seed=0, highest_false_ratio=0.625),
    clean(seed=1, highest_false_ratio=0.25),
]


def test_points_count_learnt_trials_strongest_first() -> None:
    told = sensitivity(ROWS, project="mine.spurview")
    counts = [
        (p.strength, p.share_of_class, p.trials, p.learnt, p.found and p.found.hits,
         p.alarmed and p.alarmed.hits, p.not_learnt_found)
        for p in told.points
    ]  # fmt: skip
    assert counts == [
        (1.0, 0.5, 3, 3, 3, 2, 0),
        (1.0, 0.2, 1, 0, None, None, 0),
        (0.25, 0.5, 3, 1, 0, 0, 1),
    ]
    assert told.side_px == 6


def test_sentences_say_what_was_tried_and_counted() -> None:
    found, alarmed, silence = sentences(sensitivity(ROWS, project="mine.spurview"))
    assert found == (
        "A patch of 6 px replaced in 50 % of a class would have been found in 3 of 3 trials; "
        "in 20 % of a class in none of 1, as no network learnt it; "
        "at strength 0.25 in 0 of the 1 of 3 that learnt it."
    )
    assert alarmed.startswith("It would have raised an alarm in 2 of 3 trials; ")
    assert silence == (
        "With nothing planted none of 2 runs alarmed, the highest least ratio 0.62; "
        "an alarm needs 1."
    )


def test_a_blend_is_called_one() -> None:
    told = sensitivity([trial(0.5, 0.5, 0.05), trial(0.5, 0.5, 0.01)], project="x")
    assert sentences(told)[0] == (
        "A patch of 6 px blended at strength 0.5 in 50 % of a class would have been found in "
        "1 of 1 trials; in 1 % of the pool in 1 of 1 trials."
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "No run without a planted pattern has finished"),
        ([clean(alarms=1), clean()], "With nothing planted 1 of 2 runs alarmed: these images"),
        ([clean(highest_false_ratio=None)], "With nothing planted none of 1 run alarmed; "),
    ],
)
def test_clean_runs_give_the_alarms_their_meaning(rows: list[Row], expected: str) -> None:
    assert clean_sentence(sensitivity(rows, project="x")).startswith(expected)


def test_detection_over_strength_takes_all_trials_of_the_same_shares() -> None:
    """Strengths 1, 1, 1 found; .25 missed twice and found once; the fifth of a class left out."""
    told = sensitivity(ROWS, project="x")
    pairs = sorted(zip(told.by_strength.strengths, told.by_strength.detected, strict=True))
    assert pairs == [(0.25, False), (0.25, False), (0.25, True), (1, True), (1, True), (1, True)]
    assert len(told.found.strengths) == 7
    assert told.found.detected.count(True) == 4


def test_files_hold_every_point() -> None:
    told = sensitivity(ROWS, project="<my|own>.spurview", command="spurview evaluate")
    text = markdown(told)
    assert text.startswith("# What would have been found in \\<my\\|own>.spurview\n")
    assert "| 1 | 50 % | 5 % | 3 | 3 | 3/3 100 % (44–100) | 2/3 67 % (21–94) | 0 |" in text
    assert {len(row) for row in point_rows(told)} == {8}
    assert json.loads(to_json(told))["points"][2]["not_learnt_found"] == 1
    plots = plots_of(told)
    assert [plot.name for plot in plots] == ["sensitivity", "detection"]
    assert plots == plots_of(told)


def test_no_trial_is_said_so() -> None:
    told = sensitivity([], project="x")
    assert sentences(told)[0] == "No trial has finished."
    assert plots_of(told) == []
    assert "Nothing was tried." in markdown(told)
