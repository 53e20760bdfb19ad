"""Our icons (lucide) in any colour, sharp at any scale of the screen."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from spurview.ui import theme

ICON_PX = 16
# In the units of lucide's 24-unit box.
_STROKE = "1.75"


def icon(name: str, colour: QColor | None = None, size: int = ICON_PX, *, gap: int = 0) -> QIcon:
    """An icon in `colour` (None: the text's), greyed where its control is disabled.

    gap: empty pixels at its right, which keep it off a button's text.
    """
    made = QIcon()
    for mode, shade in (
        (QIcon.Mode.Normal, colour or theme.current().text),
        (QIcon.Mode.Disabled, theme.current().off),
    ):
        for ratio in (1.0, 2.0, 3.0):
            made.addPixmap(_widened(pixmap(name, shade, size, ratio), gap), mode)
    return made


def pixmap(name: str, colour: QColor, size: int = ICON_PX, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture, `size` logical pixels wide, for a screen of `ratio` pixels each."""
    return _pixmap(name, colour.rgba(), size, ratio)


def paint(painter: QPainter, name: str, rect: QRectF, colour: QColor, size: int = ICON_PX) -> None:
    """Draw the icon in the middle of `rect`."""
    device = painter.device()
    picture = pixmap(name, colour, size, device.devicePixelRatioF() if device else 1.0)
    corner = rect.center() - QPointF(size / 2, size / 2)
    painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), picture)


def names() -> list[str]:
    """All icons there are."""
    return sorted(
        entry.name.removesuffix(".svg")
        for entry in _folder().iterdir()
        if entry.name.endswith(".svg")
    )


def _widened(picture: QPixmap, gap: int) -> QPixmap:
    if not gap:
        return picture
    ratio = picture.devicePixelRatio()
    wide = QPixmap(picture.width() + round(gap * ratio), picture.height())
    wide.fill(Qt.GlobalColor.transparent)
    wide.setDevicePixelRatio(ratio)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wide


@lru_cache(maxsize=512)
def _pixmap(name: str, rgba: int, size: int, ratio: float) -> QPixmap:
    side = round(size * ratio)
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer(name).render(painter, QRectF(0, 0, side, side))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), QColor.fromRgba(rgba))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=128)
def _renderer(name: str) -> QSvgRenderer:
    text = (_folder() / f"{name}.svg").read_text(encoding="utf-8")
    text = text.replace("currentColor", "#000000")
    text = text.replace('stroke-width="2"', f'stroke-width="{_STROKE}"')
    return QSvgRenderer(QByteArray(text.encode()))


@lru_cache(maxsize=1)
def _folder() -> Traversable:
    try:
        return resources.files("spurview.resources") / "icons"
    except ModuleNotFoundError:
        # A checkout that was not installed keeps them beside the package.
        return Path(__file__).parents[2] / "resources" / "icons"
