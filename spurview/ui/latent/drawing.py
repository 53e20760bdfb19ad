"""Keeps one view's picture up to date: at once for few points, on another thread for many."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from spurview.ui import theme
from spurview.ui.latent.picture import Frame, Picture, Style, drawn
from spurview.ui.latent.raster import Ids
from spurview.ui.latent.rasterer import Rasterer
from spurview.ui.latent.scale import Scale
from spurview.ui.latent.shown import Shown

# Up to so many points a picture is drawn at once: it takes less than a frame of the screen.
AT_ONCE = 20_000
_PACE_MS = 40


class Drawing(QObject):
    """What is shown, what of it is chosen, and the last picture of that."""

    # Another picture is there, or the next one may be asked for: paint the view.
    renewed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown | None = None
        self.chosen: Ids | None = None
        self.picture: Picture | None = None
        self._style: Style | None = None
        self._asked: tuple[Any, ...] = ()
        self._rasterer = Rasterer(self)
        self._rasterer.drawn.connect(self._take)
        self._pace = QTimer(self)
        self._pace.setSingleShot(True)
        self._pace.setInterval(_PACE_MS)
        self._pace.timeout.connect(self.renewed)

    def show(self, shown: Shown | None, *, keep_picture: bool) -> None:
        """Other points; the old picture stays until the next where it is of the same places."""
        self.shown = shown
        if not keep_picture:
            self.picture = None
        self.retint()

    def choose(self, rows: NDArray[np.int64]) -> None:
        """Other image rows are selected."""
        has_any = self.shown is not None and len(rows) > 0
        self.chosen = self.shown.visible_among(rows) if has_any and self.shown else None

    def retint(self) -> None:
        """Use the theme's colours."""
        self._style = None if self.shown is None else self.shown.style(theme.current())

    def is_current(self, scale: Scale, ratio: float) -> bool:
        """Whether the picture is of what is shown and chosen, and covers what is seen."""
        picture = self.picture
        if self.shown is None:
            return True
        return (
            picture is not None
            and picture.field is self.shown
            and picture.style is self._style
            and picture.chosen is self.chosen
            and scale.is_covered_by(picture.frame, ratio)
        )

    def want(self, scale: Scale, ratio: float) -> None:
        """See to a picture of what is seen now."""
        if self.shown is None or self._style is None or self.is_current(scale, ratio):
            return
        before, frame = self.picture, scale.wanted_frame(ratio)
        is_moved = before is None or not scale.is_covered_by(before.frame, ratio)
        if before is not None and not is_moved:
            frame = before.frame
        draw = partial(_labelled, self.shown, self._style, self.chosen, frame, before)
        if len(self.shown.x) <= AT_ONCE:
            self.picture = draw()
        else:
            self._ask(draw, (self.shown, self._style, self.chosen, frame), is_moved)

    def finish(self) -> None:
        """Leave no thread at work."""
        self._rasterer.finish()

    def _ask(self, draw: partial[Picture], what: tuple[Any, ...], is_moved: bool) -> None:
        """Have it drawn, unless it is being drawn already; while moving, not at every step."""
        if self._is_asked(what) or (is_moved and self._pace.isActive()):
            return
        self._asked = what
        if is_moved:
            self._pace.start()
        self._rasterer.ask(draw)

    def _is_asked(self, what: tuple[Any, ...]) -> bool:
        *things, frame = what
        *asked, asked_frame = self._asked or (None,)
        same = len(asked) == len(things)
        return (
            same
            and all(a is b for a, b in zip(asked, things, strict=True))
            and (frame == asked_frame)
        )

    def _take(self, picture: Picture) -> None:
        """A picture has come from the other thread; it may be of what was shown before."""
        if picture.field is self.shown:
            self.picture = picture
        self.renewed.emit()


def _labelled(
    shown: Shown, style: Style, chosen: Ids | None, frame: Frame, before: Picture | None
) -> Picture:
    """The picture, with the labels' places found on the same thread."""
    picture = drawn(shown, style, chosen, frame, before)
    _ = shown.labels
    return picture
