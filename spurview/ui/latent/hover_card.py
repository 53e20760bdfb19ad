"""The card beside the cursor: the image, its key, predicted class and confidence, true label."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from spurview.core.shared_pixels import enlarge, rgb
from spurview.pipeline.wording_project import role_word
from spurview.ui import theme
from spurview.ui.class_palette import class_places
from spurview.ui.document import Document
from spurview.ui.latent.colouring import confidence
from spurview.ui.markers import paint_marker
from spurview.ui.widgets.pictures import to_qimage

PICTURE_PX = 56
_PAD = 8


class HoverCard(QWidget):
    """Lies over the plots and never takes the mouse."""

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._row: int | None = None
        self._image = QImage()
        self._place: int | None = None
        self._lines = ("", "", "")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def lines(self) -> tuple[str, str, str]:
        """Key, predicted class with confidence, role with true label."""
        return self._lines

    def show_row(self, row: int | None, near: QPoint) -> None:
        """Show a row's card near a place of the parent; None hides it."""
        if row is None:
            self._row = None
            self.hide()
            return
        if row != self._row:
            self._row = row
            self._read(row)
        self._move_near(near)
        self.show()
        self.raise_()

    def paintEvent(self, _: QPaintEvent) -> None:
        shown = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(shown.line, 1))
        painter.setBrush(shown.tip)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        picture = QRectF(_PAD, _PAD, PICTURE_PX, PICTURE_PX)
        painter.drawImage(picture, self._image)
        self._paint_lines(painter, picture.right() + 2 * _PAD, shown)
        painter.end()

    def _paint_lines(self, painter: QPainter, left: float, shown: theme.Theme) -> None:
        tall = self.fontMetrics().height() + 2
        top = (self.height() - 3 * tall) / 2
        room = self.width() - left - 2 * _PAD
        for index, text in enumerate(self._lines):
            area = QRectF(left, top + index * tall, room, tall)
            if index == 1 and self._place is not None:
                paint_marker(painter, QPointF(left + 5, area.center().y()), self._place, 9)
                area.setLeft(left + 16)
            painter.setPen(shown.text2 if index == 2 else shown.text)
            fitted = self.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideMiddle, int(area.width())
            )
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, fitted)

    def _read(self, row: int) -> None:
        document, reader = self._document, self._document.reader
        pixels = reader.read_rows("/images/pixels", [row])
        zoom = PICTURE_PX / max(pixels.shape[1:3])
        self._image = to_qimage(enlarge(rgb(pixels), zoom)[0])
        class_index, predicted = self._predicted(row)
        places = class_places(reader, len(document.info.class_names))
        self._place = places[class_index] if class_index >= 0 else None
        role = role_word(int(reader.read_rows("/images/role", [row])[0]))
        label = int(reader.read_rows("/images/label", [row])[0])
        truth = f"true label {document.info.label_names[label]}" if label >= 0 else "label unknown"
        self._lines = (document.keys[row], predicted, f"{role}, {truth}")
        self.setAccessibleName(", ".join(self._lines))
        widest = max(self.fontMetrics().horizontalAdvance(line) for line in self._lines)
        height = max(PICTURE_PX, 3 * (self.fontMetrics().height() + 2)) + 2 * _PAD
        self.resize(min(320, PICTURE_PX + 5 * _PAD + 16 + widest), height)
        self.update()

    def _predicted(self, row: int) -> tuple[int, str]:
        reader = self._document.reader
        if not reader.has("/predictions/class"):
            return -1, "not predicted yet"
        index = int(reader.read_rows("/predictions/class", [row])[0])
        name = f"class {self._document.info.class_names[index]}"
        if not reader.has("/predictions/logits"):
            return index, name
        return index, f"{name}, {confidence(reader, np.array([row]))[0]:.2f}"

    def _move_near(self, near: QPoint) -> None:
        """Below and right of the cursor; on the other side of it where there is no room."""
        holder = self.parentWidget()
        parent = QRect() if holder is None else holder.rect()
        x, y = near.x() + 16, near.y() + 16
        if x + self.width() > parent.right() - _PAD:
            x = max(_PAD, near.x() - 16 - self.width())
        if y + self.height() > parent.bottom() - _PAD:
            y = max(_PAD, near.y() - 16 - self.height())
        self.move(x, y)
