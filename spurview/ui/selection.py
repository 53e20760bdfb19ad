"""Which images are chosen and where the person's attention is; not on the undo stack.

Knows rows and ids, and of the document only what a candidate's members are; nothing of widgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from spurview.project.model import POOL
from spurview.ui.document import Document

Rows = NDArray[np.int64]
Mode = Literal["replace", "add", "remove", "intersect"]

_COMBINE: dict[str, Callable[[Rows, Rows], Any]] = {
    "replace": lambda old, new: new,
    "add": np.union1d,
    "remove": np.setdiff1d,
    "intersect": np.intersect1d,
}


class Selection(QObject):
    """The one selection of images, as sorted row numbers of the project."""

    # After the rows have changed; read `rows`.
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Rows = np.empty(0, np.int64)
        self._rows.flags.writeable = False

    @property
    def rows(self) -> Rows:
        """The selected rows, sorted, without repeats; read-only."""
        return self._rows

    def set_rows(self, rows: Iterable[int] | NDArray[Any], mode: Mode = "replace") -> None:
        """Combine `rows` with the selection; silent when that changes nothing."""
        given = _sorted(np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), np.int64))
        combined = np.asarray(_COMBINE[mode](self._rows, given), np.int64)
        if np.array_equal(combined, self._rows):
            return
        combined.flags.writeable = False
        self._rows = combined
        self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.set_rows(())


def _sorted(rows: Rows) -> Rows:
    """Ascending without repeats; what a lasso gives is so already, and may be a million rows."""
    return rows.copy() if bool((rows[1:] > rows[:-1]).all()) else np.unique(rows)


class Focus(QObject):
    """The candidate, class and images the person looks at; every setter is silent when same."""

    # The candidate's id, or None.
    candidate_changed = Signal(object)
    # The active image's row, or None.
    row_changed = Signal(object)
    # The row under the cursor, or None.
    hovered_changed = Signal(object)
    # The class's index, or None.
    class_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._candidate_id: str | None = None
        self._row: int | None = None
        self._hovered_row: int | None = None
        self._class_index: int | None = None

    @property
    def candidate_id(self) -> str | None:
        return self._candidate_id

    @candidate_id.setter
    def candidate_id(self, candidate_id: str | None) -> None:
        if candidate_id != self._candidate_id:
            self._candidate_id = candidate_id
            self.candidate_changed.emit(candidate_id)

    @property
    def row(self) -> int | None:
        return self._row

    @row.setter
    def row(self, row: int | None) -> None:
        row = None if row is None else int(row)
        if row != self._row:
            self._row = row
            self.row_changed.emit(row)

    @property
    def hovered_row(self) -> int | None:
        return self._hovered_row

    @hovered_row.setter
    def hovered_row(self, row: int | None) -> None:
        row = None if row is None else int(row)
        if row != self._hovered_row:
            self._hovered_row = row
            self.hovered_changed.emit(row)

    @property
    def class_index(self) -> int | None:
        return self._class_index

    @class_index.setter
    def class_index(self, class_index: int | None) -> None:
        class_index = None if class_index is None else int(class_index)
        if class_index != self._class_index:
            self._class_index = class_index
            self.class_changed.emit(class_index)

    def clear(self) -> None:
        """Look at nothing."""
        self.candidate_id = self.row = self.hovered_row = self.class_index = None


class SelectionFollowsFocus(QObject):
    """The one place where focusing a candidate or class selects its images."""

    def __init__(self, document: Document, selection: Selection, focus: Focus) -> None:
        super().__init__(document)
        self._document, self._selection, self._focus = document, selection, focus
        focus.candidate_changed.connect(self._follow)
        focus.class_changed.connect(self._follow_class)
        document.replaced.connect(self._forget)
        document.stages_changed.connect(self._drop_the_gone)

    def show_candidate(self, candidate_id: str) -> None:
        """Focus the candidate and select its members, also when it was focused already."""
        self._focus.candidate_id = candidate_id
        self._follow(candidate_id)

    def show_class(self, class_index: int) -> None:
        """Focus a class and no candidate, and select the pool images that got this class."""
        self._focus.class_index = class_index
        self._focus.candidate_id = None
        self._follow_class(class_index)

    def _follow(self, candidate_id: str | None) -> None:
        if candidate_id is None:
            self._follow_class(self._focus.class_index)
            return
        rows = self._document.rows.get(candidate_id)
        if rows is None:
            return
        self._focus.class_index = self._document.class_of(candidate_id)
        self._selection.set_rows(rows.members)
        self._focus.row = int(rows.members[0]) if len(rows.members) else None

    def _follow_class(self, class_index: int | None) -> None:
        if class_index is None or self._focus.candidate_id is not None:
            return
        if not self._document.reader.has("/predictions/class"):
            # Another project took the place of this one, and has not got that far.
            return
        predicted = self._document.reader.read("/predictions/class")
        role = self._document.reader.read("/images/role")
        self._selection.set_rows(np.flatnonzero((predicted == class_index) & (role == POOL)))

    def _forget(self) -> None:
        self._focus.clear()
        self._selection.clear()

    def _drop_the_gone(self, _: object) -> None:
        if self._focus.candidate_id not in self._document.rows:
            self._focus.candidate_id = None
