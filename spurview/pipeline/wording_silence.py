"""What is said when nothing was found, and what was searched to arrive at it."""

from __future__ import annotations

from spurview.pipeline.findings import ClassFinding, Findings
from spurview.pipeline.wording import SILENCE, chance_sentence, count

NOTHING_SEARCHED = "Nothing can be said: no class got enough pool images to be searched."
# What `core.local_family` asks for, which loads torch; a test compares them.
FEWEST = 5
# Up to so many classes without a pool image have a line each.
_FEW_EMPTY = 5
STALE = "Stale: settings changed since; run the project again."


def is_silent(findings: Findings) -> bool:
    """Whether no candidate is more than listed."""
    return all(finding.outcome == "candidate" for finding in findings.findings)


def is_searched(findings: Findings) -> bool:
    """Whether any class was searched, so that silence says something."""
    return any(found.outcome != "cannot tell" for found in findings.per_class)


def told_classes(findings: Findings) -> tuple[list[ClassFinding], str]:
    """The classes that have a line each, and a sentence on the rest, empty where all have.

    Of a network of a thousand classes most get no pool image, and a line for each says nothing.
    """
    with_images = [found for found in findings.per_class if found.pool]
    n_empty = len(findings.per_class) - len(with_images)
    if n_empty <= _FEW_EMPTY:
        return findings.per_class, ""
    return with_images, f"{count(n_empty)} more classes: cannot tell, no pool image got them"


def headline(findings: Findings) -> str:
    """The sentence on top of silence."""
    return SILENCE if is_searched(findings) else NOTHING_SEARCHED


def searched(findings: Findings) -> list[tuple[str, str]]:
    """Name and value of each line under "What was searched"."""
    told = [c for c in findings.per_class if c.outcome != "cannot tell"]
    tested = len(findings.findings)
    lines = [
        ("Pool", f"{count(findings.images.pool)} images"),
        ("Classes", f"{count(len(told))} of {count(len(findings.per_class))} searched"),
        ("Candidates tested", f"{count(tested)}, none of them proven" if tested else "none found"),
    ]
    if told:
        lines.append(("Not searched", f"Patterns in fewer than {FEWEST} pool images of a class"))
    if findings.chance:
        lines.append(("Chance", chance_sentence(findings.chance)))
    for found in findings.per_class:
        if found.outcome == "cannot tell":
            lines.append((f"Class {found.class_}", f"Cannot tell: {found.reason}"))
    return lines
