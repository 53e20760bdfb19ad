"""The plots of a project's trials: found and alarmed by strength and share, and over the flip."""

from __future__ import annotations

from matplotlib.figure import Figure

from spurview.evaluation.drawing import (
    OTHER,
    OURS,
    Plot,
    drawn,
    interval,
    legend,
    panels,
    share_axis,
    strips,
)
from spurview.evaluation.plots import draw_detection
from spurview.evaluation.sensitivity import PointResult, Sensitivity


def plots_of(told: Sensitivity) -> list[Plot]:
    """Both plots, or none where no trial has finished."""
    return [_by_point(told), _over_flip(told)] if told.points else []


def _by_point(told: Sensitivity) -> Plot:
    def figure() -> Figure:
        made, axes = strips([_name(point) for point in told.points])
        for place, point in enumerate(told.points):
            for estimate, colour, lift in (
                (point.found, OURS, -0.14),
                (point.alarmed, OTHER, 0.14),
            ):
                if estimate is not None:
                    interval(axes, place + lift, estimate, colour)
        share_axis(axes, "share of the trials whose network learnt it, with 95 % intervals")
        legend(axes, [("found", OURS, "o"), ("alarmed", OTHER, "o")])
        return made

    shows = (
        "Patches planted into these images that were found and that alarmed, by strength and by "
        "the shares of a class and of the pool; in brackets how many networks learnt them."
    )
    return drawn("sensitivity", shows, figure)


def _name(point: PointResult) -> str:
    shares = f"{100 * point.share_of_class:g} % of class, {100 * point.share_of_pool:g} % of pool"
    return f"strength {point.strength:g}, {shares} ({point.learnt}/{point.trials})"


def _over_flip(told: Sensitivity) -> Plot:
    def figure() -> Figure:
        made, axes = panels(2, 3.1)
        for one, title, found in zip(
            axes, ("Found", "Alarmed"), (told.found, told.alarmed), strict=True
        ):
            draw_detection(one, found, (), ())
            one.set_title(title)
            one.set_xlabel("flip of the true pattern")
            one.set_xlim(-0.03, 1.03)
        return made

    shows = (
        "Every trial by the share of clean pool images that its true pattern moves, and the curve "
        "of detection where one can be fitted."
    )
    return drawn("detection", shows, figure)
