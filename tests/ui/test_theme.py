"""Colours by our names, their measured contrast, icons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

from spurview.ui import icons, theme
from spurview.ui.clusters.delegate import VERDICT_ICONS
from spurview.ui.command_table import SPECS


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2 contrast of two opaque colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: QColor) -> float:
    parts = [colour.redF(), colour.greenF(), colour.blueF()]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("shown", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", ["window", "canvas", "selection", "raised", "tip"])
@pytest.mark.parametrize("text", ["text", "text2", "accent", "alarm"])
def test_text_can_be_read_on_every_ground(shown, ground, text):
    assert contrast(getattr(shown, text), getattr(shown, ground)) >= 4.5


@pytest.mark.parametrize("shown", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_class_colours_stand_out_on_the_canvas(shown):
    assert min(contrast(colour, shown.canvas) for colour in shown.classes) >= 3.0


def test_every_class_of_the_palette_has_a_shape_of_its_own():
    assert len({theme.class_symbol(i) for i in range(10)}) == 10


def test_classes_beyond_the_palette_are_grey():
    assert theme.DARK.class_colour(10) == theme.DARK.plot_grey
    assert theme.DARK.class_colour(-1) == theme.DARK.plot_grey


def test_choosing_a_theme_changes_the_palette_and_tells_once(qapp, qtbot):
    with qtbot.waitSignal(theme.keeper().changed) as changed:
        theme.keeper().choose("light")
    assert changed.args[0] is theme.current() is theme.LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.LIGHT.window
    with qtbot.assertNotEmitted(theme.keeper().changed):
        theme.keeper().choose("light")


def test_every_icon_we_name_is_there():
    wanted = {spec.icon for spec in SPECS if spec.icon} | set(VERDICT_ICONS.values())
    assert wanted <= set(icons.names())


@pytest.mark.parametrize("name", ["check", "triangle-alert", "scan-eye"])
def test_an_icon_has_the_colour_asked_for(qapp, name):
    picture = icons.pixmap(name, QColor("#FF8A75"), 16, 2.0)
    image = picture.toImage()
    assert picture.width() == 32
    drawn = [
        image.pixelColor(x, y)
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() > 250
    ]
    assert drawn
    assert all(abs(c.red() - 0xFF) < 4 and abs(c.green() - 0x8A) < 4 for c in drawn)


def test_the_systems_theme_is_followed_as_it_changes_unless_one_was_chosen(qapp, monkeypatch):
    """The offscreen platform has no theme of its own: only what it would say is replaced."""
    told = ["dark"]
    monkeypatch.setattr(theme.ThemeKeeper, "_system", staticmethod(lambda: told[0]))

    def system_turns(name, scheme):
        told[0] = name
        qapp.styleHints().colorSchemeChanged.emit(scheme)

    theme.keeper().choose(None)
    system_turns("light", Qt.ColorScheme.Light)
    assert theme.current() is theme.LIGHT
    system_turns("dark", Qt.ColorScheme.Dark)
    assert theme.current() is theme.DARK
    theme.keeper().choose("dark")
    system_turns("light", Qt.ColorScheme.Light)
    assert theme.current() is theme.DARK
