"""What is shown of images and how their shared pixels are marked; grid and large view share it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from spurview.core.shared_pixels import Highlight, Mode
from spurview.ui.images.tiles import WHATS, What


class LookState(QObject):
    """Set by the controls of either view; silent when nothing changes."""

    # After any of it has changed.
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._what: What = "original"
        self._highlight = Highlight()

    @property
    def what(self) -> What:
        return self._what

    @what.setter
    def what(self, what: What) -> None:
        if what != self._what:
            self._what = what
            self.changed.emit()

    @property
    def highlight(self) -> Highlight:
        return self._highlight

    def set_highlight(
        self,
        mode: Mode | None = None,
        *,
        threshold: float | None = None,
        strength: float | None = None,
    ) -> None:
        """Change the given parts of the highlight."""
        had = self._highlight
        changed = Highlight(
            had.mode if mode is None else mode,
            had.threshold if threshold is None else threshold,
            had.strength if strength is None else strength,
        )
        if changed != self._highlight:
            self._highlight = changed
            self.changed.emit()

    def cycle_what(self) -> None:
        """Original, residual, reference, and round again."""
        self.what = WHATS[(WHATS.index(self._what) + 1) % len(WHATS)]
