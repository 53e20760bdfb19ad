"""Words from right to left within lines from left to right."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from spurview.pipeline.findings import Findings
from spurview.pipeline.wording import candidate_names

_BEGIN, _END = "\u2068", "\u2069"
# Between a class and the letter of a candidate.
_DOT = " · "
# Of Unicode: letters of Hebrew, and those of Arabic and its kin.
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


def isolated(words: str) -> str:
    """The words, set apart where they run from right to left: what follows stays behind them.

    Without it "Class", such a name and "0.89" are shown with the figure before the name.
    """
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in words):
        return f"{_BEGIN}{words}{_END}"
    return words


def shown_names(findings: Findings) -> dict[str, str]:
    """Short names of candidates by id, as `candidate_names` has them, for a line of the window."""
    names = candidate_names(findings)
    for finding in findings.findings:
        name, class_ = names[finding.id], finding.class_
        if not finding.name and name.startswith(class_):
            names[finding.id] = isolated(class_) + name.removeprefix(class_)
    return names


def cut_name(metrics: QFontMetrics, name: str, room_px: int) -> str:
    """A candidate's name cut to the room; the letter at its end, which tells it apart, stays."""
    class_, dot, letter = name.rpartition(_DOT)
    room_px -= metrics.horizontalAdvance(dot + letter) if dot else 0
    words = class_.strip(_BEGIN + _END) if dot else name
    cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room_px)
    return isolated(cut) + dot + letter if dot else cut
