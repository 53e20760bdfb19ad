"""What the start page will tell of a project that was open."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

from spurview.ui.document import Document
from spurview.ui.preferences import Preferences, RecentProject
from spurview.ui.project_picture import project_picture


def remember_project(preferences: Preferences, document: Document) -> None:
    """Put the project on top of the recent ones, with its picture and what was found."""
    preferences.remember_project(
        RecentProject(
            path=str(document.path.absolute()),
            opened=datetime.now(UTC).isoformat(timespec="seconds"),
            summary=_summary(document),
            alarms=document.findings.alarms if document.findings else 0,
            picture=_saved_picture(preferences, document),
        )
    )


def _saved_picture(preferences: Preferences, document: Document) -> str:
    """Name of the picture's file; empty when there is none."""
    target = preferences.picture_path(document.info.project_id)
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
    picture = project_picture(document)
    return target.name if picture is not None and picture.save(str(target)) else ""


def _summary(document: Document) -> str:
    findings = document.findings
    if findings is None:
        return "Not run yet"
    found = len(findings.findings)
    if not found:
        return "Nothing found"
    candidates = f"{found} candidate{'' if found == 1 else 's'}"
    if not findings.alarms:
        return f"{candidates}, no alarm"
    return f"{findings.alarms} alarm{'' if findings.alarms == 1 else 's'} in {candidates}"
