"""The figures to reach, as data, and whether they are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spurview.evaluation.figures import OF_CLEAN, OF_PLANTED
from spurview.evaluation.intervals import Estimate, upper_bound
from spurview.evaluation.outcomes import Runs
from spurview.evaluation.rows import Row

Verdict = Literal["met", "missed", "too few", "not run"]
Whole = Literal["", "planted", "clean"]

# Fewer learnt patterns of a kind, or clean runs of a kind, than these say too little.
LEAST_LEARNT, LEAST_CLEAN = 10, 20
LEAST_CLEAN_TOGETHER = 80
PIXELS_OF_COST = 28


@dataclass(frozen=True)
class Goal:
    """One figure to reach.

    kinds: counted together, each of which needs enough runs; where empty, all of `whole`, of
    images of `height` px where that is given. Exactly one of at_least and at_most is given;
    above_0: the whole interval too.
    """

    what: str
    figure: str
    kinds: tuple[str, ...] = ()
    whole: Whole = ""
    height: int = 0
    at_least: float | None = None
    at_most: float | None = None
    above_0: bool = False

    @property
    def asked(self) -> str:
        """The goal in signs, e.g. ``≥ 0.95``."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}" + (", interval above 0" if self.above_0 else "")
        return f"≤ {self.at_most:g}"


_NOISE = ("R1", "R2", "R3")
_NOISE_TOLD = "noise over the whole image (R1, R2, R3)"

GOALS = (
    Goal("single strong pattern: learnt", "learnt", ("strong",), at_least=0.9),
    Goal("single strong pattern: top-1", "top1", ("strong",), at_least=0.95),
    Goal("single strong pattern: carriers F1", "f1", ("strong",), at_least=0.95),
    Goal("single strong pattern: pixel AP", "pixel_ap", ("strong",), at_least=0.95),
    Goal("single strong pattern: IoU", "iou", ("strong",), at_least=0.8),
    Goal("single medium pattern: top-3", "top3", ("medium",), at_least=0.8),
    Goal("single medium pattern: pixel AP", "pixel_ap", ("medium",), at_least=0.8),
    Goal("three patterns in three classes: discovery", "discovery", ("three",), at_least=0.9),
    Goal(
        "three patterns in three classes: false discovery",
        "false_discovery",
        ("three",),
        at_most=0.05,
    ),
    Goal("five weak patterns in five classes: discovery", "discovery", ("five",), at_least=0.6),
    Goal(
        "five weak patterns in five classes: false discovery",
        "false_discovery",
        ("five",),
        at_most=0.1,
    ),
    Goal("rare, in 1 % of the pool: top-1", "top1", ("rare",), at_least=0.9),
    Goal(f"{_NOISE_TOLD}: top-1", "top1", _NOISE, at_least=0.95),
    Goal(f"{_NOISE_TOLD}: alarmed", "alarmed", _NOISE, at_least=0.95),
    Goal(f"{_NOISE_TOLD}: named texture", "kind_named", _NOISE, at_least=0.95),
    Goal(f"{_NOISE_TOLD}: carriers F1", "f1", _NOISE, at_least=0.98),
    Goal("clean runs with an alarm", "alarm_runs", whole="clean", at_most=0.0),
    Goal("all learnt patterns: alarmed", "alarmed", whole="planted", at_least=0.8),
    Goal("strong against clean networks: AUROC", "auroc", ("strong",), at_least=0.99),
    Goal("medium against clean networks: AUROC", "auroc", ("medium",), at_least=0.9),
    Goal("all learnt patterns: template effect", "effect", whole="planted", at_least=0.8),
    Goal(
        "all learnt patterns: F1 over the literal method's",
        "over_literal",
        whole="planted",
        at_least=0.3,
        above_0=True,
    ),
    Goal("photographs, patch: top-1", "top1", ("photo-patch",), at_least=0.9),
    Goal("photographs, tint: top-1", "top1", ("photo-tint",), at_least=0.8),
    Goal("photographs, jittered: top-1", "top1", ("photo-jittered",), at_least=0.7),
    Goal(
        f"seconds a run at {PIXELS_OF_COST} px, training included",
        "seconds",
        whole="planted",
        height=PIXELS_OF_COST,
        at_most=60.0,
    ),
)


@dataclass(frozen=True)
class Judged:
    """A goal beside what was measured; `remark` says what the verdict alone does not."""

    goal: Goal
    estimate: Estimate | None
    verdict: Verdict
    remark: str = ""


def judged(goal: Goal, rows: Sequence[Row]) -> Judged:
    """The goal beside the figure of these rows."""
    chosen = [row for row in rows if _belongs(goal, row)]
    clean = [row for row in rows if row.group == "clean"]
    figures = {figure.name: figure for figure in (*OF_PLANTED, *OF_CLEAN)}
    runs = Runs(chosen, clean)
    estimate = figures[goal.figure].of(runs) if chosen else None
    if estimate is None:
        return Judged(goal, None, "not run" if not chosen else "too few", _counts(goal, runs))
    if short := _shortage(goal, runs):
        return Judged(goal, estimate, "too few", short)
    return Judged(goal, estimate, _verdict(goal, estimate), _remark(goal, estimate, runs))


def _belongs(goal: Goal, row: Row) -> bool:
    if goal.kinds:
        return row.kind in goal.kinds
    return row.group == goal.whole and goal.height in (0, row.height)


def _verdict(goal: Goal, estimate: Estimate) -> Verdict:
    if goal.at_most is not None:
        return "met" if estimate.value <= goal.at_most else "missed"
    reached = goal.at_least is not None and estimate.value >= goal.at_least
    if goal.above_0 and not (estimate.low is not None and estimate.low > 0):
        reached = False
    return "met" if reached else "missed"


def _shortage(goal: Goal, runs: Runs) -> str:
    """Which kinds have too few learnt patterns or runs; empty where all have enough.

    All planted kinds together need no more than one kind does.
    """
    if goal.whole == "planted":
        n = len(runs.rows) if goal.figure == "seconds" else len(runs.all_learnt)
        return f"{n} of {LEAST_LEARNT}" if n < LEAST_LEARNT else ""
    short = []
    for kind in goal.kinds or sorted({row.kind for row in runs.rows}):
        part = Runs([row for row in runs.rows if row.kind == kind])
        n, least = len(part.all_learnt), LEAST_LEARNT
        if goal.whole == "clean":
            n, least = len(part.rows), LEAST_CLEAN
        elif goal.figure == "learnt":
            n = part.n_planted
        if n < least:
            short.append(f"{kind} {n} of {least}")
    if goal.whole == "clean" and len(runs.rows) < LEAST_CLEAN_TOGETHER:
        short.append(f"together {len(runs.rows)} of {LEAST_CLEAN_TOGETHER}")
    return ", ".join(short)


def _counts(goal: Goal, runs: Runs) -> str:
    return f"{len(runs.rows)} runs, {len(runs.all_learnt)} learnt" if runs.rows else ""


def _remark(goal: Goal, estimate: Estimate, runs: Runs) -> str:
    if goal.figure == "alarm_runs" and estimate.hits is not None:
        bound = upper_bound(estimate.hits, estimate.n)
        return f"one-sided exact 95 % bound {100 * bound:.1f} %"
    if goal.figure == "seconds":
        return f"slowest {max(row.seconds for row in runs.rows):.0f}"
    if goal.figure in ("pixel_ap", "iou"):
        everywhere = {f.name: f for f in OF_PLANTED}[f"{goal.figure}_all"].of(runs)
        return f"{everywhere.value:.2f} where not found counts 0" if everywhere else ""
    return ""
