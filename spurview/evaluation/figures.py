"""Every figure of a group of runs, by name, each an estimate with its interval.

Knows nothing of files or of how figures are laid out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spurview.evaluation.intervals import (
    Estimate,
    area_under_curve,
    exact_share,
    highest,
    mean,
    median,
    share,
)
from spurview.evaluation.outcomes import PlantedIn, Runs, known

# The kind that a finding should name, by kind of run; elsewhere two names can both be right: a
# small patch of noise works scrambled as well, and one that was moved little is no more free.
EXPECTED_KIND = {
    "R1": "texture",
    "R2": "texture",
    "R3": "texture",
    "photo-tint": "colour",
    "free": "place-free",
}

Measure = Callable[[Runs], Estimate | None]


@dataclass(frozen=True)
class Figure:
    """One figure: its name in files, its heading in tables, what it says, and how it is made."""

    name: str
    heading: str
    says: str
    of: Measure


def _counted(test: Callable[[PlantedIn], bool]) -> Measure:
    """The share of learnt patterns that pass the test."""
    return lambda runs: share(sum(map(test, runs.all_learnt)), len(runs.all_learnt))


def _averaged(value: Callable[[PlantedIn], float | None]) -> Measure:
    """The mean over learnt patterns for which it is known."""
    return lambda runs: mean(runs.each(value))


def _before(places: int) -> Measure:
    def test(pattern: PlantedIn) -> bool:
        before = pattern.false_before
        return before is not None and before < places

    return _counted(test)


def _reciprocal_rank(pattern: PlantedIn) -> float:
    before = pattern.false_before
    return 0.0 if before is None else 1 / (1 + before)


def _found(column: str) -> Measure:
    """Over learnt patterns that were found."""
    return _averaged(lambda p: p.number(column) if p.is_found else None)


def _with_misses(column: str) -> Measure:
    """Over all learnt patterns; what was not found counts 0."""
    return _averaged(lambda p: _or_zero(p, column) if p.is_found else 0.0)


def _or_zero(pattern: PlantedIn, column: str) -> float:
    return pattern.number(column) or 0.0


def _over(column: str) -> Measure:
    """Our F1 less another's for the same pattern; what was not found counts 0 for either."""
    return _averaged(lambda p: _or_zero(p, "f1") - _or_zero(p, column))


def _learnt(runs: Runs) -> Estimate | None:
    return share(len(runs.all_learnt), runs.n_planted)


def _kind_named(runs: Runs) -> Estimate | None:
    asked = [p for p in runs.all_learnt if p.row.kind in EXPECTED_KIND and p.is_found]
    right = sum(p.word("found_kind") == EXPECTED_KIND[p.row.kind] for p in asked)
    return share(right, len(asked))


def _false_alarm_runs(runs: Runs) -> Estimate | None:
    return exact_share(sum(row.false_alarms > 0 for row in runs.rows), len(runs.rows))


def _discovery(runs: Runs) -> Estimate | None:
    return mean([known([row.discovery]) for row in runs.with_learnt])


def _false_discovery(runs: Runs) -> Estimate | None:
    """No alarm is no false one (Benjamini and Hochberg 1995)."""
    return mean([[row.false_discovery or 0.0] for row in runs.with_learnt])


def _score_area(runs: Runs) -> Estimate | None:
    """Runs with a learnt pattern against clean runs on the same source of images."""
    above = runs.with_learnt
    sources = {row.source for row in above}
    below = [row.model_score for row in runs.clean if row.source in sources]
    return area_under_curve([row.model_score for row in above], below)


def _alarm_runs(runs: Runs) -> Estimate | None:
    return exact_share(sum(row.alarms > 0 for row in runs.rows), len(runs.rows))


