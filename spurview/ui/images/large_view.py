"""One image large, and beside it its prediction, its parts, and its neighbours of other classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from spurview.core.shared_pixels import MODES, SMOOTH_FROM_PX
from spurview.jobs import JobRunner
from spurview.pipeline.wording import count
from spurview.ui import theme
from spurview.ui.document import Document
from spurview.ui.images.image_facts import ImageFacts
from spurview.ui.images.look_controls import mode_row, part_slider, what_row
from spurview.ui.images.look_state import LookState
from spurview.ui.images.original_job import reading_original
from spurview.ui.images.tiles import Look, Tiles
from spurview.ui.selection import Focus
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.labels import Elided, label
from spurview.ui.widgets.pictures import to_qimage

FACTS_PX = 512
_INSET = 16


class LargePicture(QWidget):
    """The image at the largest whole factor that fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(300, 300)
        self._tiles: Tiles | None = None
        self._row = 0
        self._look = Look()
        self._shape = (1, 1)
        self._original: QImage | None = None

    def show_row(self, tiles: Tiles, row: int, look: Look, shape: tuple[int, int]) -> None:
        """Show a row in a look, of which the zoom is not used."""
        if row != self._row or tiles is not self._tiles:
            self._original = None
        self._tiles, self._row, self._look, self._shape = tiles, row, look, shape
        self.update()

    def show_original(self, original: QImage | None) -> None:
        """Use the original file of this row where the image itself is shown without a mark."""
        self._original = original
        self.update()

    @property
    def is_plain(self) -> bool:
        """Whether the image itself is shown without a mark."""
        return self._look.what == "original" and self._look.highlight.mode == "off"

    def picture(self) -> QImage:
        """The picture as it is shown."""
        assert self._tiles is not None
        if self._original is not None and self.is_plain:
            return self._original.scaled(
                (self.size() - QSize(2 * _INSET, 2 * _INSET)) * self.devicePixelRatioF(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        look = Look(self._look.what, self._look.highlight, self._zoom(), self._look.candidate_id)
        return self._tiles.pictures([self._row], look)[0]

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().canvas)
        if self._tiles is not None:
            ratio = self.devicePixelRatioF()
            image = self.picture()
            place = QRectF(0, 0, image.width() / ratio, image.height() / ratio)
            place.moveCenter(QRectF(self.rect()).center())
            place.moveTopLeft(place.topLeft().toPoint())
            painter.drawImage(place, image)
        painter.end()

    def _zoom(self) -> float:
        ratio = self.devicePixelRatioF()
        height, width = self._shape
        room = min(
            (self.width() - 2 * _INSET) * ratio / width,
            (self.height() - 2 * _INSET) * ratio / height,
        )
        if max(height, width) < SMOOTH_FROM_PX:
            return max(1.0, float(int(room)))
        return max(0.1, room)


class LargeView(QWidget):
    """A window of its own; Left and Right step, Esc closes, 1 to 4 highlight, V cycles."""

    def __init__(
        self, document: Document, focus: Focus, look: LookState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._document, self._focus, self._look = document, focus, look
        # Its own cache: a few large pictures must not push out a screenful of tiles.
        self._tiles = Tiles(document)
        self._rows: NDArray[np.int64] = np.empty(0, np.int64)
        self._place = 0
        self._caption = self._words = ""
        self._runner: JobRunner | None = None
        self._originals: tuple[int, NDArray[np.uint8] | None] | None = None
        self._asked: int | None = None
        self.setMinimumSize(960, 640)
        self.resize(1280, 800)
        self._picture = LargePicture()
        self._facts = ImageFacts(document, focus)
        self._facts.copied.connect(self.copy)
        self._facts.closed.connect(self.close)
        self._build()
        look.changed.connect(self._renew)
        focus.row_changed.connect(self._follow)
        focus.candidate_changed.connect(lambda _: self._renew())
        document.stages_changed.connect(lambda _: self._tiles.forget())

    @property
    def row(self) -> int | None:
        """The row shown."""
        return int(self._rows[self._place]) if len(self._rows) else None

    @property
    def facts(self) -> ImageFacts:
        return self._facts

    @property
    def picture(self) -> LargePicture:
        return self._picture

    def read_originals_with(self, runner: JobRunner) -> None:
        """Read original files in jobs of this runner; without one, working images are shown."""
        self._runner = runner
        self._renew()

    def open_at(self, rows: Sequence[int] | NDArray[np.int64], row: int, caption: str) -> None:
        """Show one of the rows; stepping walks them all."""
        self._tiles.forget()
        self._originals = None
        shown = np.asarray(rows, np.int64)
        self._rows = shown if row in shown else np.array([row])
        self._caption = caption.split(",")[0]
        self._place = int(np.flatnonzero(self._rows == row)[0])
        self._renew()
        self.show()
        self.activateWindow()
        self._picture.setFocus()

    def step(self, by: int) -> None:
        """Go on or back; stops at the ends."""
        place = min(max(self._place + by, 0), len(self._rows) - 1)
        if len(self._rows) and place != self._place:
            self._place = place
            self._focus.row = int(self._rows[place])
            self._renew()

    def copy(self) -> None:
        """Put the picture, as it is shown, on the clipboard."""
        if len(self._rows):
            QGuiApplication.clipboard().setImage(self._picture.picture())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step(1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_Escape:
            self.close()
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            self._look.set_highlight(MODES[key - Qt.Key.Key_1])
        elif key == Qt.Key.Key_V:
            self._look.cycle_what()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._header())
        left.addWidget(self._picture, 1)
        left.addWidget(self._controls())
        layout.addLayout(left, 1)
        line = QWidget()
        line.setFixedWidth(1)
        line.setAutoFillBackground(True)
        line.setBackgroundRole(QPalette.ColorRole.Mid)
        layout.addWidget(line)
        self._facts.setFixedWidth(FACTS_PX)
        layout.addWidget(self._facts)
        self._picture.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._picture.setAccessibleName("The image")
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy)

    def _header(self) -> QWidget:
        header = QWidget()
        line = QHBoxLayout(header)
        line.setContentsMargins(_INSET, 8, _INSET, 8)
        line.setSpacing(8)
        for icon_name, name, by in (("arrow-left", "Back", -1), ("arrow-right", "On", 1)):
            button = FlatButton("", icon_name, name=name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(f"{name} ({'Left' if by < 0 else 'Right'})")
            button.clicked.connect(lambda _=False, by=by: self.step(by))
            line.addWidget(button)
        self._key = label("", "title")
        self._count = Elided()
        line.addWidget(self._key)
        line.addWidget(self._count, 1)
        line.addWidget(what_row(self._look))
        return header

    def _controls(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(_INSET, 8, _INSET, 8)
        line.setSpacing(8)
        line.addWidget(label("Highlight", "quiet"))
        line.addWidget(mode_row(self._look, words=True))
        line.addStretch(1)
        for part in ("Strength", "Threshold"):
            line.addWidget(label(part, "quiet"))
            line.addWidget(
                part_slider(self._look, "strength" if part == "Strength" else "threshold")
            )
        return row

    def _follow(self, row: int | None) -> None:
        """Another view made one of these rows active."""
        if self.isVisible() and row in self._rows and row != self.row:
            self._place = int(np.flatnonzero(self._rows == row)[0])
            self._renew()

    def _renew(self) -> None:
        row = self.row
        if row is None:
            return
        key = self._document.keys[row]
        self.setWindowTitle(key)
        self._key.setText(key)
        words = f"{count(self._place + 1)} of {count(len(self._rows))}"
        _, inside, where = self._caption.partition(" in ")
        self._words = f"{words} in {where}" if inside else words
        shape = self._document.reader.shape("/images/pixels")[1:3]
        look = Look(self._look.what, self._look.highlight, 1, self._focus.candidate_id)
        self._picture.show_row(self._tiles, row, look, (shape[0], shape[1]))
        self._facts.show_row(row)
        self._show_original(row)

    def _show_original(self, row: int) -> None:
        """Show the original where it is known, else ask for it; say which is shown."""
        known = self._originals if self._originals and self._originals[0] == row else None
        self._count.text = self._words
        if not self._picture.is_plain or self._runner is None:
            return
        if known is None:
            self._ask_for_original(row)
            return
        pixels = known[1]
        if pixels is None:
            self._count.text = f"{self._words} · working image, the original file is not there"
            return
        self._count.text = f"{self._words} · original, {pixels.shape[1]} × {pixels.shape[0]}"
        self._picture.show_original(to_qimage(pixels))

    def _ask_for_original(self, row: int) -> None:
        if self._asked == row or self._runner is None:
            return
        self._asked = row
        job = self._runner.submit("original", reading_original(self._document, row), brief=True)
        job.finished.connect(lambda pixels: self._on_original(row, pixels))
        job.failed.connect(lambda _: self._on_original(row, None))

    def _on_original(self, row: int, pixels: NDArray[np.uint8] | None) -> None:
        self._asked = None
        self._originals = row, pixels
        if self.row is not None and self.isVisible():
            self._show_original(self.row)

    def sizeHint(self) -> QSize:
        return QSize(1280, 800)
