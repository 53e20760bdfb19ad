"""Class names from right to left: what is written behind them is shown behind them."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtGui import QFontMetrics, QTextLayout

from spurview.ui import theme
from spurview.ui.direction import cut_name, isolated, shown_names


@pytest.mark.parametrize("name", ["\u05db\u05dc\u05d1", "\u0642\u0637\u0629 \u0635"])
def test_the_figure_stands_behind_the_name(qapp, name):
    line = f"Class {isolated(name)}, 0.89"
    layout = QTextLayout(line)
    layout.beginLayout()
    shown = layout.createLine()
    layout.endLayout()
    figure, ends = line.index("0.89"), [line.index(name), line.index(name) + len(name)]
    assert all(shown.cursorToX(end)[0] < shown.cursorToX(figure)[0] for end in ends)


def test_names_from_left_to_right_stay_as_they_are():
    assert isolated("caf\u00e9 3 (large)") == "caf\u00e9 3 (large)"


def test_a_candidate_keeps_its_letter_behind_its_class(document):
    name = "\u05db\u05dc\u05d1"
    first = msgspec.structs.replace(document.findings.findings[0], class_=name)
    findings = msgspec.structs.replace(document.findings, findings=[first])
    assert shown_names(findings) == {first.id: f"\u2068{name}\u2069 \u00b7 A"}


@pytest.mark.parametrize("class_", ["a class of a long name", "\u05db\u05dc\u05d1 " * 8])
def test_a_name_is_cut_before_its_letter(themed, class_):
    metrics = QFontMetrics(theme.font())
    cut = cut_name(metrics, f"{isolated(class_)} \u00b7 B", 80)
    assert cut.endswith(" \u00b7 B")
    assert metrics.horizontalAdvance(cut) <= 80
    assert cut_name(metrics, "2 \u00b7 A", 80) == "2 \u00b7 A"
    assert metrics.horizontalAdvance(cut_name(metrics, "the mark of the scanner", 80)) <= 80
