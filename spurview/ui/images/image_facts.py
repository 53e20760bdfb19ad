"""What is known of one image: its prediction, its parts, its neighbours of other classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from spurview.core.shared_pixels import Highlight, agreement
from spurview.pipeline.places import scores_of
from spurview.pipeline.probabilities import probabilities_of
from spurview.pipeline.wording_project import role_word
from spurview.ui import theme
from spurview.ui.class_palette import class_places
from spurview.ui.direction import isolated
from spurview.ui.document import Document
from spurview.ui.images.tiles import Look, Tiles, What, nearest_elsewhere
from spurview.ui.latent.colouring import confidence
from spurview.ui.markers import paint_marker
from spurview.ui.selection import Focus
from spurview.ui.widgets.captioned import Captioned, Part
from spurview.ui.widgets.flat_button import FlatButton
from spurview.ui.widgets.flow import FlowLayout
from spurview.ui.widgets.labels import label

_TILE_PX = 112
_INSET = 16
# Neighbours stand in rows of four; what stands above them takes about so much beside the bars.
_ACROSS, _MOST_ROWS, _ABOVE_PX = 4, 6, 340
_PARTS: tuple[tuple[What, str], ...] = (
    ("original", "Original"),
    ("reference", "Reference"),
    ("residual", "Residual"),
)


class ShareBars(QWidget):
    """One bar per class: the probability the network gave it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._shares: NDArray[np.float64] = np.empty(0)
        self._places: list[int] = []

    def show_shares(self, names: list[str], shares: NDArray[np.float64], places: list[int]) -> None:
        """Other classes and probabilities; places: of each class in the class palette."""
        self._names, self._shares, self._places = names, shares, places
        words = [f"{name} {share:.2f}" for name, share in zip(names, shares, strict=False)]
        self.setAccessibleName("Probabilities: " + ", ".join(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, self._tall() * len(self._shares))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        names = max((self.fontMetrics().horizontalAdvance(n) for n in self._names), default=0)
        left, right = 18 + min(names, 120) + 14, self.width() - 48
        for index, share in enumerate(self._shares.tolist()):
            line = QRectF(0, index * self._tall(), self.width(), self._tall())
            middle = line.center().y()
            paint_marker(painter, QPointF(5, middle), self._places[index], 9)
            painter.setPen(shown.text)
            painter.drawText(
                line.adjusted(18, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._names[index]
            )
            track = QRectF(left, middle - 4, max(0, right - left), 8)
            painter.fillRect(track, shown.track)
            filled = QRectF(track)
            filled.setWidth(max(2.0, track.width() * share))
            painter.fillRect(filled, shown.class_colour(self._places[index]))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(line, flags, f"{share:.2f}")
        painter.end()

    def _tall(self) -> int:
        return max(24, self.fontMetrics().height() + 6)


class ImageFacts(QWidget):
    """The right side of the large view."""

    # The person asked for a copy of the picture, or to close the window.
    copied = Signal()
    closed = Signal()

    def __init__(self, document: Document, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._focus = document, focus
        self._tiles = Tiles(document)
        self._n_shown = 0
        self._class_index, self._row = -1, -1
        document.stages_changed.connect(lambda _: self._tiles.forget())
        document.replaced.connect(self._tiles.forget)
        self._build()

    def show_row(self, row: int) -> None:
        """Show the facts of another row."""
        self._row = row
        self._show_prediction(row)
        self._show_parts(row)
        self._show_neighbours(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._row >= 0 and self._n_shown != self._n_wanted:
            self._show_neighbours(self._row)

    @property
    def _n_wanted(self) -> int:
        """As many neighbours as fill the height, in whole rows, at least two of them."""
        caption = self.fontMetrics().height() + 16
        left = self.height() - self._bars.sizeHint().height() - _ABOVE_PX
        return _ACROSS * min(max(2, left // (self._side() + caption)), _MOST_ROWS)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._header())
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(_INSET, 0, _INSET, _INSET)
        inside.setSpacing(8)
        self._bars = ShareBars()
        inside.addWidget(self._bars)
        self._parts_words = self._section(inside, "This image")
        self._parts = _strip(inside)
        self._near_words = self._section(inside, "Same content, other classes")
        self._near = _strip(inside)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(area, 1)

    def _header(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setContentsMargins(_INSET, 8, _INSET, 8)
        line.setSpacing(8)
        self._marker = _ClassMarker()
        self._predicted = label("", "title")
        self._truth = label("", "quiet")
        for widget in (self._marker, self._predicted, self._truth):
            line.addWidget(widget)
        line.addStretch(1)
        for icon_name, name, signal in (
            ("copy", "Copy the picture (Ctrl+C)", self.copied),
            ("x", "Close (Esc)", self.closed),
        ):
            button = FlatButton("", icon_name, name=name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setToolTip(name)
            button.clicked.connect(lambda _=False, signal=signal: signal.emit())
            line.addWidget(button)
        return line

    @staticmethod
    def _section(inside: QVBoxLayout, title: str) -> QLabel:
        inside.addSpacing(16)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(label(title, "title"))
        words = label("", "quiet")
        line.addWidget(words, 1)
        inside.addLayout(line)
        return words

    def _show_prediction(self, row: int) -> None:
        reader, info = self._document.reader, self._document.info
        role = role_word(int(reader.read_rows("/images/role", [row])[0]))
        truth = int(reader.read_rows("/images/label", [row])[0])
        known = (
            f"true label {isolated(info.label_names[truth])}"
            if truth >= 0
            else "true label not known"
        )
        self._truth.setText(f"{known}, {role}")
        if not reader.has("/predictions/logits"):
            self._predicted.setText("Not predicted yet")
            self._bars.show_shares([], np.empty(0), [])
            self._marker.show_place(None)
            return
        self._class_index = int(reader.read_rows("/predictions/class", [row])[0])
        shares = probabilities_of(reader.read_rows("/predictions/logits", [row]))[0]
        name = info.class_names[self._class_index]
        places = class_places(reader, len(info.class_names))
        self._marker.show_place(places[self._class_index])
        self._predicted.setText(f"Class {isolated(name)}, {shares[self._class_index]:.2f}")
        self._bars.show_shares(info.class_names, shares, places)

    def _show_parts(self, row: int) -> None:
        candidate_id = self._focus.candidate_id
        known = self._document.rows_of(candidate_id)
        plain = Look(highlight=Highlight("off"), zoom=self._zoom(), candidate_id=candidate_id)
        looks = [(replace(plain, what=what), words) for what, words in _PARTS]
        self._parts_words.setText("")
        if known is not None:
            looks.append((replace(plain, highlight=Highlight("heat")), "Shared"))
            scores = scores_of(self._document.reader, known.index)
            agreed = float(agreement(scores[[row]])[0])
            self._parts_words.setText(f"agrees with the pattern at {agreed:.2f}")
        self._parts.clear()
        for look, words in looks:
            image = self._tiles.pictures([row], look)[0]
            picture = Captioned([image], [Part(words)], words, side_px=self._side())
            picture.setEnabled(False)
            self._parts.addWidget(picture)

    def _show_neighbours(self, row: int) -> None:
        reader = self._document.reader
        self._near.clear()
        if not (reader.has("/latents") and reader.has("/predictions/logits")):
            self._near_words.setText("appear once Embedding has run")
            return
        self._n_shown = self._n_wanted
        others = nearest_elsewhere(reader, row, self._n_shown)
        if not len(others):
            self._near_words.setText("none: all pool images got this class")
            return
        self._near_words.setText("nearest in the content latent")
        look = Look(highlight=Highlight("off"), zoom=self._zoom())
        images = self._tiles.pictures(others.tolist(), look)
        shares = confidence(reader, others)
        for other, image, share in zip(others.tolist(), images, shares.tolist(), strict=True):
            self._near.addWidget(self._neighbour(other, image, share))

    def _neighbour(self, row: int, image: QImage, share: float) -> Captioned:
        document = self._document
        index = int(document.reader.read_rows("/predictions/class", [row])[0])
        name = document.info.class_names[index]
        place = class_places(document.reader, len(document.info.class_names))[index]
        caption = [Part(name, place, quiet=False), Part(f"{share:.2f}")]
        words = f"{document.keys[row]}, class {name}, {share:.2f}"
        picture = Captioned([image], caption, words, side_px=self._side())
        picture.clicked.connect(lambda: setattr(self._focus, "row", row))
        return picture

    def _zoom(self) -> float:
        height, width = self._document.reader.shape("/images/pixels")[1:3]
        side = max(height, width)
        return max(1.0, _TILE_PX // side) if side < 64 else _TILE_PX / side

    def _side(self) -> int:
        height, width = self._document.reader.shape("/images/pixels")[1:3]
        return round(self._zoom() * max(height, width))


class _ClassMarker(QWidget):
    """The marker of one class, as large as a letter."""

    def __init__(self) -> None:
        super().__init__()
        self._place: int | None = None
        self.setFixedSize(12, 16)

    def show_place(self, place: int | None) -> None:
        self._place = place
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._place is not None:
            paint_marker(painter, QRectF(self.rect()).center(), self._place, 10)
        painter.end()


def _strip(inside: QVBoxLayout) -> FlowLayout:
    holder = QWidget()
    flow = FlowLayout(holder, gap=10, row_gap=8)
    flow.setContentsMargins(0, 0, 0, 0)
    inside.addWidget(holder)
    return flow
