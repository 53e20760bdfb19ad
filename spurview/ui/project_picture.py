"""The picture of a project on the start page: eight images of its first finding, or of its pool."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from spurview.core.shared_pixels import Highlight, agreement, compose, rgb
from spurview.pipeline.places import scores_of, shared_maps
from spurview.project.model import POOL
from spurview.ui.document import Document
from spurview.ui.widgets.pictures import to_qimage

_COLUMNS, _ROWS = 4, 2
_WIDTH_PX, _HEIGHT_PX = 248, 140


def project_picture(document: Document) -> QImage | None:
    """248 by 140 pixels; None where there is no image."""
    tiles = _tiles(document)
    if not tiles:
        return None
    sheet = QImage(_WIDTH_PX, _HEIGHT_PX, QImage.Format.Format_RGB32)
    sheet.fill(QColor(0, 0, 0))
    painter = QPainter(sheet)
    width, height = _WIDTH_PX / _COLUMNS, _HEIGHT_PX / _ROWS
    for place, tile in enumerate(tiles):
        side = min(width, height) - 6
        box = QRectF(0, 0, side, side * tile.height() / tile.width())
        row, column = divmod(place, _COLUMNS)
        box.moveCenter(QRectF(column * width, row * height, width, height).center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, tile.width() >= 64)
        painter.drawImage(box, tile)
    painter.end()
    return sheet


def _tiles(document: Document) -> list[QImage]:
    reader, findings = document.reader, document.findings
    wanted = _COLUMNS * _ROWS
    alarms = [f for f in findings.findings if f.alarm] if findings else []
    if alarms:
        rows = document.rows[alarms[0].id]
        chosen = rows.members[:wanted].tolist()
        shared = shared_maps(reader, rows.index, chosen)
        scores = scores_of(reader, rows.index)[chosen]
        images = reader.read_rows("/images/pixels", chosen)
        highlight = Highlight("heat" if alarms[0].localised else "off")
        marked = compose(images, shared, agreement(scores), highlight)
        return [to_qimage(image) for image in marked]
    pool = np.flatnonzero(reader.read("/images/role") == POOL)
    chosen = pool[np.linspace(0, len(pool) - 1, min(wanted, len(pool))).astype(int)].tolist()
    return [to_qimage(image) for image in rgb(reader.read_rows("/images/pixels", chosen))]
