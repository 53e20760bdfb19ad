"""The centre of the window: tools, linked views of the same images, and their legend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QSplitter, QVBoxLayout, QWidget

from spurview.jobs import JobRunner
from spurview.pipeline.wording import count
from spurview.ui import theme
from spurview.ui.document import Document
from spurview.ui.latent.colouring import WAYS, Colouring
from spurview.ui.latent.hover_card import HoverCard
from spurview.ui.latent.latent_view import LatentView
from spurview.ui.latent.layouts import Layouts
from spurview.ui.latent.legend import Count, LegendRow
from spurview.ui.latent.shown import Shown
from spurview.ui.latent.tool_row import ToolRow
from spurview.ui.latent.tools import Tool
from spurview.ui.latent.view_frame import ViewFrame
from spurview.ui.latent.view_kinds import FIRST, KINDS
from spurview.ui.latent.view_menu import ViewMenu
from spurview.ui.selection import Focus, Selection

NARROW_PX = 480
MOST_VIEWS = 4


class PlotsPane(QWidget):
    """Linked latent plots; everything selected here is selected everywhere."""

    # Views were added, closed or changed; carries the keys of their kinds, top first.
    kinds_changed = Signal(list)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        focus: Focus,
        runner: JobRunner | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._selection, self._focus = document, selection, focus
        self._colouring: Colouring | None = None
        self._tool: Tool = "hand"
        self._frames: list[ViewFrame] = []
        self.setAccessibleName("Latent plots")
        self.setMinimumWidth(400)
        self._layouts = Layouts(document, runner, self)
        self._tool_row = ToolRow()
        self._legend = LegendRow()
        self._card = HoverCard(document, self)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._menu = ViewMenu(document, selection, runner, self)
        self._build()
        self._connect()
        self.set_kinds(FIRST)

    @property
    def frames(self) -> list[ViewFrame]:
        """The views with their headers, top first."""
        return self._frames

    @property
    def views(self) -> list[LatentView]:
        return [frame.view for frame in self._frames]

    @property
    def kinds(self) -> list[str]:
        """The keys of what the views show, top first."""
        return [frame.kind.key for frame in self._frames]

    @property
    def tool(self) -> Tool:
        """What the mouse does in the views."""
        return self._tool

    @property
    def layouts(self) -> Layouts:
        return self._layouts

    @property
    def colouring(self) -> Colouring | None:
        """How the points are coloured now."""
        return self._colouring

    @property
    def menu(self) -> ViewMenu:
        return self._menu

    @property
    def legend(self) -> LegendRow:
        return self._legend

    @property
    def tool_row(self) -> ToolRow:
        return self._tool_row

    @property
    def hover_card(self) -> HoverCard:
        return self._card

    @property
    def colour_box(self) -> QComboBox:
        return self._tool_row.colour_box

    @property
    def count_text(self) -> str:
        """What is selected of what is shown, as it stands in the tool row."""
        return self._tool_row.count.words

    def sizeHint(self) -> QSize:
        return QSize(536, 756)

    def set_kinds(self, keys: Sequence[str]) -> None:
        """Show views of these kinds, the default ones where none is known."""
        known = [key for key in keys if key in KINDS][:MOST_VIEWS] or list(FIRST)
        if known == self.kinds:
            return
        for frame in list(self._frames):
            self._take_away(frame)
        for key in known:
            self._put(key)
        self._recolour()
        self._announce()

    def add_view(self, key: str) -> None:
        """One view more, below the others."""
        if len(self._frames) < MOST_VIEWS:
            self._show_in(self._put(key))
            self._announce()

    def close_view(self, frame: ViewFrame) -> None:
        """Close a view; the last one stays."""
        if len(self._frames) > 1:
            self._take_away(frame)
            self._announce()

    def set_tool(self, tool: Tool) -> None:
        """Use another tool in all views."""
        self._tool = tool
        self._tool_row.check(tool)
        for view in self.views:
            view.tool = tool
            view.viewport().setCursor(
                Qt.CursorShape.OpenHandCursor if tool == "hand" else Qt.CursorShape.CrossCursor
            )

    def fit(self) -> None:
        """Show all points in all views."""
        for view in self.views:
            view.fit()

    def reload(self) -> None:
        """Read everything again: another project, or other products."""
        self._recolour()

    def export_view(self) -> None:
        """Ask where to, and save the picture of the view that has the keyboard, or the first."""
        focused = [frame for frame in self._frames if frame.view.hasFocus()]
        self._menu.save_picture((focused or self._frames)[0], self._legend, self._colouring)

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_narrow = self.width() < NARROW_PX
        self._tool_row.set_narrow(is_narrow)
        self._legend.set_compact(is_narrow)
        super().resizeEvent(event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tool_row)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self._legend)

    def _connect(self) -> None:
        self._tool_row.tool_chosen.connect(self.set_tool)
        self._tool_row.fit_requested.connect(self.fit)
        self._tool_row.view_requested.connect(self.add_view)
        self.colour_box.currentTextChanged.connect(self._recolour)
        self._legend.hidden_changed.connect(self._hide_groups)
        self._layouts.changed.connect(self._on_layout)
        self._selection.changed.connect(self._count_again)
        self._document.replaced.connect(self._on_replaced)
        self._document.stages_changed.connect(self._on_stages)
        self._document.verdicts_changed.connect(self._on_verdicts)
        theme.keeper().changed.connect(self._on_theme)
        self._focus.hovered_changed.connect(self._on_hovered)

    def _put(self, key: str) -> ViewFrame:
        frame = ViewFrame(KINDS[key], self._selection, self._focus)
        view = frame.view
        view.tool_requested.connect(self.set_tool)
        view.pointed.connect(lambda row, place: self._card.show_row(row, view.mapTo(self, place)))
        view.menu_requested.connect(
            lambda at: self._menu.open(frame, self._legend, self._colouring, at)
        )
        frame.kind_requested.connect(lambda wanted: self._change(frame, wanted))
        frame.start_requested.connect(lambda: self._layouts.start(frame.kind))
        frame.cancel_requested.connect(lambda: self._layouts.cancel(frame.kind))
        frame.close_requested.connect(lambda: self.close_view(frame))
        self._frames.append(frame)
        self._splitter.addWidget(frame)
        self._share_out()
        return frame

    def _take_away(self, frame: ViewFrame) -> None:
        self._frames.remove(frame)
        frame.view.finish()
        frame.setParent(None)
        frame.deleteLater()
        self._share_out()

    def _share_out(self) -> None:
        self._splitter.setSizes([1000] * len(self._frames))
        self.set_tool(self._tool)
        for frame in self._frames:
            frame.close_button.setVisible(len(self._frames) > 1)
        self._tool_row.view_button.setEnabled(len(self._frames) < MOST_VIEWS)

    def _change(self, frame: ViewFrame, key: str) -> None:
        if key != frame.kind.key:
            frame.set_kind(KINDS[key])
            self._show_in(frame)
            self._announce()

    def _announce(self) -> None:
        self.kinds_changed.emit(self.kinds)

    def _on_layout(self, key: str) -> None:
        for frame in self._frames:
            if frame.kind.key == key:
                self._show_in(frame)

    def _on_replaced(self) -> None:
        # What was hidden of another project's classes says nothing about this one's.
        self._legend.show_groups("", (), is_ramp=False)
        self.reload()

    def _on_stages(self, _: object) -> None:
        self.reload()

    def _on_verdicts(self, _: object) -> None:
        # A candidate's name is changed as its verdict is.
        if self.colour_box.currentText() in ("Verdict", "Candidate"):
            self._recolour()

    def _on_theme(self, _: object) -> None:
        for frame in self._frames:
            frame.view.retint()
            frame.update()

    def _on_hovered(self, row: int | None) -> None:
        # The card belongs to the cursor in a plot; a hover elsewhere rings the point alone.
        if row is None:
            self._card.show_row(None, QPoint())

    def _recolour(self, _: str = "") -> None:
        colouring = WAYS[self.colour_box.currentText()](self._document)
        self._colouring = colouring
        self._legend.show_groups(colouring.title, colouring.groups, is_ramp=colouring.is_ramp)
        self._hide_groups(self._legend.hidden_groups)

    def _hide_groups(self, _: frozenset[int]) -> None:
        for frame in self._frames:
            self._show_in(frame)
        self._count_again()

    def _show_in(self, frame: ViewFrame) -> None:
        """Put a view's points into it, or say why there are none yet."""
        colouring, kind = self._colouring, frame.kind
        if colouring is None:
            return
        if kind.makes == "quick" and self._layouts.status(kind).failure is None:
            self._layouts.start(kind)
        layout, status = self._layouts.layout(kind), self._layouts.status(kind)
        if layout is None:
            frame.view.show_points(None)
        else:
            shown = Shown.of(layout, colouring, self._legend.hidden_groups)
            frame.view.show_points(shown, layout)
        what = "" if layout is None else layout.what + (", stale" if layout.is_stale else "")
        frame.show_status(status, what)

    def _count_again(self) -> None:
        colouring = self._colouring
        if colouring is None:
            return
        totals = colouring.totals
        if not len(self._selection.rows):
            hidden = self._legend.hidden_groups
            visible = sum(int(t) for i, t in enumerate(totals) if i not in hidden)
            self._legend.set_counts([Count(int(total)) for total in totals])
            self._tool_row.count.show_words(f"{count(visible)} shown", count(visible))
            return
        index, _ = colouring.places_of(self._selection.rows)
        selected = np.bincount(colouring.codes[index], minlength=len(totals))
        self._legend.set_counts(
            [Count(int(t), int(s)) for t, s in zip(totals, selected, strict=True)]
        )
        chosen, total = count(len(index)), count(len(colouring.rows))
        self._tool_row.count.show_words(f"{chosen} of {total}", chosen)
