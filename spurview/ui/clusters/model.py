"""The list as Qt's model: classes above, candidates or one message below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from spurview.pipeline.wording import percent
from spurview.ui.clusters.entries import (
    COLUMNS,
    HEADERS,
    CandidateEntry,
    ClassEntry,
    class_entries,
    in_order,
    matching,
)
from spurview.ui.document import Document

Index = QModelIndex | QPersistentModelIndex

# A row's entry: ClassEntry, CandidateEntry, or the message of a class without candidates (str).
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1

_TIPS = {
    "candidate": "Most suspicious first",
    "size": "Pool images in the cluster",
    "lift": "How many times its share the class has of the images with the pattern",
    "insertion": "Share of other images that become this class when the pattern is put into them;\n"
    "the tick is the strongest control",
    "verdict": "Your verdict",
}


class CandidateModel(QAbstractItemModel):
    """Rebuilt from the findings whenever they change; small, so rebuilding is quick."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._filter = ""
        self._column, self._order = 0, Qt.SortOrder.DescendingOrder
        self._all: list[ClassEntry] = []
        self._shown: list[ClassEntry] = []
        self.reload()

    @property
    def entries(self) -> list[ClassEntry]:
        """What is shown, in order."""
        return self._shown

    def reload(self) -> None:
        """Read the findings again."""
        self._all = class_entries(self._document)
        self._arrange()

    def set_filter(self, text: str) -> None:
        """Show only what matches."""
        if text != self._filter:
            self._filter = text
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if (column, order) != (self._column, self._order):
            self._column, self._order = column, order
            self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        descending = self._order == Qt.SortOrder.DescendingOrder
        found = matching(self._all, self._filter)
        self._shown = in_order(found, COLUMNS[max(0, self._column)], descending=descending)
        self.endResetModel()

    def candidate_ids(self) -> list[str]:
        """All shown candidates from top to bottom."""
        return [c.id for entry in self._shown for c in entry.candidates]

    def index_of(self, candidate_id: str) -> QModelIndex:
        """First cell of a candidate's row; invalid when it is not shown."""
        for place, entry in enumerate(self._shown):
            for row, candidate in enumerate(entry.candidates):
                if candidate.id == candidate_id:
                    return self.index(row, 0, self.index(place, 0))
        return QModelIndex()

    def index_of_class(self, class_index: int) -> QModelIndex:
        """Heading of a class; invalid when it is not shown."""
        for place, entry in enumerate(self._shown):
            if entry.class_index == class_index:
                return self.index(place, 0)
        return QModelIndex()

    # Qt's side; a child's internal id is its class's place plus one, a heading's is 0.

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        place = child.internalId() if child.isValid() else 0
        return self.createIndex(place - 1, 0, 0) if place else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._shown)
        if parent.internalId() or parent.column() > 0:
            return 0
        entry = self._shown[parent.row()]
        return len(entry.candidates) or bool(entry.message)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[COLUMNS[section]]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[COLUMNS[section]]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self.entry(index), str):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index)
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return entry if isinstance(entry, str) or entry is None else entry.spoken
        if role == Qt.ItemDataRole.DisplayRole and index.column() == 0:
            return entry if isinstance(entry, str) or entry is None else entry.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tool_tip(entry)
        return None

    def entry(self, index: Index) -> ClassEntry | CandidateEntry | str | None:
        """What stands in the row of `index`."""
        if not index.isValid():
            return None
        place = index.internalId()
        if not place:
            return self._shown[index.row()]
        heading = self._shown[place - 1]
        return heading.candidates[index.row()] if heading.candidates else heading.message


def _tool_tip(entry: ClassEntry | CandidateEntry | str | None) -> str | None:
    if isinstance(entry, str):
        return entry
    if isinstance(entry, ClassEntry):
        return f"{entry.name} took {percent(entry.share)} of the pool"
    if isinstance(entry, CandidateEntry):
        lines = [entry.spoken]
        if entry.finding.insertion is None:
            lines.append(entry.finding.missing.get("insertion", ""))
        if entry.finding.note:
            lines.append(f"Note: {entry.finding.note}")
        return "\n".join(line for line in lines if line)
    return None
