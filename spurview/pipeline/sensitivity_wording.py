"""What trials with planted patterns say of a silence, in one sentence for window and exports."""

from __future__ import annotations

from collections.abc import Mapping

from spurview.pipeline.findings import Finding
from spurview.pipeline.stages import fingerprint
from spurview.pipeline.wording import SILENCE_UNTESTED, percent
from spurview.project.model import ProjectInfo, SensitivityPoint, SensitivityRecord

# A pattern counts as one that is found from this share of its trials on.
_RELIABLE = 0.8


def record_mark(info: ProjectInfo) -> str:
    """What the trials depend on: images and all settings of the search."""
    return fingerprint("candidates", info)


def is_current(info: ProjectInfo) -> bool:
    """Whether the trials were made on these images and with these settings."""
    return info.sensitivity is not None and info.sensitivity.fingerprint == record_mark(info)


def by_strength(record: SensitivityRecord) -> list[SensitivityPoint]:
    """Points of the largest shares, weakest first."""
    shares = max(((p.share_of_class, p.share_of_pool) for p in record.points), default=None)
    same = [p for p in record.points if (p.share_of_class, p.share_of_pool) == shares]
    return sorted(same, key=lambda p: p.strength)


def sensitivity_sentence(info: ProjectInfo) -> str:
    """The weakest pattern that would have been found, or that nothing is known."""
    record = info.sensitivity
    if record is None:
        return SILENCE_UNTESTED
    points = [p for p in by_strength(record) if p.learnt]
    if not points:
        return (
            "No network learnt any pattern that was planted on trial: there was no false cause to "
            "find."
        )
    reliable = [p for p in points if p.found >= _RELIABLE * p.learnt]
    point = reliable[0] if reliable else points[-1]
    told = (
        f"A {record.side_px} × {record.side_px} patch at strength {point.strength:g} in "
        f"{percent(point.share_of_pool)} of the pool would have been found with probability "
        f"{point.found / point.learnt:.2f} ({point.found} of {point.learnt} trials on these "
        f"images; 95 % interval {point.low:.2f}–{point.high:.2f})."
    )
    if not is_current(info):
        return f"{told} That was before images or settings were changed."
    return told


def measure_sentence(info: ProjectInfo, finding: Finding, ratios: Mapping[str, float]) -> str:
    """How far an alarm is above its thresholds, and how often these images alarm by themselves.

    ratios: its evidence over threshold by test. Empty for what is no alarm, and where no trial
    tells of these images with these settings.
    """
    record = info.sensitivity
    if not (finding.alarm and ratios) or record is None or not record.clean_runs:
        return ""
    if not is_current(info):
        return ""
    told = f"Its least evidence is {min(ratios.values()):.2f} times what an alarm needs"
    runs = f"{_runs(record.clean_runs)} on these images"
    if not record.clean_alarms:
        return f"{told}; with nothing planted none of {runs} alarmed."
    return (
        f"{told}; with nothing planted {record.clean_alarms} of {runs} alarmed as well: either "
        "these images carry a pattern of their own, perhaps this one, or alarms on them are not to "
        "be trusted."
    )


def trials_sentence(record: SensitivityRecord) -> str:
    """What was planted, how many networks learnt it, and what came of the runs without it."""
    points = by_strength(record)
    learnt = sum(p.learnt for p in points)
    trials = sum(p.trials for p in points)
    shares = (
        f"{percent(points[0].share_of_class)} of a class and {percent(points[0].share_of_pool)} of "
        "the pool"
        if points
        else "no share"
    )
    alarms = "none alarmed" if not record.clean_alarms else f"{record.clean_alarms} alarmed"
    return (
        f"A patch of {record.side_px} px in {shares}; {learnt} of {trials} networks learnt it, "
        f"which alone count. Of {_runs(record.clean_runs)} without a pattern {alarms}."
    )


def _runs(n: int) -> str:
    return f"{n} run{'' if n == 1 else 's'}"
