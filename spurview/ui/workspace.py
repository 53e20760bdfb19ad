"""The panes around one document, and how their wishes reach it; built at the first opening."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QToolBar, QWidget

from spurview.jobs import JobRunner
from spurview.project.model import VerdictName
from spurview.ui import messages
from spurview.ui.agreement import Agreement, not_agreed
from spurview.ui.by_hand import ByHand
from spurview.ui.candidate_work import CandidateWork
from spurview.ui.clusters.pane import ClustersPane
from spurview.ui.docks import Docks
from spurview.ui.document import Document
from spurview.ui.evidence.evidence_pane import EvidencePane
from spurview.ui.folding import Folding
from spurview.ui.images.images_pane import ImagesPane
from spurview.ui.judging import Judging
from spurview.ui.latent.plots_pane import PlotsPane
from spurview.ui.preferences import Preferences
from spurview.ui.project_jobs import RunOptions
from spurview.ui.selection import Focus, Selection, SelectionFollowsFocus
from spurview.ui.stages.popover import StagePopover
from spurview.ui.stages.run_control import RunControl
from spurview.ui.stages.strip import StageStrip

Say = Callable[[str], None]


class Workspace(QObject):
    """Document, selection, focus, run and panes; panes never call one another."""

    def __init__(
        self,
        window: QMainWindow,
        document: Document,
        runner: JobRunner,
        say: Say,
        preferences: Preferences,
        agreement: Agreement,
    ) -> None:
        super().__init__(window)
        self._window, self._agreement = window, agreement
        self.document = document
        document.setParent(self)
        self.selection = Selection(self)
        self.focus = Focus(self)
        self.guide = SelectionFollowsFocus(document, self.selection, self.focus)
        options = partial(_run_options, preferences, agreement)
        self.run = RunControl(document, runner, self, options=options)
        self.clusters = ClustersPane(document, self.focus)
        self.plots = PlotsPane(document, self.selection, self.focus, runner)
        self.plots.menu.said.connect(say)
        self.images = ImagesPane(document, self.selection, self.focus)
        self.evidence = EvidencePane(document, self.focus)
        self.strip = StageStrip(document, self.run)
        self.popover = StagePopover(document, self.run, self.show_failure, window)
        self.judging = Judging(
            document, self.focus, self.guide, self.clusters.model.candidate_ids, say
        )
        self.by_hand = ByHand(document, runner, self, options=options)
        self.candidates = CandidateWork(
            document, self.selection, self.focus, self.guide, self.by_hand, say, window
        )
        self.tool_bar = self._tool_bar(window)
        self.docks = Docks(window, self.clusters, self.images, self.evidence)
        self.folding = Folding(document, self.focus, self.images, self.docks, self)
        self._connect()

    def show_failure(self, *_: object) -> None:
        """The dialog of the run's failure; where the network's file waits for agreement, that."""
        if self.run.failure is None:
            return
        asked = not_agreed(self.run.failure)
        if asked is not None:
            self._agreement.ask(self._window, asked, self.run.start_again)
        else:
            messages.show_failure(self._window, "The run stopped", self.run.failure)

    def go_to_next_part(self, step: int) -> None:
        """Give the keyboard to the next part of the window, round the end."""
        parts = [self.strip, self.clusters, self.plots, self.images, self.evidence]
        shown = [part for part in parts if part.isVisible()]
        focused = QApplication.focusWidget()
        at = next(
            (i for i, part in enumerate(shown) if _holds(part, focused)), -1 if step > 0 else 0
        )
        for distance in range(1, len(shown) + 1):
            target = _first_stop(shown[(at + step * distance) % len(shown)])
            if target is not None:
                target.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def _connect(self) -> None:
        self.clusters.candidate_requested.connect(self.guide.show_candidate)
        self.clusters.class_requested.connect(self.guide.show_class)
        self.clusters.run_requested.connect(self.run.start)
        self.clusters.aside_requested.connect(self.candidates.show_aside)
        self.strip.stage_clicked.connect(self.show_stage)
        self.run.failed.connect(self.show_failure)
        self.run.changed.connect(self._offer_run)
        self.run.ended.connect(self.by_hand.compute_stale)
        self.evidence.verdict_requested.connect(self._judge)
        self.evidence.show_rows_requested.connect(self._show_rows)

    def _offer_run(self) -> None:
        self.clusters.run_button.setEnabled(not self.run.is_running)

    def show_stage(self, stage: str) -> None:
        """Open the pop-over of a stage."""
        self.popover.show_stage(stage, self.strip.buttons[stage])

    def _judge(self, candidate_id: str, verdict: VerdictName) -> None:
        """A press on a verdict's button: sets it, or takes it back where it stood already."""
        finding = self.document.finding(candidate_id)
        taken_back = finding is not None and finding.verdict == verdict
        self.judging.judge(None if taken_back else verdict, candidate_id, advance=False)

    def _show_rows(self, rows: Sequence[int], caption: str = "") -> None:
        if caption:
            self.images.show_rows(rows, caption)
        else:
            self.selection.set_rows(rows)
        self.docks.images.raise_()

    def _tool_bar(self, window: QMainWindow) -> QToolBar:
        bar = QToolBar("Stages", window)
        bar.setObjectName("stages")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.toggleViewAction().setVisible(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        bar.addWidget(self.strip)
        window.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        return bar


def _run_options(preferences: Preferences, agreement: Agreement) -> RunOptions:
    known = preferences.remembered
    return RunOptions(known.device, known.threads, agreement.digests)


def _holds(part: QWidget, widget: QWidget | None) -> bool:
    return widget is not None and (widget is part or part.isAncestorOf(widget))


def _first_stop(part: QWidget) -> QWidget | None:
    """The first widget inside `part` that takes the keyboard by Tab."""
    inside = [part, *part.findChildren(QWidget)]
    stops = [
        widget
        for widget in inside
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and widget.isEnabled()
    ]
    return stops[0] if stops else None
