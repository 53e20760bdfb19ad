"""From which strength and share on patterns would have been found in a project's own images.

Made from the rows of its trials; knows neither the project nor how trials are run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

import spurview
from spurview.evaluation.detection import Detection, detection
from spurview.evaluation.intervals import Estimate, share
from spurview.evaluation.outcomes import PlantedIn, planted_in
from spurview.evaluation.rows import Row
from spurview.evaluation.tables import detection_sentence, escaped, estimate_text, markdown_table


@dataclass(frozen=True)
class PointResult:
    """What came of the trials of one strength and shares; found and alarmed count learnt ones.

    not_learnt_found: of those that were not learnt, how many were found all the same.
    """

    strength: float
    share_of_class: float
    share_of_pool: float
    trials: int
    learnt: int
    found: Estimate | None
    alarmed: Estimate | None
    not_learnt_found: int


@dataclass(frozen=True)
class Sensitivity:
    """All that is told of a project's trials.

    side_px: of the patch; by_strength: found, over strengths at the first point's shares;
    found, alarmed: over the flip of the true pattern, all trials;
    clean_runs, clean_alarms, highest_ratio: runs without a pattern, how many of them alarmed, and
    the largest least ratio of evidence in any; an alarm needs 1.
    """

    spurview: str
    project: str
    command: str
    side_px: int
    points: list[PointResult]
    by_strength: Detection
    found: Detection
    alarmed: Detection
    clean_runs: int
    clean_alarms: int
    highest_ratio: float | None


def sensitivity(rows: Sequence[Row], *, project: str, command: str = "") -> Sensitivity:
    """What the rows of the trials say; strongest and most frequent patterns first."""
    patterns = [p for row in rows if row.group == "planted" for p in planted_in(row)]
    clean = [row for row in rows if row.group == "clean"]
    with_flip = [(p, flip) for p in patterns if (flip := p.number("true_flip")) is not None]
    flips = [flip for _, flip in with_flip]
    ratios = [r for row in clean if (r := row.highest_false_ratio) is not None]
    sides = [int(p.word("pattern_box").split()[-1]) for p in patterns if p.word("pattern_box")]
    return Sensitivity(
        spurview=spurview.__version__,
        project=project,
        command=command,
        side_px=max(sides, default=0),
        points=list(_points(patterns)),
        by_strength=_by_strength(patterns),
        found=detection(flips, [p.is_found for p, _ in with_flip]),
        alarmed=detection(flips, [p.is_alarmed for p, _ in with_flip]),
        clean_runs=len(clean),
        clean_alarms=sum(row.alarms > 0 for row in clean),
        highest_ratio=max(ratios, default=None),
    )


def to_json(told: Sensitivity) -> str:
    """As indented JSON."""
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()


def _by_strength(patterns: Sequence[PlantedIn]) -> Detection:
    """Over the strengths alone, shares as at the first point; learnt or not."""
    shares = ("pattern_class_share", "pattern_pool_share")
    most = max((tuple(p.number(name) or 0.0 for name in shares) for p in patterns), default=())
    same = [p for p in patterns if tuple(p.number(name) or 0.0 for name in shares) == most]
    strengths = [p.number("pattern_strength") or 0.0 for p in same]
    return detection(strengths, [p.is_found for p in same])


def _points(patterns: Sequence[PlantedIn]) -> Iterator[PointResult]:
    by_point: dict[tuple[float, float, float], list[PlantedIn]] = {}
    for pattern in patterns:
        names = ("pattern_strength", "pattern_class_share", "pattern_pool_share")
        strength, of_class, of_pool = (pattern.number(name) or 0.0 for name in names)
        by_point.setdefault((strength, of_class, of_pool), []).append(pattern)
    for (strength, of_class, of_pool), tried in sorted(by_point.items(), reverse=True):
        learnt = [p for p in tried if p.is_learnt]
        yield PointResult(
            strength=strength,
            share_of_class=of_class,
            share_of_pool=of_pool,
            trials=len(tried),
            learnt=len(learnt),
            found=share(sum(p.is_found for p in learnt), len(learnt)),
            alarmed=share(sum(p.is_alarmed for p in learnt), len(learnt)),
            not_learnt_found=sum(p.is_found for p in tried if not p.is_learnt),
        )


def sentences(told: Sensitivity) -> list[str]:
    """What was tried, what of it would have been found and alarmed, and what clean runs say."""
    if not told.points:
        return ["No trial has finished.", clean_sentence(told)]
    first, *others = told.points
    found = "; ".join(
        [
            f"A patch of {told.side_px} px{_how(first.strength)} in "
            f"{_percent(first.share_of_class)} of a class would have been found in "
            + _counted(first, first.found),
            *(f"{_difference(first, p)} in {_counted(p, p.found)}" for p in others),
        ]
    )
    alarmed = "; ".join(
        [
            f"It would have raised an alarm in {_counted(first, first.alarmed)}",
            *(f"{_difference(first, p)} in {_counted(p, p.alarmed)}" for p in others),
        ]
    )
    return [f"{found}.", f"{alarmed}.", clean_sentence(told)]


def clean_sentence(told: Sensitivity) -> str:
    """How near the same images come to an alarm when nothing is planted."""
    if not told.clean_runs:
        return "No run without a planted pattern has finished, so that nothing tells of alarms."
    runs = f"{told.clean_runs} run{'' if told.clean_runs == 1 else 's'}"
    if told.clean_alarms:
        return (
            f"With nothing planted {told.clean_alarms} of {runs} alarmed: these images carry a "
            "pattern of their own, or alarms on them are not to be trusted."
        )
    ratio = "" if told.highest_ratio is None else f", the highest least ratio {_ratio(told)}"
    return f"With nothing planted none of {runs} alarmed{ratio}; an alarm needs 1."


def _ratio(told: Sensitivity) -> str:
    return f"{told.highest_ratio:.2f}"


def _how(strength: float) -> str:
    return " replaced" if strength == 1 else f" blended at strength {strength:g}"


def _counted(point: PointResult, counted: Estimate | None) -> str:
    """``5 of 5 trials``; of those that learnt it, where some did not."""
    if counted is None:
        return f"none of {point.trials}, as no network learnt it"
    if point.learnt < point.trials:
        return f"{counted.hits} of the {point.learnt} of {point.trials} that learnt it"
    return f"{counted.hits} of {point.trials} trials"


def _difference(first: PointResult, point: PointResult) -> str:
    """What sets a point apart from the first one."""
    told = []
    if point.strength != first.strength:
        told.append(f"at strength {point.strength:g}")
    if point.share_of_class != first.share_of_class:
        told.append(f"in {_percent(point.share_of_class)} of a class")
    if point.share_of_pool != first.share_of_pool:
        told.append(f"in {_percent(point.share_of_pool)} of the pool")
    return " and ".join(told)


def markdown(told: Sensitivity) -> str:
    """The whole of it as Markdown."""
    return "\n".join(_markdown(told)) + "\n"


HOW = """
Each trial plants one patch of noise into these images, at strength 1 replacing and below it
blended, trains and runs everything anew with the project's own settings, and asks whether the patch
is found and whether it alarms. Class, place, noise and the seed of all training change from trial
to trial and are the same at every strength and share. A trial counts where the network learnt the
pattern: where it moves at least 20 % of the clean pool images of other classes to its class; what
no network learnt is no false cause to find. Intervals are Wilson's at 95 %.
""".strip()


def _markdown(told: Sensitivity) -> Iterator[str]:
    yield f"# What would have been found in {escaped(told.project)}"
    for sentence in sentences(told):
        yield ""
        yield escaped(sentence)
    yield ""
    yield from markdown_table(point_rows(told))
    for line in detection_lines(told):
        yield ""
        yield line
    yield ""
    yield HOW
    yield ""
    yield f"Made by spurview {told.spurview}: {escaped(told.command)}"


def detection_lines(told: Sensitivity) -> list[str]:
    """Where patterns begin to be found and to alarm."""
    return [
        detection_sentence("Found, over strength", told.by_strength, of="a strength"),
        detection_sentence("Found, over the flip of the true pattern", told.found),
        detection_sentence("Alarmed, over the flip of the true pattern", told.alarmed),
    ]


def point_rows(told: Sensitivity) -> list[list[str]]:
    """A head, and a line a point."""
    counted = ["trials", "learnt", "found", "alarmed", "not learnt, yet found"]
    rows = [["strength", "of class", "of pool", *counted]]
    for point in told.points:
        shares = (_percent(point.share_of_class), _percent(point.share_of_pool))
        rates = (estimate_text(point.found), estimate_text(point.alarmed))
        counts = (str(point.trials), str(point.learnt))
        rows.append([f"{point.strength:g}", *shares, *counts, *rates, str(point.not_learnt_found)])
    return rows


def _percent(value: float) -> str:
    return f"{100 * value:g} %"