FINDING = (
    Figure("learnt", "learnt", "planted patterns that the network learnt", _learnt),
    Figure("top1", "top-1", "no false candidate ranks before it", _before(1)),
    Figure("top3", "top-3", "at most two false candidates rank before it", _before(3)),
    Figure(
        "mrr", "MRR", "mean of 1 / (1 + false candidates before it)", _averaged(_reciprocal_rank)
    ),
    Figure("found", "found", "a candidate is the pattern", _counted(lambda p: p.is_found)),
    Figure("alarmed", "alarmed", "that candidate is an alarm", _counted(lambda p: p.is_alarmed)),
    Figure("discovery", "discovery", "a run's learnt patterns that alarm", _discovery),
    Figure(
        "false_discovery", "false discovery", "a run's alarms that are no pattern", _false_discovery
    ),
    Figure("false_alarm_runs", "false alarms", "runs with a false alarm", _false_alarm_runs),
    Figure("kind_named", "kind named", "found ones whose kind is told rightly", _kind_named),
)
CARRIERS = (
    Figure("f1", "carriers F1", "over the pool; not found counts 0", _with_misses("f1")),
    Figure("f1_found", "F1 where found", "over the pool", _found("f1")),
    Figure("precision", "precision", "of carriers, where found", _found("precision")),
    Figure("recall", "recall", "of carriers, where found", _found("recall")),
    Figure("carrier_ap", "AP", "of the carriers' scores, where found", _found("carrier_ap")),
    Figure("pixel_ap", "pixel AP", "of the map, where found", _found("pixel_ap")),
    Figure("pixel_ap_all", "pixel AP, all", "not found counts 0", _with_misses("pixel_ap")),
    Figure("iou", "IoU", "of the map from .5 on, where found", _found("iou")),
    Figure("iou_all", "IoU, all", "not found counts 0", _with_misses("iou")),
    Figure("ncc", "NCC", "of template and pattern, where found", _found("ncc")),
    Figure("effect", "template effect", "flip over the true one's, where found", _found("effect")),
)
BESIDE = (
    Figure(
        "literal_f1", "literal F1", "the literal method's first cluster",
        _averaged(lambda p: _or_zero(p, "literal_f1")),
    ),
    Figure(
        "literal_best_f1", "its best F1", "its best cluster, chosen by the truth",
        _averaged(lambda p: _or_zero(p, "literal_best_f1")),
    ),
    Figure(
        "literal_top1", "literal top-1", "its first cluster is the pattern",
        _counted(lambda p: p.is_first_of_literal),
    ),
    Figure("over_literal", "ours − literal", "F1, pattern by pattern", _over("literal_f1")),
    Figure("over_best", "ours − its best", "F1, pattern by pattern", _over("literal_best_f1")),
    Figure(
        "known_f1", "known F1", "a matched filter that knows the pattern",
        _averaged(lambda p: p.number("known_f1")),
    ),
    Figure("known_ap", "known AP", "its scores", _averaged(lambda p: p.number("known_ap"))),
    Figure(
        "chance_f1", "chance F1", "as many images drawn at random",
        lambda runs: mean([known([row.chance_f1]) for row in runs.with_learnt]),
    ),
    Figure("auroc", "AUROC", "model score, learnt against clean runs", _score_area),
)  # fmt: skip
SILENCE = (
    Figure("alarm_runs", "runs with an alarm", "of any kind", _alarm_runs),
    Figure(
        "suspects", "suspects a run", "mean",
        lambda runs: mean([[float(row.suspects)] for row in runs.rows]),
    ),
    Figure(
        "highest_ratio", "highest least ratio", "median over runs; an alarm needs 1",
        lambda runs: median(known(row.highest_false_ratio for row in runs.rows)),
    ),
    Figure(
        "topmost_ratio", "of all runs", "the largest least ratio that was seen",
        lambda runs: highest(known(row.highest_false_ratio for row in runs.rows)),
    ),
    Figure(
        "model_score", "model score", "median",
        lambda runs: median([row.model_score for row in runs.rows]),
    ),
)  # fmt: skip
COST = (
    Figure(
        "seconds", "seconds a run", "median, all stages",
        lambda runs: median([row.seconds for row in runs.rows]),
    ),
)  # fmt: skip

OF_PLANTED = (*FINDING, *CARRIERS, *BESIDE, *COST)
OF_CLEAN = (*SILENCE, *COST)


def figures_of(runs: Runs, figures: Sequence[Figure]) -> dict[str, Estimate]:
    """The figures by name; those that the runs cannot tell are left out."""
    made = {figure.name: figure.of(runs) for figure in figures}
    return {name: estimate for name, estimate in made.items() if estimate is not None}
