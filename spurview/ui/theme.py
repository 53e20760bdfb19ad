"""Colours, class palette, type and palette of the window, dark and light, by our own names.

Views ask `current()` when they paint and repaint upon `keeper().changed`; Qt sends every widget
a PaletteChange event at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from spurview.ui.style_sheet import style_sheet

ThemeName = Literal["dark", "light"]

# 13 px at 96 dpi: what a session without a desktop's settings falls back to.
_LEAST_POINTS = 9.75

# pyqtgraph's names for the marker shapes, one per class colour.
_SYMBOLS = ("o", "t1", "s", "d", "t", "+", "star", "p", "x", "h")


@dataclass(frozen=True)
class Theme:
    """One set of colours; what each is for stands in the palette roles of `palette`.

    Text colours reach a contrast of 4.5 on window, canvas and selection, graphics 3.
    """

    name: ThemeName
    window: QColor
    canvas: QColor
    raised: QColor
    hover: QColor
    tip: QColor
    line: QColor
    field: QColor
    text: QColor
    text2: QColor
    off: QColor
    accent: QColor
    accent_fill: QColor
    on_accent: QColor
    selection: QColor
    alarm: QColor
    bar: QColor
    track: QColor
    plot_grey: QColor
    rim: QColor
    classes: tuple[QColor, ...]

    def class_colour(self, place: int) -> QColor:
        """The colour at a place of the class palette; grey beyond it and for other (-1).

        `class_palette` gives each class its place.
        """
        return self.classes[place] if 0 <= place < len(self.classes) else self.plot_grey

    def class_symbol(self, index: int) -> str:
        """pyqtgraph's name of the class's marker, so that nothing is told by colour alone."""
        return class_symbol(index)

    def palette(self) -> QPalette:
        """Qt's palette: what stock widgets draw themselves with."""
        palette = QPalette()
        for role, colour in self._roles().items():
            palette.setColor(role, colour)
        for role in (
            QPalette.ColorRole.WindowText,
            QPalette.ColorRole.Text,
            QPalette.ColorRole.ButtonText,
        ):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.off)
        return palette

    def codes(self) -> dict[str, str]:
        """Every single colour as #RRGGBB under its name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: c.name() for name, c in values.items() if isinstance(c, QColor)}

    def _roles(self) -> dict[QPalette.ColorRole, QColor]:
        role = QPalette.ColorRole
        return {
            role.Window: self.window,
            role.Base: self.canvas,
            role.AlternateBase: self.raised,
            role.Button: self.raised,
            role.Midlight: self.hover,
            role.Light: self.hover,
            role.ToolTipBase: self.tip,
            role.Mid: self.line,
            role.Dark: self.field,
            role.Shadow: self.line,
            role.WindowText: self.text,
            role.Text: self.text,
            role.ButtonText: self.text,
            role.ToolTipText: self.text,
            role.BrightText: self.alarm,
            role.PlaceholderText: self.text2,
            role.Link: self.accent,
            role.LinkVisited: self.accent,
            role.Accent: self.accent,
            role.Highlight: self.selection,
            role.HighlightedText: self.text,
        }


def class_symbol(index: int) -> str:
    """pyqtgraph's name of the marker of a class; a ring of its own beyond the palette."""
    return _SYMBOLS[index] if 0 <= index < len(_SYMBOLS) else "o"


def _theme(name: ThemeName, colours: dict[str, str], classes: str) -> Theme:
    known = {field.name for field in fields(Theme)} - {"name", "classes"}
    assert set(colours) == known
    return Theme(
        name=name,
        classes=tuple(QColor(code) for code in classes.split()),
        **{key: QColor(code) for key, code in colours.items()},
    )


