"""Headings, cells and short sentences of one finding's evidence, for the window and the report."""

from __future__ import annotations

from collections.abc import Sequence

from spurview.pipeline.evidence import Evidence, Occurrence
from spurview.pipeline.findings import Finding
from spurview.pipeline.wording import count, percent, reason, scientific, times

TAKING_OUT = "Taking it out"
WHERE_IT_OCCURS = "Where it occurs"
WEAKENING = "What would weaken this claim"
TRAINING_IMAGES = "Training images that carry it"
SHARES_OF_HALF = (
    "Shares, lift and q of training images are of the half that no search looked at; counts are of "
    "all."
)
NO_PLACE = "No stable place: the mean of its images is shown"
# What stands beside a doubt, by whether it weakens the claim.
WEAKENS = {True: "weakens the claim", False: "does not", None: "not known"}


def facts(finding: Finding) -> list[tuple[str, str, str]]:
    """Pool lift, training lift and removal: name, value and the rest."""
    pool, out = finding.pool, finding.removal
    return [
        ("Pool lift", times(pool.lift), f"q {scientific(pool.q)}"),
        _training(finding),
        (
            "Removal",
            percent(out.drop) if out else "Not tried",
            f"elsewhere {percent(out.control)}" if out else reason(finding, "removal"),
        ),
    ]


def _training(finding: Finding) -> tuple[str, str, str]:
    """The lift; the share where there is nothing to divide by."""
    seen = finding.training
    if seen is None:
        return "Training lift", "Not known", reason(finding, "training")
    if seen.lift is None:
        return "Training share", percent(seen.rate), f"others {percent(seen.others)}"
    return "Training lift", times(seen.lift), f"q {scientific(seen.q)}"


def occurrence_table(evidence: Evidence) -> list[Sequence[str]]:
    """A head, and a line each for pool and training: carriers in the class, elsewhere, lift, q."""
    lines: list[Sequence[str]] = [
        ("", f"in class {evidence.finding.class_}", "elsewhere", "lift", "q"),
        _occurrence("Pool, unseen half", evidence.pool_occurrence()),
    ]
    training = evidence.training_occurrence()
    if training is not None:
        lines.append(_occurrence("Training images", training))
    return lines


def expected_sentence(finding: Finding) -> str:
    """How many carriers would have got the class if the pattern made no difference."""
    pool = finding.pool
    return (
        f"Of {count(pool.matching)} carriers {pool.expected:.1f} would be class {finding.class_} "
        "if the pattern made no difference."
    )


def no_training_images(finding: Finding) -> str:
    """Why no training image is listed."""
    if finding.training:
        return "None was found."
    return f"Not known: {reason(finding, 'training')}."


def _occurrence(name: str, seen: Occurrence) -> tuple[str, ...]:
    return (
        name,
        _of(seen.inside, seen.inside_total),
        _of(seen.outside, seen.outside_total),
        times(seen.lift) if seen.lift is not None else "only here",
        scientific(seen.q),
    )


def _of(part: int, total: int | None) -> str:
    return count(part) if total is None else f"{count(part)} of {count(total)}"
