"""Plots of finished runs: detection over strength, rates, paired F1, scores, ratios.

Knows no summary text and no page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spurview.evaluation.detection import Detection
from spurview.evaluation.drawing import (
    ALARM,
    GREY,
    LINE,
    OTHER,
    OURS,
    Plot,
    dots,
    drawn,
    interval,
    legend,
    panels,
    share_axis,
    spread,
    strips,
)
from spurview.evaluation.intervals import Estimate
from spurview.evaluation.outcomes import PlantedIn, Runs, known
from spurview.evaluation.rows import Row
from spurview.evaluation.summary import ALL_PLANTED, KindSummary, Summary, ordered_kinds

_LEAST_SHOWN_RATIO = 0.03


def plots_of(rows: Sequence[Row], summary: Summary) -> list[Plot]:
    """Every plot that the rows have something for, in the order in which they are told."""
    planted = [row for row in rows if row.group == "planted"]
    return [
        plot
        for plot in (
            _detection_plot(summary),
            _rates_plot(summary),
            _paired_plot(planted),
            _scores_plot(rows),
            _ratios_plot(rows),
        )
        if plot is not None
    ]


def _detection_plot(summary: Summary) -> Plot | None:
    if not summary.found.strengths:
        return None

    def figure() -> Figure:
        made, axes = panels(2, 3.1)
        shares = ([b.found for b in summary.bins], [b.alarmed for b in summary.bins])
        told = (("Found", summary.found), ("Alarmed", summary.alarmed))
        middles = [(b.low + b.high) / 2 for b in summary.bins]
        for one, (title, found), binned in zip(axes, told, shares, strict=True):
            draw_detection(one, found, middles, binned)
            one.set_title(title)
            one.set_xlabel("flip of the true pattern")
            one.set_xlim(-0.03, 1.03)
        return made

    shows = (
        "Share of planted patterns that were found and that alarmed, over the share of clean pool "
        "images that the true pattern moves; dots are patterns, bars Wilson's 95 % intervals."
    )
    return drawn("detection", shows, figure)


def draw_detection(
    axes: Axes, found: Detection, middles: Sequence[float], binned: Sequence[Estimate | None]
) -> None:
    """Trials as dots at 0 and 1, shares of ranges with intervals, and the curve where it fits."""
    x, y = np.array(found.strengths), np.array(found.detected, float)
    aside = np.where(y > 0, 0.055, -0.055) + 0.05 * spread(len(x))
    axes.plot(x, y + aside, "o", color=GREY, markersize=3, alpha=0.55, markeredgewidth=0)
    for at, share in zip(middles, binned, strict=True):
        if share is not None:
            interval(axes, at, share, OURS, upright=True)
    if found.curve is not None:
        line = np.linspace(0, 1, 200)
        axes.plot(line, found.curve.shares(line), color=OURS, linewidth=1.5)
    for level in (0.5, 0.95):
        axes.axhline(level, color=LINE, linewidth=0.8, zorder=0)
    axes.set_yticks([0, 0.5, 0.95], ["0", "50 %", "95 %"])
    axes.set_ylim(-0.13, 1.13)


def _rates_plot(summary: Summary) -> Plot | None:
    kinds = [kind for kind in summary.kinds if kind.group == "planted" and kind.learnt]
    if not kinds:
        return None

    def figure() -> Figure:
        made, axes = strips([_with_number(kind) for kind in kinds])
        for place, kind in enumerate(kinds):
            for name, colour, lift in (("top1", OURS, -0.14), ("alarmed", OTHER, 0.14)):
                estimate = kind.figures.get(name)
                if estimate is not None:
                    interval(axes, place + lift, estimate, colour)
        if kinds[-1].kind == ALL_PLANTED:
            axes.axhline(len(kinds) - 1.5, color=LINE, linewidth=0.8)
        share_axis(axes, "share of learnt patterns, with 95 % intervals")
        legend(axes, [("first in rank", OURS, "o"), ("alarmed", OTHER, "o")])
        return made

    return drawn("rates", "Learnt patterns that came first and that alarmed, by kind.", figure)


def _paired_plot(planted: Sequence[Row]) -> Plot | None:
    learnt = Runs(planted).all_learnt
    if not learnt:
        return None

    def figure() -> Figure:
        made = Figure(figsize=(4.6, 4.4), layout="constrained")
        axes = made.add_subplot()
        axes.plot([0, 1], [0, 1], color=LINE, linewidth=1, zorder=0)
        for is_photograph, marker, colour, label in (
            (False, "o", OURS, "grey images"),
            (True, "D", OTHER, "colour images"),
        ):
            some = [p for p in learnt if (p.row.channels == 3) == is_photograph]
            if some:
                x, y = _f1_pairs(some)
                axes.plot(
                    x, y, marker, color=colour, alpha=0.45, markersize=5, markeredgewidth=0,
                    label=label,
                )  # fmt: skip
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(-0.03, 1.03)
        axes.set_aspect("equal")
        axes.set_xlabel("carriers F1, literal method's first cluster")
        axes.set_ylabel("carriers F1, spurview")
        axes.legend(loc="lower right")
        return made

    shows = (
        "Carriers F1 of each learnt pattern, ours against the literal method's; above the line "
        "ours is better. What was not found counts 0."
    )
    return drawn("paired-f1", shows, figure)


def _f1_pairs(patterns: Sequence[PlantedIn]) -> tuple[list[float], list[float]]:
    return (
        [p.number("literal_f1") or 0.0 for p in patterns],
        [p.number("f1") or 0.0 for p in patterns],
    )


def _scores_plot(rows: Sequence[Row]) -> Plot | None:
    told = [
        (kind, group, [row.model_score for row in some])
        for kind, group, some in _by_kind(rows)
        if some
    ]
    if not told:
        return None

    def figure() -> Figure:
        made, axes = strips([kind for kind, _, _ in told])
        for place, (_, group, scores) in enumerate(told):
            dots(axes, place, scores, GREY if group == "clean" else OURS)
        axes.set_xlim(-0.02, 1.02)
        axes.set_xlabel("model score")
        legend(axes, [("learnt a pattern", OURS, "o"), ("clean", GREY, "o")])
        return made

    return drawn("model-score", "Model score of every run, planted and clean, by kind.", figure)


def _ratios_plot(rows: Sequence[Row]) -> Plot | None:
    told = [(kind, group, some) for kind, group, some in _by_kind(rows) if some]
    if not told:
        return None

    def figure() -> Figure:
        made, axes = strips([kind for kind, _, _ in told])
        for place, (_, group, some) in enumerate(told):
            true = known(p.number("least_ratio") for run in Runs(some).learnt for p in run)
            if group == "planted":
                dots(axes, place - 0.14, _shown(true), OURS, width=0.2)
            false = known(row.highest_false_ratio for row in some)
            lift = 0.14 if group == "planted" else 0.0
            dots(axes, place + lift, _shown(false), GREY, width=0.2, marker="x")
        axes.set_xscale("log")
        axes.set_xlim(_LEAST_SHOWN_RATIO * 0.85, 6)
        ticks = [0.03, 0.1, 0.3, 1, 3]
        axes.set_xticks(ticks, ["≤ .03", ".1", ".3", "1", "3"])
        axes.set_xticks([], minor=True)
        axes.axvline(1, color=ALARM, linewidth=1, zorder=0)
        axes.set_xlabel("least ratio of evidence to its threshold; from 1 on it is an alarm")
        legend(axes, [("planted pattern", OURS, "o"), ("highest other candidate", GREY, "x")])
        return made

    shows = (
        "Least ratio of evidence to threshold: the planted patterns' candidates and the highest "
        "other one of each run, by kind; from 1 on it is an alarm."
    )
    return drawn("least-ratio", shows, figure)


def _by_kind(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """Kind, group and runs: of planted kinds those with a learnt pattern."""
    for group in ("planted", "clean"):
        of_group = [row for row in rows if row.group == group]
        for kind in ordered_kinds(of_group):
            some = [row for row in of_group if row.kind == kind]
            yield kind, group, Runs(some).with_learnt if group == "planted" else some


def _with_number(kind: KindSummary) -> str:
    return f"{kind.kind} ({kind.learnt})"


def _shown(ratios: Sequence[float]) -> list[float]:
    return [max(ratio, _LEAST_SHOWN_RATIO) for ratio in ratios]
