"""What is said when nothing was found, and what was searched to arrive at it."""

from __future__ import annotations

from spurview.pipeline.findings import Findings
from spurview.pipeline.wording import chance_sentence, count


def is_silent(findings: Findings) -> bool:
    """Whether no candidate is more than listed."""
    return all(finding.outcome == "candidate" for finding in findings.findings)


def searched(findings: Findings) -> list[tuple[str, str]]:
    """Name and value of each line under "What was searched"."""
    told = [c for c in findings.per_class if c.outcome != "cannot tell"]
    tested = len(findings.findings)
    lines = [
        ("Pool", f"{count(findings.images.pool)} images"),
        ("Classes", f"{count(len(told))} of {count(len(findings.per_class))} searched"),
        ("Candidates tested", f"{count(tested)}, none of them proven" if tested else "none found"),
    ]
    if findings.chance:
        lines.append(("Chance", chance_sentence(findings.chance)))
    for found in findings.per_class:
        if found.outcome == "cannot tell":
            lines.append((f"Class {found.class_}", f"Cannot tell: {found.reason}"))
    return lines
