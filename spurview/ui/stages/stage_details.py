"""What a stage's pop-over shows of its last run: curves, reconstructions, facts."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from spurview.ui.document import Document
from spurview.ui.stages.facts import facts_of
from spurview.ui.stages.reconstructions import ReconstructionStrip
from spurview.ui.stages.sources import left_out_part, source_rows
from spurview.ui.widgets.labels import label


def details(document: Document, stage: str) -> Iterable[QWidget]:
    """The parts, from top to bottom."""
    yield from _curves(document, stage)
    if stage == "embedding" and document.reader.has("/embedding/sample_pixels"):
        yield _reconstructions(document)
    rows = facts_of(stage, document.info)
    if rows:
        yield _section("Last run", rows)
    if stage == "images":
        if sources := source_rows(document.info):
            yield _section("Sources", sources)
        yield from left_out_part(document.info)


def _curves(document: Document, stage: str) -> Iterable[QWidget]:
    name = f"/{stage}/curve"
    if not document.reader.has(name):
        return
    # pyqtgraph takes a while to load: only once somebody wants to see a curve.
    from spurview.ui.stages.curves import Curve, CurvePlot

    curve = document.reader.read(name)
    if len(curve) == 0:
        return
    if stage == "classifier":
        yield CurvePlot("Loss", [Curve("training", curve[:, 0])])
        yield CurvePlot(
            "Accuracy, %",
            [Curve("training", curve[:, 1], True), Curve("test", curve[:, 2], True)],
        )
    elif stage == "embedding":
        yield CurvePlot("Loss", [Curve("training", curve[:, 0]), Curve("held out", curve[:, 1])])


def _reconstructions(document: Document) -> QWidget:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    head = QHBoxLayout()
    head.addWidget(label("Reconstructions", "value"))
    head.addWidget(label("original above", "quiet"), 1)
    column.addLayout(head)
    reader = document.reader
    rows = reader.read("/embedding/sample_rows")[:8]
    originals = reader.read_rows("/images/pixels", rows.tolist())
    column.addWidget(ReconstructionStrip(originals, reader.read("/embedding/sample_pixels")[:8]))
    return part


def _section(title: str, rows: list[tuple[str, str]]) -> QWidget:
    """A title over names and values."""
    part = QWidget()
    grid = QGridLayout(part)
    grid.setContentsMargins(0, 8, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.addWidget(label(title, "value"), 0, 0, 1, 2)
    for line, (name, value) in enumerate(rows, start=1):
        grid.addWidget(label(name, "quiet"), line, 0)
        # In a wide font the two do not fit into one line.
        shown = label(value, "plain", wrap=True)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(shown, line, 1)
    grid.setColumnStretch(1, 1)
    return part
