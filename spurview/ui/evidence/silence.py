"""What is said when nothing was found: the silence, and what was searched to arrive at it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from spurview.pipeline.findings import Findings
from spurview.pipeline.sensitivity_wording import sensitivity_sentence
from spurview.pipeline.wording_silence import headline, is_searched, searched
from spurview.project.model import ProjectInfo
from spurview.ui.evidence.column import column
from spurview.ui.evidence.sensitivity_plot import SensitivityPlot
from spurview.ui.widgets.labels import label
from spurview.ui.widgets.link_button import LinkButton

_FIRST, _AGAIN = "How sensitive is this?", "Try again, or more often…"


def silence(
    findings: Findings, info: ProjectInfo, ask: Callable[[], None] | None = None
) -> QWidget:
    """The sentence and how far it can be trusted, from the records alone.

    ask: called when the person asks how sensitive the search is; None where nobody would answer.
    """
    part, inside = column(8)
    inside.addWidget(label(headline(findings), "headline", wrap=True))
    is_said = is_searched(findings)
    if is_said:
        inside.addWidget(label(sensitivity_sentence(info), wrap=True))
    if is_said and info.sensitivity is not None:
        inside.addWidget(SensitivityPlot(info.sensitivity))
    if is_said and ask is not None:
        link = LinkButton(_AGAIN if info.sensitivity else _FIRST)
        link.clicked.connect(ask)
        inside.addWidget(link)
    inside.addStretch(1)
    return part


def what_was_searched(findings: Findings) -> QWidget:
    """Pool, classes and candidates behind the sentence."""
    part, inside = column(8)
    inside.addWidget(label("What was searched", "title"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    for line, (name, value) in enumerate(searched(findings)):
        grid.addWidget(label(name, "quiet"), line, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(value, "value", wrap=True), line, 1)
    inside.addLayout(grid)
    inside.addStretch(1)
    return part
