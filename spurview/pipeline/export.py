"""Findings as files for others: the report, sheets, patterns, images (PNG), tables (CSV), JSON.

Every file says which project, revision and settings it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import msgspec

from spurview.core.progress import Report, silent
from spurview.core.shared_pixels import Highlight
from spurview.pipeline.by_hand import with_by_hand
from spurview.pipeline.csv_tables import csv_table
from spurview.pipeline.export_origin import Material, chosen_findings, provenance
from spurview.pipeline.file_names import image_names, safe_part
from spurview.pipeline.findings import (
    CandidateRows,
    Finding,
    Findings,
    candidate_rows,
    collect,
    to_json,
)
from spurview.pipeline.report import FILE_NAME, page_bytes, report_html
from spurview.pipeline.sheets import (
    contact_sheet,
    highlight_of,
    highlighted,
    pattern_png,
    png,
)
from spurview.pipeline.whole_files import make_folder, write_whole

Kind = Literal["html", "png", "csv", "json", "images"]
KINDS: tuple[Kind, ...] = ("html", "png", "csv", "json")
# Single images are many files: only where they are asked for.
ALL_KINDS: tuple[Kind, ...] = (*KINDS, "images")
_AT_ONCE = 64


def export_findings(
    material: Material,
    folder: Path,
    *,
    ids: Sequence[str] = (),
    kinds: Collection[Kind] = KINDS,
    highlight: Highlight | None = None,
    replacing: Callable[[Sequence[Path]], None] = lambda _: None,
    report: Report = silent,
) -> list[Path]:
    """Writes the findings named by `ids`, or all, below `folder`; gives the files written.

    replacing: called first with the files that would be replaced, where there are any; raises to
    keep them. Raises StageError when the project has not run, InputError for an unknown id or a
    folder that cannot be written.
    """
    material = replace(material, reader=with_by_hand(material.reader, material.info))
    findings = collect(material.reader, material.info, material.verdicts, material.keys)
    chosen = chosen_findings(findings, ids)
    planned = planned_files(chosen, folder, kinds)
    there = [path for path in planned if path.exists()]
    if there:
        replacing(there)
    make_folder(folder)
    for beneath in {path.parent for path in planned} - {folder}:
        make_folder(beneath)
    written: list[Path] = []

    def step(message: str) -> None:
        report(len(written), len(planned), message)

    look = highlight or Highlight()
    if "html" in kinds:
        page = report_html(material, ids=ids, highlight=look, report=lambda *told: step(told[2]))
        write_whole(folder / FILE_NAME, page_bytes(page))
        written.append(folder / FILE_NAME)
    for name, data in _files(material, findings, chosen, kinds, look):
        step(f"export: {name}")
        write_whole(folder / name, data)
        written.append(folder / name)
    return written


def planned_files(chosen: Sequence[Finding], folder: Path, kinds: Collection[Kind]) -> list[Path]:
    """The files that `export_findings` writes for these findings."""
    names: list[str] = []
    if "html" in kinds:
        names.append(FILE_NAME)
    if "json" in kinds:
        names += ["findings.json", "provenance.json"]
    if "csv" in kinds:
        names += ["statistics.csv", "members.csv"]
    for finding in chosen:
        stem = _stem(finding)
        if "png" in kinds:
            names += [f"{stem}-sheet.png", f"{stem}-pattern.png"]
        if "images" in kinds:
            names += [f"{stem}-images/{name}" for name in image_names(finding.members)]
    return [folder / name for name in names]


def _files(
    material: Material,
    findings: Findings,
    chosen: Sequence[Finding],
    kinds: Collection[Kind],
    highlight: Highlight,
) -> Iterator[tuple[str, bytes]]:
    rows = candidate_rows(material.reader)
    origin = provenance(material.info)
    if "json" in kinds:
        kept = msgspec.structs.replace(findings, findings=list(chosen))
        yield "findings.json", to_json(kept).encode()
        yield "provenance.json", msgspec.json.format(msgspec.json.encode(origin), indent=1)
    if "csv" in kinds:
        yield "statistics.csv", csv_table(_statistics(chosen), origin)
        members = (_members(finding, rows[finding.id], material) for finding in chosen)
        yield "members.csv", csv_table((row for part in members for row in part), origin)
    if "png" in kinds:
        for finding in chosen:
            stem = _stem(finding)
            sheet = contact_sheet(
                material.reader, finding, rows[finding.id], highlight=highlight, origin=origin
            )
            yield f"{stem}-sheet.png", sheet
            yield f"{stem}-pattern.png", pattern_png(material.reader, rows[finding.id], origin)
    if "images" in kinds:
        for finding in chosen:
            yield from _images(material, finding, rows[finding.id], highlight, origin)


def _images(
    material: Material,
    finding: Finding,
    rows: CandidateRows,
    highlight: Highlight,
    origin: Mapping[str, str],
) -> Iterator[tuple[str, bytes]]:
    """Each member with what it shares marked, most typical first."""
    names = image_names(finding.members)
    for start in range(0, len(names), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        tiles = highlighted(
            material.reader, rows, rows.members[part], highlight_of(finding, highlight)
        )
        for name, tile in zip(names[part], tiles, strict=True):
            yield f"{_stem(finding)}-images/{name}", png(tile, origin)


def _stem(finding: Finding) -> str:
    """A file name that sorts by rank and is one on every system."""
    return f"{finding.rank:02}-{safe_part(finding.id)}"


def _statistics(chosen: Sequence[Finding]) -> Iterator[dict[str, object]]:
    """One row a finding; an empty cell is not known."""
    for f in chosen:
        training, put, out = f.training, f.insertion, f.removal
        yield {
            "rank": f.rank,
            "finding": f.id,
            "name": f.name,
            "class": f.class_,
            "outcome": f.outcome,
            "kind": f.kind,
            "score": f.score,
            "localised": f.localised,
            "verdict": f.verdict,
            "note": f.note,
            "tags": ", ".join(f.tags),
            "made_by_hand": f.origin,
            "members": len(f.members),
            "carriers": len(f.template_matches),
            "heldout_matching": f.pool.matching,
            "heldout_of_class": f.pool.of_class,
            "heldout_expected": f.pool.expected,
            "heldout_lift": f.pool.lift,
            "heldout_p": f.pool.p,
            "heldout_q": f.pool.q,
            "training_rate": training and training.rate,
            "training_others": training and training.others,
            "training_q": training and training.q,
            "insertion_flip": put and put.flip,
            "insertion_null": put and put.null_control,
            "insertion_scrambled": put and put.scrambled,
            "insertion_rolled": put and put.rolled,
            "insertion_n": put and put.n,
            "insertion_low": put and put.interval[0],
            "insertion_high": put and put.interval[1],
            "removal_drop": out and out.drop,
            "removal_control": out and out.control,
            "removal_n": out and out.n,
            "removal_low": out and out.interval[0],
            "removal_high": out and out.interval[1],
        }


def _members(
    finding: Finding, rows: CandidateRows, material: Material
) -> Iterator[dict[str, object]]:
    """One row for each image with the pattern, in pool and training, and for each member."""
    scores = material.reader.read("/candidates/scores", rows.index, rows.index + 1)[0]
    members, carriers = set(rows.members.tolist()), set(rows.matches.tolist())
    pool = [*rows.members.tolist(), *(r for r in rows.matches.tolist() if r not in members)]
    for row in [*pool, *rows.training.tolist()]:
        key = material.keys[row]
        in_training = row not in members and row not in carriers
        yield {
            "finding": finding.id,
            "class": finding.class_,
            "key": key,
            "role": "training" if in_training else "pool",
            "member": row in members,
            "carries": in_training or row in carriers,
            "score": round(float(scores[row]), 5),
        }
