"""The centre of the window: tools, linked views of the same images, and their legend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from spurview.pipeline.wording import count
from spurview.ui import theme
from spurview.ui.document import Document
from spurview.ui.latent.colouring import WAYS, Colouring
from spurview.ui.latent.hover_card import HoverCard
from spurview.ui.latent.latent_view import LatentView
from spurview.ui.latent.legend import Count, LegendRow
from spurview.ui.latent.shown import Shown
from spurview.ui.latent.tools import Tool
from spurview.ui.selection import Focus, Selection
from spurview.ui.widgets.choice_box import ChoiceBox
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import label

NARROW_PX = 480
EMPTY = "The views appear here once Embedding has run."

# Array below /layout, title, what is laid out.
_VIEWS = (
    ("/layout/content", "Content", "VAE latent"),
    ("/layout/residual", "Unusual for its content", "matched residual"),
)
_TOOLS: tuple[tuple[Tool, str, str], ...] = (
    ("hand", "hand", "Pan; Shift-drag selects (H)"),
    ("lasso", "lasso", "Select with a lasso (L)"),
    ("rectangle", "square-dashed", "Select with a rectangle (R)"),
)


class PlotsPane(QWidget):
    """Linked latent plots; everything selected here is selected everywhere."""

    def __init__(
        self,
        document: Document,
        selection: Selection,
        focus: Focus,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._selection, self._focus = document, selection, focus
        self._colouring: Colouring | None = None
        self.setAccessibleName("Latent plots")
        self.setMinimumWidth(400)
        self._views = [LatentView(title, selection, focus) for _, title, _ in _VIEWS]
        self._legend = LegendRow()
        self._card = HoverCard(document, self)
        self._build()
        self._connect()
        self.reload()

    @property
    def views(self) -> list[LatentView]:
        return self._views

    @property
    def legend(self) -> LegendRow:
        return self._legend

    @property
    def hover_card(self) -> HoverCard:
        return self._card

    @property
    def colour_box(self) -> QComboBox:
        return self._colour

    @property
    def count_text(self) -> str:
        """What is selected of what is shown, as it stands in the tool row."""
        return self._count.text()

    def sizeHint(self) -> QSize:
        return QSize(536, 756)

    def set_tool(self, tool: Tool) -> None:
        """Use another tool in all views."""
        self._tools[tool].setChecked(True)
        for view in self._views:
            view.tool = tool
            view.viewport().setCursor(
                Qt.CursorShape.OpenHandCursor if tool == "hand" else Qt.CursorShape.CrossCursor
            )

    def fit(self) -> None:
        """Show all points in all views."""
        for view in self._views:
            view.fit()

    def reload(self) -> None:
        """Read everything again: another project, or other products."""
        self._recolour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_narrow = self.width() < NARROW_PX
        self._colour_word.setVisible(not is_narrow)
        self._legend.set_compact(is_narrow)
        super().resizeEvent(event)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tool_row())
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        for view in self._views:
            view.empty_text = EMPTY
            splitter.addWidget(view)
        splitter.setSizes([1000] * len(self._views))
        layout.addWidget(splitter, 1)
        layout.addWidget(self._legend)

    def _tool_row(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(8, 6, 16, 6)
        line.setSpacing(4)
        group = QButtonGroup(self)
        self._tools: dict[Tool, FlatButton] = {}
        for tool, icon_name, tip in _TOOLS:
            button = FlatButton("", icon_name, name=tip, checkable=True)
            button.setToolTip(tip)
            button.clicked.connect(lambda _=False, tool=tool: self.set_tool(tool))
            group.addButton(button)
            line.addWidget(button)
            self._tools[tool] = button
        fit = FlatButton("", "scan", name="Show all points (F)")
        fit.setToolTip("Show all points (F)")
        fit.clicked.connect(self.fit)
        line.addWidget(fit)
        line.addStretch(1)
        self._colour_word = label("Colour", "quiet")
        self._colour = ChoiceBox()
        self._colour.setAccessibleName("Colour points by")
        self._colour.addItems(list(WAYS))
        self._count = label("")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for widget in (self._colour_word, self._colour):
            line.addWidget(widget)
            line.addSpacing(4)
        line.addSpacing(8)
        line.addWidget(self._count)
        return row

    def _connect(self) -> None:
        self._colour.currentTextChanged.connect(self._recolour)
        self._legend.hidden_changed.connect(self._hide_groups)
        self._selection.changed.connect(self._count_again)
        self._document.replaced.connect(self.reload)
        self._document.stages_changed.connect(self._on_stages)
        self._document.verdicts_changed.connect(self._on_verdicts)
        theme.keeper().changed.connect(self._on_theme)
        self._focus.hovered_changed.connect(self._on_hovered)
        for view in self._views:
            view.tool_requested.connect(self.set_tool)
            view.pointed.connect(lambda row, place, view=view: self._point(view, row, place))
        self.set_tool("hand")

    def _on_stages(self, _: object) -> None:
        self.reload()

    def _on_verdicts(self, _: object) -> None:
        if self._colour.currentText() == "Verdict":
            self._recolour()

    def _on_theme(self, _: object) -> None:
        for view in self._views:
            view.renew()

    def _on_hovered(self, row: int | None) -> None:
        # The card belongs to the cursor in a plot; a hover elsewhere rings the point alone.
        if row is None:
            self._card.show_row(None, QPoint())

    def _point(self, view: LatentView, row: int | None, place: QPoint) -> None:
        self._card.show_row(row, view.mapTo(self, place))

    def _recolour(self, _: str = "") -> None:
        colouring = WAYS[self._colour.currentText()](self._document)
        self._colouring = colouring
        self._legend.show_groups(colouring.title, colouring.groups, is_ramp=colouring.is_ramp)
        self._hide_groups(frozenset())

    def _hide_groups(self, hidden: frozenset[int]) -> None:
        if self._colouring is None:
            return
        visible = ~np.isin(self._colouring.codes, list(hidden))
        for view, (name, _, what) in zip(self._views, _VIEWS, strict=True):
            view.show_points(self._shown(name, visible))
            view.subtitle = self._subtitle(name, what)
        self._count_again()

    def _shown(self, name: str, visible: NDArray[np.bool_]) -> Shown | None:
        assert self._colouring is not None
        if not self._document.reader.has(name):
            return None
        at = self._document.reader.read(name)[self._colouring.rows].astype(np.float64)
        return Shown(at, self._colouring, visible, self._document.states.get("layout") == "stale")

    def _subtitle(self, name: str, what: str) -> str:
        if not self._document.reader.has(name):
            return ""
        record = self._document.info.stages.get("layout")
        method = str(record.facts.get("method", "PCA")) if record else "PCA"
        stale = ", stale" if self._document.states.get("layout") == "stale" else ""
        return f"{what}, {method}{stale}"

    def _count_again(self) -> None:
        colouring = self._colouring
        if colouring is None:
            return
        groups = len(colouring.groups)
        totals = np.bincount(colouring.codes, minlength=groups)
        hidden = list(self._legend.hidden_groups)
        visible = int((~np.isin(colouring.codes, hidden)).sum())
        if not len(self._selection.rows):
            self._legend.set_counts([Count(int(total)) for total in totals])
            self._count.setText(f"{count(visible)} shown")
            return
        chosen = np.isin(colouring.rows, self._selection.rows)
        selected = np.bincount(colouring.codes[chosen], minlength=groups)
        self._legend.set_counts(
            [Count(int(t), int(s)) for t, s in zip(totals, selected, strict=True)]
        )
        self._count.setText(f"{count(int(chosen.sum()))} of {count(len(colouring.rows))}")
