"""The header of the list: sections that follow the font, an arrow at the sorted one."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTreeView

from spurview.ui import icons, theme
from spurview.ui.clusters.entries import COLUMNS

# Widths at a digit of 8.5 px; the candidate takes what is left. Verdict's title is wider than its
# icons and reaches into the section before it, which keeps the list as narrow as its figures.
_WIDTHS = {"size": 34, "lift": 42, "insertion": 108, "verdict": 42}
_INSET_PX = 16
# Picture, name and alarm mark.
_LEAST_NAME_PX = 120
_BAR_GIVES_PX = 26


class CandidateHeader(QHeaderView):
    """Click sorts; the most suspicious first by default."""

    def __init__(self, view: QTreeView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self.setSectionsClickable(True)
        self.setSectionsMovable(False)
        self.setStretchLastSection(False)
        self.setMinimumSectionSize(24)
        self.setHighlightSections(False)
        self.setSortIndicatorShown(False)
        self.setAccessibleName("Sort by")

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None and model.columnCount():
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(320, max(24, self.fontMetrics().height() + 8))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.model() is not None:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.model() is not None:
            self._drop_what_has_no_room()

    def _drop_what_has_no_room(self) -> None:
        """Names before figures: bars get shorter, lift goes, then size; tips still tell them."""
        scale = self._scale
        room = self.width() - sum(_WIDTHS.values()) * scale - _LEAST_NAME_PX * scale
        shorter = min(max(0.0, -room), _BAR_GIVES_PX * scale)
        insertion = round(_WIDTHS["insertion"] * scale - shorter)
        self.resizeSection(COLUMNS.index("insertion"), insertion)
        room += shorter
        for column in ("lift", "size"):
            hidden = room < 0
            self.setSectionHidden(COLUMNS.index(column), hidden)
            room += _WIDTHS[column] * scale if hidden else 0

    @property
    def _scale(self) -> float:
        return max(1.0, self.fontMetrics().horizontalAdvance("0") / 8.5)

    def _fit(self) -> None:
        scale = self._scale
        self.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section, column in enumerate(COLUMNS[1:], start=1):
            self.setSectionResizeMode(section, QHeaderView.ResizeMode.Fixed)
            self.resizeSection(section, round(_WIDTHS[column] * scale))
        self._drop_what_has_no_room()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        shown = theme.current()
        painter.save()
        painter.fillRect(rect, shown.window)
        is_sorted = section == self.sortIndicatorSection()
        text = self.model().headerData(section, Qt.Orientation.Horizontal)
        box = QRectF(rect)
        if section == 0:
            box.setLeft(box.left() + _INSET_PX)
        elif COLUMNS[section] == "insertion":
            box.setLeft(box.left() + 10)
        elif COLUMNS[section] == "verdict":
            box.setRight(box.right() - _INSET_PX + 1)
            box.setLeft(box.left() - 24)
        ranged_left = section == 0 or COLUMNS[section] == "insertion"
        side = Qt.AlignmentFlag.AlignLeft if ranged_left else Qt.AlignmentFlag.AlignRight
        painter.setPen(shown.text if is_sorted else shown.text2)
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)
        if is_sorted:
            self._paint_arrow(painter, box, text, ranged_left, shown)
        painter.restore()

    def _paint_arrow(
        self, painter: QPainter, box: QRectF, text: str, ranged_left: bool, shown: theme.Theme
    ) -> None:
        width = painter.fontMetrics().horizontalAdvance(text)
        left = box.left() + width + 3 if ranged_left else box.right() - width - 15
        down = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        place = QRectF(left, box.top(), 12, box.height())
        icons.paint(painter, "arrow-down" if down else "arrow-up", place, shown.text, 12)
