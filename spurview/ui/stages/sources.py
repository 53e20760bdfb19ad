"""Where a project's images came from and which files were left out, in the Images pop-over."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from spurview.pipeline.left_out import left_out, left_out_lines
from spurview.pipeline.wording import count
from spurview.project.model import ProjectInfo
from spurview.ui.widgets.labels import label

_LIST_HEIGHT_PX = 112
_LOCATION_LETTERS = 28


def source_rows(info: ProjectInfo) -> list[tuple[str, str]]:
    """Role and place of every source, as (name, value)."""
    rows: list[tuple[str, str]] = []
    for source in info.sources:
        images = "1 image" if source.images == 1 else f"{count(source.images)} images"
        kind = f"{source.kind}: " if source.kind not in ("folder", "digits") else ""
        rows.append((source.role, f"{kind}{_short(source.location)}, {images}"))
    return rows


def _short(location: str) -> str:
    """The end of a path where all of it would not fit."""
    return location if len(location) <= _LOCATION_LETTERS else f"…{location[-_LOCATION_LETTERS:]}"


def left_out_part(info: ProjectInfo) -> Iterable[QWidget]:
    """The files that were left out, with reasons, in a list that scrolls and can be copied."""
    told = left_out(info)
    if not told:
        return
    lines = left_out_lines(info)
    if info.skipped_total > len(lines):
        lines.append(f"and {count(info.skipped_total - len(lines))} more")
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 8, 0, 0)
    column.setSpacing(4)
    column.addWidget(label(told, "value"))
    listed = QPlainTextEdit("\n".join(lines))
    listed.setReadOnly(True)
    listed.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    listed.setFixedHeight(_LIST_HEIGHT_PX)
    listed.setAccessibleName(told)
    column.addWidget(listed)
    yield part
