"""One self-contained HTML file that an auditor can hand over. It loads nothing and runs nothing.

Sentences come from where the window and the command line have theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import spurview
from spurview.core.errors import StageError
from spurview.core.progress import Report, silent
from spurview.core.shared_pixels import Highlight
from spurview.pipeline import wording
from spurview.pipeline.by_hand import with_by_hand
from spurview.pipeline.evidence import Evidence
from spurview.pipeline.export_origin import Material, chosen_findings, provenance
from spurview.pipeline.findings import Finding, Findings, candidate_rows, collect
from spurview.pipeline.findings_text import verdict_line
from spurview.pipeline.report_findings import finding_article, pattern_thumb
from spurview.pipeline.report_markup import number, pairs, paragraph, table, text
from spurview.pipeline.report_provenance import examined, provenance_part
from spurview.pipeline.report_sensitivity import sensitivity_part
from spurview.pipeline.report_style import style
from spurview.pipeline.whole_files import write_whole
from spurview.pipeline.wording import candidate_names, count, percent, times
from spurview.pipeline.wording_silence import STALE, is_silent, searched, told_classes
from spurview.project.model import now

FILE_NAME = "report.html"
_HEAD = (
    *("finding", "pattern", "outcome", "kind", "turned"),
    *("random group", "pool lift", "in training", "verdict"),
)
_JUDGE = (
    "An alarm is a measured cause: the pattern, put into images it has nothing to do with, moves "
    "them to the class, and patterns made the same way from random groups do not. Whether it is "
    "spurious, or a genuine feature of the class, is for a person to say."
)
_NO_PROOF = (
    "That nothing was found is no proof that there is nothing: weak and rare patterns can be "
    "missed, and patterns that the pool does not show cannot be found in it."
)


def report_html(
    material: Material,
    *,
    ids: Sequence[str] = (),
    highlight: Highlight | None = None,
    written: str = "",
    report: Report = silent,
) -> str:
    """The report on the findings named by `ids`, or all, as one HTML page.

    A project whose stages have not all run gives a page that says so, with its provenance.
    written: when, UTC; now unless given. Raises InputError for an unknown id.
    """
    material = replace(material, reader=with_by_hand(material.reader, material.info))
    page = _Page(material, highlight or Highlight(), written or now())
    return "\n".join(part for part in page.parts(ids, report) if part) + "\n"


def write_report(
    material: Material,
    path: Path,
    *,
    highlight: Highlight | None = None,
    report: Report = silent,
) -> None:
    """Write the report on all findings into one file, whole or not at all. Raises InputError."""
    write_whole(path, page_bytes(report_html(material, highlight=highlight, report=report)))


def page_bytes(page: str) -> bytes:
    """The page as it stands in a file; a file name that is no text keeps its bytes as escapes."""
    return page.encode("utf-8", "backslashreplace")


class _Page:
    """The parts of one report, in order."""

    def __init__(self, material: Material, highlight: Highlight, written: str) -> None:
        self._material, self._highlight, self._written = material, highlight, written

    def parts(self, ids: Sequence[str], report: Report) -> Iterator[str]:
        yield from self._head()
        try:
            material = self._material
            found = collect(material.reader, material.info, material.verdicts, material.keys)
        except StageError as error:
            yield paragraph(f"There are no findings to report. {error}", "lead banner")
            yield from self._end()
            return
        chosen = self._evidence(found, ids)
        yield from self._summary(found, chosen)
        yield from self._articles(found, chosen, report)
        yield from _classes(found)
        yield from sensitivity_part(self._material.info, self._material.sensitivity)
        yield from self._end()

    def _evidence(self, found: Findings, ids: Sequence[str]) -> list[Evidence]:
        material, rows = self._material, candidate_rows(self._material.reader)
        return [
            Evidence(material.reader, material.info, material.keys, finding, rows[finding.id])
            for finding in chosen_findings(found, ids)
        ]

    def _head(self) -> Iterator[str]:
        origin, name = provenance(self._material.info), self._material.name
        title = f"spurview report: {name or 'project ' + origin['project'][:8]}"
        foot = f"spurview, project {origin['project']}, revision {origin['revision']}"
        yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        # Nothing but the styles and pictures within the page takes effect, whatever a name holds.
        yield (
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
        )
        yield '<meta name="referrer" content="no-referrer">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{text(title)}</title><style>{style(foot)}</style></head><body>"
        yield paragraph("spurview: what a network should not have learnt", "quiet")
        yield f"<h1>{text(name or 'Report')}</h1>"
        made = f"Project {origin['project']}, revision {origin['revision']}, settings "
        made += f"{origin['settings']}. Written by spurview {spurview.__version__}, "
        yield f'<p class="quiet">{text(made)}<span class="whole">{text(self._written)}</span>.</p>'

    def _summary(self, found: Findings, chosen: Sequence[Evidence]) -> Iterator[str]:
        info, reader = self._material.info, self._material.reader
        names = candidate_names(found)
        yield '<h2 id="summary">Summary</h2>'
        if found.stale:
            yield paragraph(STALE, "banner")
        look = "lead alarm" if found.alarms else "lead"
        yield paragraph(verdict_line(found), look)
        for finding in (evidence.finding for evidence in chosen):
            if finding.alarm:
                yield paragraph(f"{names[finding.id]}: {wording.headline(finding)}")
                yield paragraph(_cleaning(finding))
        yield from (paragraph(line) for line in examined(info, reader))
        yield paragraph(_JUDGE if found.alarms else _NO_PROOF)
        yield paragraph(_judged([evidence.finding for evidence in chosen]))
        if found.chance:
            yield paragraph(wording.chance_sentence(found.chance))
        if len(chosen) < len(found.findings):
            told = f"Only {count(len(chosen))} of {count(len(found.findings))} findings are in it."
            yield paragraph(told, "banner")
        if chosen:
            yield from table(_overview(found, chosen))

    def _articles(
        self, found: Findings, chosen: Sequence[Evidence], report: Report
    ) -> Iterator[str]:
        if is_silent(found):
            yield '<h2 id="searched">What was searched</h2>'
            yield from pairs(searched(found))
        names, title = candidate_names(found), ""
        for place, evidence in enumerate(chosen):
            finding = evidence.finding
            report(place, len(chosen), f"report: finding {finding.rank}")
            before, title = title, _title(finding)
            if title != before:
                yield f"<h2>{text(title)}</h2>"
            yield from finding_article(evidence, names[finding.id], self._highlight)

    def _end(self) -> Iterator[str]:
        yield from provenance_part(self._material, self._written)
        yield "</body></html>"


def _title(finding: Finding) -> str:
    return "Listed, not proven" if finding.outcome == "candidate" else "Findings"


def _overview(found: Findings, chosen: Sequence[Evidence]) -> list[list[str]]:
    """A line a finding, linked to its article."""
    names = candidate_names(found)
    return [[*_HEAD], *(_line(one, names[one.finding.id]) for one in chosen)]


def _line(evidence: Evidence, name: str) -> list[str]:
    finding = evidence.finding
    put, seen = finding.insertion, finding.training
    flip, control = (put.flip, put.null_control) if put else (None, None)
    rate = seen.rate if seen else None
    outcome = text(finding.outcome)
    return [
        f'{finding.rank}. <a href="#finding-{finding.rank}">{text(name)}</a>',
        pattern_thumb(evidence),
        f'<span class="alarm">{outcome}</span>' if finding.alarm else outcome,
        text(finding.kind or ""),
        number(flip, percent(flip)),
        number(control, percent(control)),
        number(finding.pool.lift, times(finding.pool.lift)),
        number(rate, percent(rate)),
        text(finding.verdict or "none yet"),
    ]


def _classes(found: Findings) -> Iterator[str]:
    """What came of every class, with the reason where nothing can be told."""
    yield '<h2 id="classes">Class by class</h2>'
    shown, rest = told_classes(found)
    rows = [["class", "pool images", "outcome"]]
    for one in shown:
        told = f"{one.outcome}: {one.reason}" if one.reason else one.outcome
        rows.append([text(one.class_), count(one.pool), text(told)])
    yield from table(rows)
    yield paragraph(f"{rest}." if rest else "")


def _cleaning(finding: Finding) -> str:
    """What is to be done about an alarm."""
    if finding.training is None or not finding.training.matches:
        return ""
    number_of = count(len(finding.training.matches))
    return (
        f"{number_of} training images carry it; they are listed below. Clean or replace them, "
        "train again, and look again."
    )


def _judged(chosen: Sequence[Finding]) -> str:
    """How many findings a person has judged, and how."""
    verdicts = Counter(f.verdict for f in chosen if f.verdict)
    if not chosen:
        return ""
    if not verdicts:
        return "No person has judged these findings yet."
    told = ", ".join(f"{count(n)} {name}" for name, n in sorted(verdicts.items()))
    return f"Judged by a person: {count(sum(verdicts.values()))} of {count(len(chosen))} ({told})."
