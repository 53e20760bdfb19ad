"""What is exported, and what every exported file tells of where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from spurview.core.arrays import Reader
from spurview.core.errors import InputError
from spurview.pipeline.findings import Finding, Findings
from spurview.project.model import ProjectInfo, Verdict


@dataclass(frozen=True)
class Material:
    """A project to export from: its arrays, its info, verdicts by candidate id, all image keys.

    name: of its file, without the ending; empty where there is none. sensitivity: how weak a
    pattern would have been seen, in sentences; none where that was not measured.
    """

    reader: Reader
    info: ProjectInfo
    verdicts: Mapping[str, Verdict]
    keys: Sequence[str]
    name: str = ""
    sensitivity: Sequence[str] = ()


def provenance(info: ProjectInfo) -> dict[str, str]:
    """What every exported file carries of the project it came from."""
    return {
        "project": info.project_id,
        "revision": str(info.revision),
        "settings": settings_digest(info),
        "spurview": info.spurview,
    }


def settings_digest(info: ProjectInfo) -> str:
    """16 hex digits that change with any setting."""
    return hashlib.blake2b(msgspec.json.encode(info.settings), digest_size=8).hexdigest()


def chosen_findings(findings: Findings, ids: Sequence[str]) -> list[Finding]:
    """Those named by `ids`, in that order, or all. Raises InputError for an unknown id."""
    known = {finding.id: finding for finding in findings.findings}
    missing = [name for name in ids if name not in known]
    if missing:
        there = ", ".join(known) or "none"
        raise InputError(f"There is no finding {missing[0]}; the findings are: {there}.")
    return [known[name] for name in ids] if ids else findings.findings
