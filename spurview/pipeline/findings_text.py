"""The findings in words: a table of them, and one finding with its evidence. Reads no file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from spurview.core.shared_pixels import pattern_box
from spurview.pipeline.findings import Finding, Findings
from spurview.pipeline.wording import (
    candidate_names,
    chance_sentence,
    count,
    headline,
    percent,
    place,
    removal_sentence,
    silence,
    times,
    training_sentence,
)
from spurview.pipeline.wording_outcome import standing
from spurview.pipeline.wording_silence import NOTHING_SEARCHED, STALE, is_searched, told_classes

MAP_LEVEL = 0.3
HEADINGS = ("", "finding", "outcome", "kind", "score", "carriers", "lift", "insertion", "control")


def findings_table(findings: Findings) -> Iterator[str]:
    """The ranked candidates, one a line, and what came of each class."""
    if findings.stale:
        yield STALE
    rows = [HEADINGS, *(finding_row(f) for f in findings.findings)]
    if len(rows) > 1:
        yield from table(rows)
        yield ""
    shown, rest = told_classes(findings)
    for found in shown:
        reason = f": {found.reason}" if found.reason else ""
        images = f"{count(found.pool)} pool images"
        yield f"class {found.class_}: {found.outcome}{reason} ({images})"
    if rest:
        yield rest
    yield ""
    if findings.chance:
        yield chance_sentence(findings.chance)
    yield verdict_line(findings)


def verdict_line(findings: Findings) -> str:
    """How many alarms there are, or that there is none."""
    if not is_searched(findings):
        return NOTHING_SEARCHED
    if not findings.alarms:
        return silence(len(findings.findings))
    classes = {f.class_: None for f in findings.findings if f.alarm}
    number = f"{findings.alarms} alarm" + ("" if findings.alarms == 1 else "s")
    noun = "class" if len(classes) == 1 else "classes"
    return f"{number}: a pattern decides for {noun} {', '.join(classes)}."


def finding_row(finding: Finding) -> tuple[str, ...]:
    """The cells of one finding, under `HEADINGS`."""
    put = finding.insertion
    return (
        f"{finding.rank}.",
        finding.id,
        finding.outcome.upper() if finding.alarm else finding.outcome,
        finding.kind or "-",
        f"{finding.score:.2f}",
        count(len(finding.template_matches)),
        times(finding.pool.lift) if finding.pool.lift is not None else "-",
        percent(put.flip) if put else "-",
        percent(put.null_control) if put else "-",
    )


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns lined up, two spaces apart."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def finding_text(finding: Finding, findings: Findings) -> Iterator[str]:
    """One finding with its evidence, in sentences."""
    name = candidate_names(findings)[finding.id]
    kind = f", {finding.kind}" if finding.kind else ""
    yield f"Finding {finding.rank} ({finding.id}): {finding.outcome}{kind}, class {name}"
    sentences = [headline(finding), standing(finding)]
    if finding.outcome != "candidate":
        sentences += [removal_sentence(finding), training_sentence(finding), where(finding)]
    yield from (f"  {sentence}" for sentence in sentences if sentence)


def where(finding: Finding) -> str:
    """Where the shared pixels lie."""
    pixels = finding.pixels
    shared = np.array(pixels.map, np.float32).reshape(pixels.height, pixels.width)
    box = pattern_box(shared, MAP_LEVEL) if finding.localised else None
    moves = pixels.places is not None
    at = place(box, pixels.height, pixels.width, moves=moves)
    return f"The shared pixels: {at}."
