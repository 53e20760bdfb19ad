"""Arrays as pictures of Qt. Every QImage made here owns its memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def to_qimage(picture: NDArray[np.uint8]) -> QImage:
    """A (h, w, 3) uint8 array as an image.

    The copy matters: a QImage over a numpy buffer shows garbage once the array is gone.
    """
    data = np.ascontiguousarray(picture)
    height, width = data.shape[:2]
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def to_premultiplied(packed: NDArray[np.uint32]) -> QImage:
    """A (h, w) array of premultiplied 0xAARRGGBB as an image."""
    data = np.ascontiguousarray(packed)
    height, width = data.shape
    image_format = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(data.data, width, height, 4 * width, image_format).copy()


def alpha_of(image: QImage) -> NDArray[np.uint8]:
    """The alpha channel of a premultiplied image, (h, w) uint8."""
    buffer: Any = image.constBits()
    rows = np.frombuffer(buffer, np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return (rows[:, : image.width()] >> 24).astype(np.uint8)