DARK = _theme(
    "dark",
    {
        "window": "#1D1E21",
        "canvas": "#141517",
        "raised": "#292B30",
        "hover": "#303238",
        "tip": "#34373D",
        "line": "#36383E",
        "field": "#6A6F79",
        "text": "#E7E9EC",
        "text2": "#A9AEB7",
        "off": "#767C86",
        "accent": "#7DB0FF",
        "accent_fill": "#2C68D8",
        "on_accent": "#FFFFFF",
        "selection": "#263A5C",
        "alarm": "#FF8A75",
        "bar": "#8D939D",
        "track": "#2E3035",
        "plot_grey": "#4A4D54",
        "rim": "#FFFFFF",
    },
    "#3B6EEA #DE8D53 #AFF8C4 #CC2A7C #F9E733 #C8ADFF #DE2322 #52ABAF #BFA492 #D8E2EC",
)
LIGHT = _theme(
    "light",
    {
        "window": "#F7F8FA",
        "canvas": "#FFFFFF",
        "raised": "#FFFFFF",
        "hover": "#E6E8EC",
        "tip": "#FFFFFF",
        "line": "#D3D6DC",
        "field": "#868C96",
        "text": "#1A1C20",
        "text2": "#565B65",
        "off": "#858B95",
        "accent": "#1D5BCB",
        "accent_fill": "#1D5BCB",
        "on_accent": "#FFFFFF",
        "selection": "#D7E5FD",
        "alarm": "#B82E14",
        "bar": "#767C87",
        "track": "#E1E4E9",
        "plot_grey": "#C3C7CE",
        "rim": "#1A1C20",
    },
    "#2F50BB #E46F19 #1DA378 #800858 #5B5D01 #A877FC #B9564A #267B8E #5E4033 #8C9298",
)


class ThemeKeeper(QObject):
    """Holds the theme in use, and follows the system's unless the person chose one."""

    # After the theme was exchanged; carries the new Theme.
    changed = Signal(object)
    # After the size of all text was changed.
    text_scaled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._chosen: ThemeName | None = None
        self._current = DARK
        self._follows_system = False
        self._text_percent = 100

    @property
    def current(self) -> Theme:
        return self._current

    @property
    def chosen(self) -> ThemeName | None:
        """What the person chose; None follows the system."""
        return self._chosen

    def choose(self, name: ThemeName | None) -> None:
        """Use one theme, or follow the system."""
        self._chosen = name
        self._renew()

    def scale_text(self, percent: int) -> None:
        """Show text at so many per cent of the system's size."""
        if percent != self._text_percent:
            self._text_percent = percent
            app = QApplication.instance()
            if isinstance(app, QApplication):
                app.setFont(base_font(percent))
                # Style sheets keep the sizes they were polished with.
                app.setStyleSheet(style_sheet(self._current.codes()))
            self.text_scaled.emit()

    def install(
        self, app: QApplication, chosen: ThemeName | None = None, text_percent: int = 100
    ) -> None:
        """Fusion, our font and palette on the application."""
        app.setStyle(QStyleFactory.create("Fusion"))
        self._text_percent = text_percent
        app.setFont(base_font(text_percent))
        if not self._follows_system:
            app.styleHints().colorSchemeChanged.connect(self._renew)
            self._follows_system = True
        self._chosen = chosen
        self._renew(force=True)

    def _renew(self, *_: object, force: bool = False) -> None:
        wanted = LIGHT if (self._chosen or self._system()) == "light" else DARK
        if wanted is self._current and not force:
            return
        self._current = wanted
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(wanted.palette())
            app.setStyleSheet(style_sheet(wanted.codes()))
        self.changed.emit(wanted)

    @staticmethod
    def _system() -> ThemeName:
        scheme = QGuiApplication.styleHints().colorScheme()
        return "light" if scheme == Qt.ColorScheme.Light else "dark"


_keeper: ThemeKeeper | None = None


def keeper() -> ThemeKeeper:
    """The one keeper of the theme."""
    global _keeper
    if _keeper is None:
        _keeper = ThemeKeeper()
    return _keeper


def current() -> Theme:
    """The theme in use."""
    return keeper().current


def base_font(percent: int = 100) -> QFont:
    """The system's face and size, in Inter where it is installed, with figures of equal width."""
    font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
    if QFontDatabase.hasFamily("Inter"):
        font.setFamily("Inter")
    font.setPointSizeF(max(font.pointSizeF(), _LEAST_POINTS) * percent / 100)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def text_scale() -> float:
    """How much larger the text is than the mock-ups': widths that hold text grow by it."""
    return max(1.0, QApplication.font().pointSizeF() / _LEAST_POINTS)


def font(weight: Literal[400, 500, 600] = 400, *, headline: bool = False) -> QFont:
    """The application's font in one of three weights; `headline` is the one larger size."""
    made = QFont(QApplication.font())
    made.setWeight(QFont.Weight(weight))
    if headline:
        made.setPointSizeF(made.pointSizeF() * 1.3)
    return made
