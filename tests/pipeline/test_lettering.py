"""Words on pictures: each letter in a font that has it, or as its code; none beyond the edge."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from spurview.pipeline import lettering
from spurview.pipeline.lettering import Line, lines

INK = (255, 255, 255)
# Every system that runs the tests has this one: matplotlib brings it.
WIDE_FONT = "DejaVuSans.ttf"


@pytest.fixture
def fonts(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The system's fonts, for once those of this list."""
    found: list[Path] = []
    monkeypatch.setattr(lettering, "system_fonts", lambda: tuple(found))
    lettering._font.cache_clear()
    yield found
    lettering._font.cache_clear()


def wide_font() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", WIDE_FONT)


def words_of(told: list[Line]) -> list[str]:
    return ["".join(piece for piece, _ in line.pieces) for line in told]


def test_letters_that_no_font_has_stand_as_their_codes(fonts: list[Path]) -> None:
    told = lines("Class 猫 \U0001f436: alarm", 16, INK, 640)
    assert words_of(told) == ["Class \\u732b \\U0001f436: alarm"]


def test_a_mark_upon_a_missing_letter_is_no_empty_box(fonts: list[Path]) -> None:
    assert words_of(lines("नि", 16, INK, 640)) == ["\\u0928\\u093f"]


def test_marks_that_turn_the_line_stand_as_their_codes(fonts: list[Path]) -> None:
    assert words_of(lines("evil\u202egnp", 16, INK, 640)) == ["evil\\u202egnp"]


def test_a_font_of_the_system_draws_what_ours_lacks(fonts: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    fonts += [broken, wide_font()]
    (line,) = lines("Class قطة صغيرة: 5", 16, INK, 640)
    assert [piece for piece, _ in line.pieces] == ["Class ", "قطة صغيرة", ": 5"]
    font = line.pieces[1][1]
    assert isinstance(font, ImageFont.FreeTypeFont)
    assert Path(str(font.path)).name == WIDE_FONT


def test_long_words_are_broken_within_the_width(fonts: list[Path]) -> None:
    told = lines("name " + "x" * 400, 16, INK, 300)
    assert "".join(words_of(told)) == "name" + "x" * 400
    for line in told:
        paper = Image.new("RGB", (600, 40))
        line.draw(ImageDraw.Draw(paper), 0, 0)
        drawn = np.asarray(paper).any((0, 2))
        assert 0 < np.flatnonzero(drawn).max() < 302
