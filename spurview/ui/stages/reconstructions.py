"""Sample images above what the VAE makes of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from spurview.core.arrays import Array
from spurview.core.shared_pixels import rgb
from spurview.ui.widgets.pictures import to_qimage

_TILE_PX = 56
_GAP_PX = 4


class ReconstructionStrip(QWidget):
    """As many pairs as fit in the width, original above."""

    def __init__(self, originals: Array, made: Array, parent: QWidget | None = None) -> None:
        """originals, made: (n, H, W, C) uint8."""
        super().__init__(parent)
        self._rows = [[to_qimage(image) for image in rgb(images)] for images in (originals, made)]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{len(originals)} images above their reconstructions")

    def sizeHint(self) -> QSize:
        return QSize(6 * _TILE_PX + 5 * _GAP_PX, 2 * _TILE_PX + _GAP_PX)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        fit = (self.width() + _GAP_PX) // (_TILE_PX + _GAP_PX)
        for line, pictures in enumerate(self._rows):
            for column, image in enumerate(pictures[:fit]):
                step = _TILE_PX + _GAP_PX
                where = QRectF(column * step, line * step, _TILE_PX, _TILE_PX)
                painter.setRenderHint(
                    QPainter.RenderHint.SmoothPixmapTransform, image.width() >= 64
                )
                painter.drawImage(where, image)
        painter.end()
