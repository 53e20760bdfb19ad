"""The menu of a view, and the files it saves: the view's picture, the selection's keys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from spurview.core.errors import SpurviewError
from spurview.jobs import Failure, JobRunner
from spurview.ui import messages
from spurview.ui.document import Document
from spurview.ui.export_jobs import exporting_table
from spurview.ui.latent.colouring import Colouring
from spurview.ui.latent.legend import LegendRow
from spurview.ui.latent.plot_export import PlotSheet, save_plot
from spurview.ui.latent.view_frame import ViewFrame
from spurview.ui.selection import Selection

_PICTURES = "Pictures (*.png);;Drawings (*.svg)"
_TABLES = "Tables (*.csv)"


class ViewMenu(QObject):
    """Opened by a right click or the menu key; also does what it offers without being opened."""

    # Something was saved; carries a sentence.
    said = Signal(str)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        runner: JobRunner | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._document, self._selection, self._runner = document, selection, runner
        self._window = parent
        self.menu = QMenu(parent)

    def open(
        self, frame: ViewFrame, legend: LegendRow, colouring: Colouring | None, at: QPoint
    ) -> None:
        """Show the menu for one view at a place on the screen."""
        menu, view = self.menu, frame.view
        menu.clear()
        has_points, chosen = view.shown is not None, len(self._selection.rows) > 0
        entries = (
            ("&Fit everything", has_points, view.fit),
            ("&Clear the selection", chosen, self._selection.clear),
            (
                "&Save the plot as a picture…",
                has_points,
                lambda: self.save_picture(frame, legend, colouring),
            ),
            ("&Export the selected images' keys…", chosen, self.save_keys),
        )
        for text, enabled, do in entries:
            action = menu.addAction(text)
            action.setEnabled(enabled)
            action.triggered.connect(lambda _=False, do=do: do())
        menu.popup(at)

    def save_picture(
        self, frame: ViewFrame, legend: LegendRow, colouring: Colouring | None
    ) -> None:
        """Ask for a name and save the view as PNG or SVG."""
        if frame.view.shown is None or colouring is None:
            return
        path = self._ask("Save the plot", f"{frame.kind.key}.png", _PICTURES)
        if path is None:
            return
        from spurview.pipeline.export_origin import provenance

        try:
            save_plot(path, sheet_of(frame, legend, colouring), provenance(self._document.info))
        except SpurviewError as error:
            messages.show_failure(self._window, "The plot was not saved", Failure.of(error))
        else:
            self.said.emit(f"The plot is in {path}")

    def save_keys(self) -> None:
        """Ask for a name and write the selected images' keys as CSV, in a job."""
        rows = self._selection.rows
        if self._runner is None or not len(rows):
            return
        path = self._ask("Export the selected images' keys", "selection.csv", _TABLES)
        if path is None:
            return
        work = exporting_table(self._document, rows.tolist(), path)
        job = self._runner.submit("export", work, brief=True)
        n_keys = len(rows)
        job.finished.connect(lambda _: self.said.emit(f"{n_keys:,} keys are in {path}"))
        job.failed.connect(
            lambda failure: messages.show_failure(self._window, "Nothing was exported", failure)
        )

    def _ask(self, title: str, name: str, kinds: str) -> Path | None:
        start = str(self._document.path.parent / f"{self._document.path.stem}-{name}")
        chosen, kind = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        if not chosen:
            return None
        path = Path(chosen)
        ending = ".svg" if "svg" in kind else Path(name).suffix
        return (
            path
            if path.suffix.lower() in (".png", ".svg", ".csv")
            else path.with_name(path.name + ending)
        )


def sheet_of(frame: ViewFrame, legend: LegendRow, colouring: Colouring) -> PlotSheet:
    """What is saved of a view: its title and the legend without hidden groups."""
    entries = [
        (group, f"{group.name}  {entry.shown_count.words()}")
        for index, (group, entry) in enumerate(zip(colouring.groups, legend.entries, strict=False))
        if index not in legend.hidden_groups
    ]
    return PlotSheet(
        frame.view, frame.kind.title, frame.subtitle, entries, colouring.title, colouring.is_ramp
    )
