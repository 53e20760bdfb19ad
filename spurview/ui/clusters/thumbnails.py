"""The small pictures of the candidates, made when first shown."""

from __future__ import annotations

from PySide6.QtGui import QImage

from spurview.pipeline.thumbnail import thumbnail
from spurview.ui.document import Document
from spurview.ui.widgets.pictures import to_qimage


class Thumbnails:
    """Pictures by candidate id, made when first asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._made: dict[str, QImage] = {}

    def clear(self) -> None:
        """Forget all pictures."""
        self._made.clear()

    def picture(self, candidate_id: str) -> QImage | None:
        """The picture at working size; None where the candidate has no images."""
        if candidate_id not in self._made:
            made = self._make(candidate_id)
            if made is None:
                return None
            self._made[candidate_id] = made
        return self._made[candidate_id]

    def _make(self, candidate_id: str) -> QImage | None:
        document = self._document
        rows = document.rows.get(candidate_id)
        finding = document.finding(candidate_id)
        if rows is None or finding is None or len(rows.members) == 0:
            return None
        members = rows.members.tolist()
        made = thumbnail(document.reader, rows.index, members, localised=finding.localised)
        return to_qimage(made)
