"""What one would otherwise use for many images: QListView in icon mode, at its best."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QListView

_LONGEST_S = 30
_Index = QModelIndex | QPersistentModelIndex


class _Images(QAbstractListModel):
    """Pictures made when they are asked for."""

    def __init__(self, n_images: int, picture: Callable[[int], QImage]) -> None:
        super().__init__()
        self._n_images, self._picture = n_images, picture

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._n_images

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DecorationRole:
            return QPixmap.fromImage(self._picture(index.row()))
        return None


class Peer:
    """A list of tiles with uniform sizes, laid out in batches."""

    def __init__(
        self, n_images: int, picture: Callable[[int], QImage], size: QSize, tile_px: int
    ) -> None:
        self._model = _Images(n_images, picture)
        self._view = QListView()
        self._view.setViewMode(QListView.ViewMode.IconMode)
        self._view.setMovement(QListView.Movement.Static)
        self._view.setResizeMode(QListView.ResizeMode.Adjust)
        self._view.setUniformItemSizes(True)
        self._view.setLayoutMode(QListView.LayoutMode.Batched)
        self._view.setBatchSize(1000)
        self._view.setIconSize(QSize(tile_px, tile_px))
        self._view.setGridSize(QSize(tile_px + 4, tile_px + 4))
        self._view.resize(size)

    def open(self) -> None:
        """Until the first screenful is painted."""
        self._view.setModel(self._model)
        self._view.show()
        QApplication.processEvents()
        self._view.viewport().repaint()

    def settle(self) -> bool:
        """Until all batches are laid out, or for half a minute; whether they all are."""
        pitch = self._view.gridSize()
        columns = max(1, self._view.viewport().width() // pitch.width())
        whole = (self._model.rowCount() // columns - 1) * pitch.height() - self._view.height()
        end = time.monotonic() + _LONGEST_S
        while self._view.verticalScrollBar().maximum() < whole and time.monotonic() < end:
            QApplication.processEvents()
        return self._view.verticalScrollBar().maximum() >= whole

    def scroll(self, by_px: int) -> None:
        """Until the tiles are painted elsewhere."""
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + by_px)
        self._view.viewport().repaint()

    def close(self) -> None:
        """Leave no window."""
        self._view.close()
        self._view.deleteLater()
        QApplication.processEvents()
