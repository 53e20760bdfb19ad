"""What speaks for the focused candidate, what would weaken it, and the person's verdict."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QPalette, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from spurview.pipeline import wording
from spurview.pipeline.stages import OPTIONAL_NAMES
from spurview.pipeline.wording_silence import is_searched, is_silent
from spurview.ui.document import Document
from spurview.ui.evidence import sections
from spurview.ui.evidence.column import column
from spurview.ui.evidence.figures_text import figures_text
from spurview.ui.evidence.icon_label import IconLabel
from spurview.ui.evidence.material import Material, material
from spurview.ui.evidence.silence import silence, what_was_searched
from spurview.ui.selection import Focus
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import Elided, label
from spurview.ui.widgets.link_button import LinkButton

TWO_COLUMNS_FROM_PX = 960
HINTS_FROM_PX = 512
COLUMN_PX = 720
EMPTY = "Choose a candidate to see what speaks for it."
NOT_YET = "What speaks for a candidate appears here once Verification has run."

# Verdict, button text, icon, key.
_VERDICTS = (
    ("spurious", "Spurious", "ban", "S"),
    ("genuine", "Genuine", "circle-check", "G"),
    ("unsure", "Unsure", "circle-help", "U"),
)


class EvidencePane(QWidget):
    """Header with verdicts, then the claim, its tests, its occurrence and its weak points."""

    # The person pressed a verdict; carries the candidate's id and the verdict, to be toggled.
    verdict_requested = Signal(str, str)
    # The person asked for images behind a claim; carries rows in order, and what they are.
    show_rows_requested = Signal(object, str)
    # The person asked how weak a pattern would have been found; offered where it is connected.
    sensitivity_requested = Signal()
    # The person asked for the focused candidate's pattern as a picture.
    pattern_requested = Signal()
    # The person asked for a list of images as a table; carries rows, and a name for the file.
    table_requested = Signal(object, str)

    def __init__(
        self,
        document: Document,
        focus: Focus,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._focus = document, focus
        self._shown: Material | None = None
        self._parts: list[QWidget] = []
        self.setAccessibleName("Evidence")
        self.setMinimumWidth(400)
        self._build()
        focus.candidate_changed.connect(self._on_candidate)
        document.verdicts_changed.connect(self._on_verdicts)
        document.stages_changed.connect(self._on_stages)
        document.replaced.connect(self.reload)
        self.reload()

    def sizeHint(self) -> QSize:
        return QSize(550, 379)

    def verdict_button(self, verdict: str) -> FlatButton:
        """The button of a verdict."""
        return self._verdicts[verdict]

    @property
    def scroll_area(self) -> QScrollArea:
        return self._area

    @property
    def columns(self) -> list[QWidget]:
        """The claim with its tests, and where it occurs with what would weaken it."""
        return self._parts

    @property
    def banner_text(self) -> str:
        """Why what is shown is stale; empty when it is not."""
        return self._banner_words.text

    def reload(self) -> None:
        """Show the focused candidate anew, from the top."""
        self._shown = material(self._document, self._focus.candidate_id)
        self._renew_header()
        self._banner_words.text = self._stale_words()
        self._banner.setVisible(bool(self._banner_words.text))
        self._fill()
        self._area.verticalScrollBar().setValue(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for verdict, _, _, key in _VERDICTS:
            self._verdicts[verdict].hint = key if self.width() >= HINTS_FROM_PX else ""
        self._arrange()

    # The fixed parts.

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # A dock makes it its title bar, by which the pane can be dragged.
        self.title_bar = self._header()
        layout.addWidget(self.title_bar)
        layout.addWidget(self._stale_banner())
        self._body = _Body()
        self._columns = QGridLayout(self._body)
        self._columns.setContentsMargins(16, 8, 16, 16)
        self._columns.setHorizontalSpacing(32)
        self._columns.setVerticalSpacing(24)
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # With the keyboard it scrolls, and Ctrl+C copies its tables.
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self, self._copy_table)
        copy.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._area.setAccessibleName("Evidence of the candidate")
        self._area.setWidget(self._body)
        layout.addWidget(self._area, 1)

    def _header(self) -> QWidget:
        header = QWidget()
        line = QHBoxLayout(header)
        line.setContentsMargins(16, 6, 16, 6)
        line.setSpacing(8)
        line.addWidget(label("Evidence", "title"))
        self._alarm = IconLabel("triangle-alert", "Alarm", is_alarm=True)
        line.addWidget(self._alarm)
        self._name = label("", "plain")
        line.addWidget(self._name)
        self._name_rest = Elided(whole=True)
        line.addWidget(self._name_rest, 1)
        self._verdicts: dict[str, FlatButton] = {}
        for verdict, text, icon_name, key in _VERDICTS:
            button = FlatButton(
                text, icon_name, hint=key, name=f"Verdict: {text}", checkable=True, framed=True
            )
            button.setToolTip(f"{text} ({key})")
            button.clicked.connect(lambda _=False, verdict=verdict: self._request(verdict))
            line.addWidget(button)
            self._verdicts[verdict] = button
        header.setMinimumHeight(40)
        return header

    def _stale_banner(self) -> QWidget:
        self._banner = QWidget()
        self._banner.setAutoFillBackground(True)
        self._banner.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self._banner.setMinimumHeight(32)
        line = QHBoxLayout(self._banner)
        line.setContentsMargins(16, 4, 16, 4)
        line.setSpacing(8)
        line.addWidget(IconLabel("circle-dashed", "Stale"))
        self._banner_words = Elided()
        line.addWidget(self._banner_words, 1)
        return self._banner

    # What follows the document.

    def _on_candidate(self, _: object) -> None:
        self.reload()

    def _on_stages(self, _: object) -> None:
        self.reload()

    def _on_verdicts(self, _: object) -> None:
        # Only the header tells of verdicts: the rest stays where it was scrolled to.
        shown = self._shown
        if shown is not None:
            self._shown = material(self._document, shown.finding.id)
        self._renew_header()

    def _request(self, verdict: str) -> None:
        """Ask for the verdict; the buttons go on showing what the document says."""
        self._renew_header()
        if self._shown is not None:
            self.verdict_requested.emit(self._shown.finding.id, verdict)

    def _renew_header(self) -> None:
        finding = self._shown.finding if self._shown else None
        self._alarm.setVisible(finding is not None and finding.alarm)
        self._name.setText(self._document.display_name(finding.id) if finding else "")
        self._name_rest.text = self._outcome_words()
        for verdict, button in self._verdicts.items():
            button.setVisible(finding is not None)
            button.setEnabled(not self._document.read_only)
            button.setChecked(finding is not None and finding.verdict == verdict)

    def _outcome_words(self) -> str:
        findings = self._document.findings
        if self._shown is not None:
            return {"candidate": "not proven"}.get(
                self._shown.finding.outcome, self._shown.finding.outcome
            )
        if findings is None or not is_silent(findings):
            return ""
        return "nothing found" if is_searched(findings) else "cannot tell"

    def _stale_words(self) -> str:
        findings = self._document.findings
        if findings is None:
            return ""
        # The plots say so themselves where they are stale; what chance gives tells its repeats.
        apart = ("layout", *OPTIONAL_NAMES)
        states = {n: s for n, s in self._document.states.items() if n not in apart}
        return wording.stale_sentence(states)

    # The body.

    def _fill(self) -> None:
        for part in self._parts:
            self._columns.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = self._made_parts()
        for part in self._parts:
            part.setParent(self._body)
        self._arrange()

    def _made_parts(self) -> list[QWidget]:
        """Left and right column; one part alone where there is nothing to say yet."""
        findings = self._document.findings
        if self._shown is not None:
            return [self._left(self._shown), self._right(self._shown)]
        if findings is None:
            return [_words(NOT_YET)]
        if not is_silent(findings):
            return [_words(EMPTY)]
        claim = silence(findings, self._document.info, self.sensitivity_requested.emit)
        return [claim, what_was_searched(findings)]

    def _left(self, shown: Material) -> QWidget:
        part, inside = column(16)
        name = self._document.display_name(shown.finding.id)
        inside.addWidget(sections.claim(shown, name))
        inside.addWidget(self._claim_links(shown))
        inside.addWidget(sections.facts(shown))
        pairs = sections.pair_strip(shown, self._show)
        if pairs is not None:
            inside.addWidget(pairs)
        inside.addSpacing(8)
        inside.addWidget(sections.taking_out(shown, self._show))
        inside.addStretch(1)
        return part

    def _right(self, shown: Material) -> QWidget:
        part, inside = column(16)
        inside.setSpacing(24)
        inside.addWidget(sections.where_it_occurs(shown, self._show))
        inside.addWidget(sections.weakening(shown, self._show))
        name, rows = f"training-images-{shown.finding.id}", shown.rows.training.tolist()
        inside.addWidget(
            sections.training_images(
                shown, self._show, lambda: self.table_requested.emit(rows, name)
            )
        )
        findings = self._document.findings
        if findings is not None and findings.chance:
            inside.addWidget(label(wording.chance_sentence(findings.chance), "quiet", wrap=True))
        inside.addStretch(1)
        return part

    def _claim_links(self, shown: Material) -> QWidget:
        """The way to the members, and the pattern as a file."""
        part = QWidget()
        line = QHBoxLayout(part)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        members = shown.rows.members.tolist()
        show = LinkButton(f"Show the {wording.count(len(members))} images")
        show.clicked.connect(lambda: self._show(members, "images, most typical first"))
        save = LinkButton("Save the pattern…")
        save.clicked.connect(self.pattern_requested)
        line.addWidget(show)
        line.addWidget(save)
        line.addStretch(1)
        return part

    def _copy_table(self) -> None:
        """Put the figures shown on the clipboard, as tab-separated text."""
        if self._shown is not None:
            QGuiApplication.clipboard().setText(figures_text(self._shown))

    def _show(self, rows: Sequence[int], what: str) -> None:
        name = self._document.display_name(self._shown.finding.id) if self._shown else ""
        self.show_rows_requested.emit(list(rows), f"{wording.count(len(rows))} {what}, {name}")

    def _arrange(self) -> None:
        """One column of at most 720 pixels, or two where there is room."""
        two = self.width() >= TWO_COLUMNS_FROM_PX and len(self._parts) == 2
        for index, part in enumerate(self._parts):
            self._columns.removeWidget(part)
            part.setMaximumWidth(COLUMN_PX if not two else 16_777_215)
            place = (0, index) if two else (index, 0)
            self._columns.addWidget(part, *place)
            part.show()
        # One column stands at the left, below the header, and leaves what it cannot use.
        self._columns.setColumnStretch(0, 1 if two else 1000)
        self._columns.setColumnStretch(1, 1)
        self._columns.setRowStretch(len(self._parts) if not two else 1, 1)


class _Body(QWidget):
    """As high as its text needs at this width, and no higher.

    The least height of a label that wraps is that of its narrowest width, and a scroll area would
    leave as much room below the last line.
    """

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(least.width(), min(least.height(), self.heightForWidth(self.width())))


def _words(text: str) -> QWidget:
    made = label(text, "quiet", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignTop)
    return made
