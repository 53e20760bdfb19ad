"""The small picture of a candidate: the mean of its members under the heat of what they share.

A pattern that moves would blur: its members are brought to one place first.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from spurview.core.shared_pixels import Highlight, compose, rgb
from spurview.core.template import brought_home
from spurview.pipeline.places import offsets
from spurview.ui.document import Document
from spurview.ui.widgets.pictures import to_qimage

# The mean of more images looks the same.
_ENOUGH = 200


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
        members = rows.members[:_ENOUGH].tolist()
        images = document.reader.read_rows("/images/pixels", members)
        moved = offsets(document.reader, rows.index, members)
        if moved is not None:
            images = brought_home(images, moved)
        mean = np.rint(images.mean(0)).astype(np.uint8)[None]
        if not finding.localised:
            return to_qimage(rgb(mean)[0])
        shared = document.reader.read("/candidates/map", rows.index, rows.index + 1)[0]
        return to_qimage(compose(mean, shared, np.ones(1), Highlight("heat"))[0])
