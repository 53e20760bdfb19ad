"""The legend below the plots: marker, name and counts of each group; clicks hide and isolate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from spurview.pipeline.wording import count
from spurview.ui import theme
from spurview.ui.latent.colouring import Group, viridis
from spurview.ui.markers import paint_marker
from spurview.ui.widgets.flow import FlowLayout
from spurview.ui.widgets.frames import is_by_keyboard
from spurview.ui.widgets.labels import label

_MARKER_PX = 10
_RAMP_PX, _RAMP_STEPS = 8, 64


@dataclass(frozen=True)
class Count:
    """How many images a group has, and how many of them are selected (None: no selection)."""

    total: int
    selected: int | None = None

    def words(self, *, with_zero: bool = True) -> str:
        """``915``; with a selection ``105 of 915``, or ``0`` (empty without `with_zero`)."""
        if self.selected is None:
            return count(self.total)
        if not self.selected:
            return "0" if with_zero else ""
        return f"{count(self.selected)} of {count(self.total)}"


class LegendEntry(QToolButton):
    """One group; checked while its points are shown."""

    # The person double-clicked.
    isolated = Signal()

    def __init__(self, group: Group, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = group
        self._count = Count(0)
        self._is_focus_shown = False
        self._is_compact = False
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip("Click to hide or show, double-click to show this alone")

    @property
    def shown_count(self) -> Count:
        return self._count

    def set_count(self, shown: Count) -> None:
        """Show other numbers."""
        self._count = shown
        self.setAccessibleName(f"{self._group.name}, {shown.words()}")
        self.updateGeometry()
        self.update()

    def set_compact(self, is_compact: bool) -> None:
        """Leave zeros out, where there is little room."""
        self._is_compact = is_compact
        self.updateGeometry()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._is_focus_shown = is_by_keyboard(event)
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self._group.name) + 8
        if self._shown_words():
            words += metrics.horizontalAdvance(self._shown_words()) + 8
        return QSize(8 + _MARKER_PX + 8 + words, max(24, metrics.height() + 6))

    def _shown_words(self) -> str:
        return self._count.words(with_zero=not self._is_compact)

    def mouseDoubleClickEvent(self, _: QMouseEvent) -> None:
        self.isolated.emit()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shown.hover)
            painter.drawRoundedRect(area, 4, 4)
        if self.hasFocus() and self._is_focus_shown:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(shown.accent)
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setOpacity(1.0 if self.isChecked() else 0.45)
        middle = QPointF(8 + _MARKER_PX / 2, area.height() / 2)
        paint_marker(painter, middle, self._group.palette, _MARKER_PX)
        self._paint_words(painter, area.adjusted(16 + _MARKER_PX, 0, 0, 0), shown)
        painter.end()

    def _paint_words(self, painter: QPainter, area: QRectF, shown: theme.Theme) -> None:
        font = self.font()
        # Struck through too: that a group is hidden must not be told by paleness alone.
        font.setStrikeOut(not self.isChecked())
        painter.setFont(font)
        painter.setPen(shown.text)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self._group.name)
        left = self.fontMetrics().horizontalAdvance(self._group.name) + 8
        painter.setFont(self.font())
        painter.setPen(shown.text2)
        painter.drawText(
            area.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._shown_words()
        )


class Ramp(QWidget):
    """The legend of continuous values: viridis from 0 to 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Colours from 0, dark, to 1, bright")

    def sizeHint(self) -> QSize:
        return QSize(200, 24)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme.current().text2)
        paint_ramp(painter, QRectF(self.rect()), overlap_px=0.5)
        painter.end()


def paint_ramp(painter: QPainter, area: QRectF, *, overlap_px: float = 0) -> None:
    """A bar 8 pixels high in the colours from 0 to 1, between those figures.

    overlap_px: of each step over the next, so that rounding to pixels leaves no gap.
    """
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, "0")
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, "1")
    above = (area.height() - _RAMP_PX) / 2
    bar = area.adjusted(16, above, -16, -above)
    wide = bar.width() / _RAMP_STEPS
    for step, colour in enumerate(viridis(np.linspace(0, 1, _RAMP_STEPS)).tolist()):
        left = bar.left() + step * wide
        painter.fillRect(QRectF(left, bar.top(), wide + overlap_px, _RAMP_PX), QColor(*colour))


class LegendRow(QWidget):
    """One entry per group, wrapping to further rows."""

    # Other groups are hidden now; carries the set of their indices.
    hidden_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Legend")
        self._entries: list[LegendEntry] = []
        self._is_compact = False
        self._title: QLabel | None = None
        self._shown: tuple[str, tuple[Group, ...]] = ("", ())
        self._hidden: frozenset[int] = frozenset()
        self._before_click: frozenset[int] = frozenset()
        self._flow = FlowLayout(self, gap=4, row_gap=0)
        self._flow.setContentsMargins(16, 4, 8, 4)

    @property
    def hidden_groups(self) -> frozenset[int]:
        return self._hidden

    @property
    def entries(self) -> list[LegendEntry]:
        return self._entries

    def show_groups(self, title: str, groups: tuple[Group, ...], *, is_ramp: bool) -> None:
        """Other groups; what was hidden of the same ones stays so, else all are shown."""
        same = (title, groups) == self._shown
        hidden = self._hidden if same else frozenset()
        self._shown = (title, groups)
        self._flow.clear()
        self._entries, self._hidden = [], hidden
        self._title = label(title, "quiet")
        self._title.setMinimumHeight(24)
        self._flow.addWidget(self._title)
        self._title.setHidden(self._is_compact)
        if is_ramp:
            self._flow.addWidget(Ramp())
        else:
            for index, group in enumerate(groups):
                self._add(index, group)
        for index in hidden:
            self._entries[index].setChecked(False)
        self.updateGeometry()

    def set_compact(self, is_compact: bool) -> None:
        """Leave zeros and the title out where there is little room: the box of colours names it."""
        self._is_compact = is_compact
        if self._title is not None:
            self._title.setHidden(is_compact)
        for entry in self._entries:
            entry.set_compact(is_compact)
        self._flow.invalidate()

    def set_counts(self, counts: list[Count]) -> None:
        """One count per group."""
        for entry, shown in zip(self._entries, counts, strict=False):
            entry.set_count(shown)
        self._flow.invalidate()

    def _add(self, index: int, group: Group) -> None:
        entry = LegendEntry(group)
        entry.set_compact(self._is_compact)
        entry.clicked.connect(lambda: self._toggle(index))
        entry.isolated.connect(lambda: self._isolate(index))
        self._entries.append(entry)
        self._flow.addWidget(entry)

    def _toggle(self, index: int) -> None:
        self._before_click = self._hidden
        self._hide(self._hidden ^ {index})

    def _isolate(self, index: int) -> None:
        """Show this group alone, or all again when it was alone before the double click."""
        others = frozenset(range(len(self._entries))) - {index}
        self._hide(frozenset() if self._before_click == others else others)

    def _hide(self, hidden: frozenset[int]) -> None:
        self._hidden = hidden
        for index, entry in enumerate(self._entries):
            entry.setChecked(index not in hidden)
        self.hidden_changed.emit(hidden)
