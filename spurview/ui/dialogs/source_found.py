"""What a quick look at a source found: classes with examples, and what was left out and why."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from spurview.pipeline.wording import count
from spurview.sources import Role, SkippedFile, SourcePreview
from spurview.ui.dialogs.strips import ExampleStrip
from spurview.ui.widgets.labels import label

# Of a thousand classes the first ones tell what there is.
_MOST_CLASSES = 30
_MOST_SKIPPED = 8
_STRIP_PX, _POOL_PX = 40, 56
_POOL_SHOWN = 48


class SourceFound(QWidget):
    """Empty with a hint, waiting, or showing a preview."""

    def __init__(self, role: Role, hint: str) -> None:
        super().__init__()
        self._role, self._hint = role, hint
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(8)
        self._parts: list[QWidget] = []
        self.wait(False)

    def wait(self, is_looking: bool) -> None:
        """Say that something is looked at, or what to do."""
        self._fill([label("Looking…" if is_looking else self._hint, "quiet", wrap=True)])

    def show_preview(self, preview: SourcePreview) -> None:
        """Show what there is."""
        parts: list[QWidget] = []
        sizes = _sizes(preview)
        parts.append(label(f"{count(preview.images)} images{sizes}", "value"))
        if self._role == "interest":
            parts.append(_classes(preview))
        else:
            parts.append(_examples(preview))
        parts += [label(note, "quiet", wrap=True) for note in preview.notes]
        if preview.skipped:
            parts += _skipped(preview.skipped)
        self._fill(parts)

    def _fill(self, parts: list[QWidget]) -> None:
        for old in self._parts:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        while self._column.count():
            self._column.takeAt(0)
        for part in parts:
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._parts = parts


def _sizes(preview: SourcePreview) -> str:
    if not preview.sizes:
        return ""
    if len(preview.sizes) == 1:
        height, width = preview.sizes[0]
        return f" of {width} × {height} pixels"
    heights, widths = zip(*preview.sizes, strict=True)
    least, most = min(*heights, *widths), max(*heights, *widths)
    return f" of different sizes, from {least} to {most} pixels a side"


def _classes(preview: SourcePreview) -> QWidget:
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(2, 1)
    shown = preview.classes[:_MOST_CLASSES]
    for row, found in enumerate(shown):
        name = found.name or "without a class"
        grid.addWidget(label(name, "value"), row, 0)
        amount = label(count(found.images), "quiet")
        amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(amount, row, 1)
        strip = ExampleStrip(found.examples, f"Examples of {name}", side_px=_STRIP_PX)
        grid.addWidget(strip, row, 2)
    if len(preview.classes) > len(shown):
        more = label(f"and {count(len(preview.classes) - len(shown))} more classes", "quiet")
        grid.addWidget(more, len(shown), 0, 1, 3)
    return part


def _examples(preview: SourcePreview) -> QWidget:
    pictures = [found.examples for found in preview.classes if len(found.examples)]
    if not pictures:
        return label("No example could be shown.", "quiet")
    # One of each kind in turn, since a pool's classes may come one after the other.
    mixed = np.concatenate(pictures)
    order = np.argsort([k for p in pictures for k in range(len(p))], kind="stable")
    # Spread over all: a folder's first images are often of one kind.
    chosen = order[np.linspace(0, len(order) - 1, min(_POOL_SHOWN, len(order))).astype(int)]
    return ExampleStrip(mixed[chosen], "Examples of the pool", side_px=_POOL_PX, wraps=True)


def _skipped(skipped: list[SkippedFile]) -> list[QWidget]:
    n = len(skipped)
    head = f"{count(n)} file{'' if n == 1 else 's'} would be left out so far:"
    lines = [f"{file.path}: {file.reason}" for file in skipped[:_MOST_SKIPPED]]
    if n > _MOST_SKIPPED:
        lines.append(f"and {count(n - _MOST_SKIPPED)} more; the project will list them")
    text = label("\n".join(lines), "quiet", wrap=True)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return [label(head, "value"), text]
