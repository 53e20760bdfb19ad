"""The controls of how images look, bound to one `LookState`."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QSlider, QWidget

from spurview.core.shared_pixels import MODES, Mode
from spurview.ui.images.look_state import LookState
from spurview.ui.images.tiles import WHATS, What
from spurview.ui.widgets.flat_button import Choice, ChoiceRow
from spurview.ui.widgets.labels import label

# Name and icon of each highlight, and what it does.
HIGHLIGHT_WORDS: dict[Mode, tuple[str, str, str]] = {
    "heat": ("Heat", "flame", "Colour the pixels that are shared"),
    "outline": ("Outline", "pentagon", "Draw a line round the pixels that are shared"),
    "dim": ("Dim the rest", "contrast", "Darken what is not shared"),
    "off": ("Off", "eye-off", "Show the images untouched"),
}
WHAT_TIPS: dict[What, str] = {
    "original": "The image itself",
    "residual": "What is unusual in the image for its content",
    "reference": "The average of its content neighbours that do not carry the pattern",
}
Part = Literal["strength", "threshold"]


def what_row(state: LookState) -> ChoiceRow:
    """Original, residual or reference."""
    choices = [Choice(what, what.capitalize(), tip=WHAT_TIPS[what]) for what in WHATS]
    row = ChoiceRow("What is shown of the images", choices)
    row.chosen.connect(lambda key: set_what(state, key))
    state.changed.connect(lambda: row.choose(state.what))
    row.choose(state.what)
    return row


def mode_row(state: LookState, *, words: bool) -> ChoiceRow:
    """The four ways to mark shared pixels; with words beside the icons, or in tool tips."""
    choices = []
    for number, mode in enumerate(MODES, 1):
        text, icon_name, _ = HIGHLIGHT_WORDS[mode]
        tip = f"Highlight: {text} ({number} in the large view)"
        choices.append(Choice(mode, text if words else "", icon_name, f"Highlight: {text}", tip))
    row = ChoiceRow("Highlight of shared pixels", choices)
    row.chosen.connect(lambda key: set_mode(state, key))
    state.changed.connect(lambda: row.choose(state.highlight.mode))
    row.choose(state.highlight.mode)
    return row


def part_slider(state: LookState, part: Part) -> QSlider:
    """A slider of the highlight's strength or threshold, 0 to 1."""
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setAccessibleName(f"Highlight {part}")
    slider.setToolTip(f"Highlight {part}")
    slider.setFixedWidth(88)
    slider.valueChanged.connect(lambda value: state.set_highlight(**{part: value / 100}))
    state.changed.connect(lambda: slider.setValue(round(getattr(state.highlight, part) * 100)))
    slider.setValue(round(getattr(state.highlight, part) * 100))
    return slider


class SliderPopover(QFrame):
    """Strength and threshold, below the button that opens it."""

    def __init__(self, state: LookState, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAccessibleName("Strength and threshold of the highlight")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(16)
        for line, part in enumerate(get_args(Part)):
            grid.addWidget(label(part.capitalize()), line, 0)
            grid.addWidget(part_slider(state, part), line, 1)

    def open_below(self, button: QWidget) -> None:
        """Show, right edges aligned with the button's."""
        self.adjustSize()
        corner = button.mapToGlobal(button.rect().bottomRight())
        self.move(corner.x() - self.width(), corner.y() + 4)
        self.show()


def set_what(state: LookState, key: str) -> None:
    """Show what `key` of `WHATS` says."""
    state.what = next(what for what in WHATS if what == key)


def set_mode(state: LookState, key: str) -> None:
    """Highlight as `key` of `MODES` says."""
    state.set_highlight(next(mode for mode in MODES if mode == key))
