"""Goals beside figures: met, missed, or too few to say."""

from __future__ import annotations

import pytest

from spurview.evaluation.figures import OF_CLEAN, OF_PLANTED
from spurview.evaluation.goals import GOALS, Goal, Judged, judged
from spurview.evaluation.rows import Row
from tests.evaluation.made_rows import NOT_FOUND, clean, planted


def goal(what: str) -> Goal:
    (found,) = [goal for goal in GOALS if goal.what == what]
    return found


def strong(n: int, missed: int = 0) -> list[Row]:
    """So many runs with a learnt pattern, of which some were not found."""
    rows = [planted(seed=seed) for seed in range(n - missed)]
    return rows + [planted(NOT_FOUND, seed=n + seed) for seed in range(missed)]


def all_clean(each: int, alarms: int = 0) -> list[Row]:
    kinds = ("clean", "noised-pool", "all-classes", "decoy")
    rows = [clean(kind=kind, seed=seed) for kind in kinds for seed in range(each)]
    return rows[alarms:] + [clean(alarms=1, kind=row.kind) for row in rows[:alarms]]


def verdict(what: str, rows: list[Row]) -> Judged:
    return judged(goal(what), rows)


def test_every_goal_has_a_figure_and_one_direction() -> None:
    figures = {figure.name for figure in (*OF_PLANTED, *OF_CLEAN)}
    for one in GOALS:
        assert one.figure in figures
        assert (one.at_least is None) != (one.at_most is None)
        assert bool(one.kinds) != bool(one.whole)
    assert len({one.what for one in GOALS}) == len(GOALS)


@pytest.mark.parametrize(("missed", "expected"), [(1, "met"), (2, "missed")])
def test_a_share_is_met_from_the_goal_on(missed: int, expected: str) -> None:
    """19 of 20 is .95, 18 of 20 is not."""
    assert verdict("single strong pattern: top-1", strong(20, missed)).verdict == expected


def test_nine_learnt_patterns_are_too_few() -> None:
    found = verdict("single strong pattern: top-1", strong(9))
    assert (found.verdict, found.remark) == ("too few", "strong 9 of 10")
    not_learnt = [planted({"learnt": 0.0}, seed=seed) for seed in range(10, 30)]
    assert verdict("single strong pattern: top-1", strong(9) + not_learnt).verdict == "too few"
    # That strong patterns are learnt at all is asked of all that were planted.
    learnt = verdict("single strong pattern: learnt", strong(9) + not_learnt)
    assert (learnt.verdict, learnt.estimate and learnt.estimate.hits) == ("missed", 9)


def test_each_kind_that_is_counted_together_needs_enough() -> None:
    """Thirty of R1 and R2 do not stand in for R3."""
    what = "noise over the whole image (R1, R2, R3): top-1"
    rows = [planted(kind=kind, seed=seed) for kind in ("R1", "R2") for seed in range(15)]
    assert verdict(what, rows).remark == "R3 0 of 10"
    rows += [planted(kind="R3", seed=seed) for seed in range(10)]
    assert verdict(what, rows).verdict == "met"


def test_what_was_not_run_is_neither_met_nor_missed() -> None:
    found = verdict("rare, in 1 % of the pool: top-1", strong(20))
    assert (found.verdict, found.estimate, found.remark) == ("not run", None, "")


def test_silence_needs_eighty_runs_and_no_alarm() -> None:
    what = "clean runs with an alarm"
    met = verdict(what, all_clean(20))
    assert (met.verdict, met.remark) == ("met", "one-sided exact 95 % bound 3.7 %")
    assert verdict(what, all_clean(20, alarms=1)).verdict == "missed"
    few = verdict(what, all_clean(19))
    assert few.verdict == "too few"
    assert few.remark.startswith("all-classes 19 of 20, ")
    assert few.remark.endswith("together 76 of 80")


def test_the_literal_method_must_be_surpassed_beyond_doubt() -> None:
    what = "all learnt patterns: F1 over the literal method's"
    assert verdict(what, strong(20)).verdict == "met"
    # Twice 1 - 0 and twelve times 0 - .2: above the goal on average, with 0 in the interval.
    wide = [planted({"literal_f1": 0.0})] * 2
    wide += [planted(NOT_FOUND | {"literal_f1": 0.2})] * 12
    found = judged(Goal("", "over_literal", whole="planted", at_least=-0.1, above_0=True), wide)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx((2 - 2.4) / 14)
    assert found.verdict == "missed"


def test_a_map_of_what_was_not_found_is_told_beside() -> None:
    found = verdict("single strong pattern: IoU", strong(20, missed=10))
    assert found.verdict == "met"
    assert found.remark == "0.45 where not found counts 0"


def test_cost_is_asked_of_digits_alone() -> None:
    rows = strong(12) + [planted(kind="photo-patch", height=48, seconds=500.0)] * 30
    slow = planted(seconds=75.0, seed=99)
    found = verdict("seconds a run at 28 px, training included", [*rows, slow])
    assert (found.verdict, found.remark) == ("met", "slowest 75")
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.n) == (30.0, 13)
