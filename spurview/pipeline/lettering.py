"""Words on pictures, in whatever script: a name of a class is anyone's.

Each piece of the words is drawn in the first font that has its letters: Pillow's own, then those of
the system. A letter that no font has stands as its code, never as an empty box.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

from spurview.pipeline.letters import code_of, is_hidden

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Colour = tuple[int, int, int]
# Of many fonts with a letter the plain ones without serifs, in this order, look most like ours.
_PREFERRED = ("notosans-regular", "dejavusans.", "notosanscjk-regular", "droidsansfallback")
_PREFERRED_WORDS = ("sans", "regular", "gothic")
_UNLIKELY_WORDS = ("bold", "italic", "oblique", "mono", "condensed", "light", "black", "serif")
_ENDINGS = (".ttf", ".otf", ".ttc")
# A noncharacter, which no font has: how a font draws what it lacks.
_LACKING = "\uffff"


@dataclass(frozen=True)
class Line:
    """One line to draw: pieces with their fonts, in the order in which they stand."""

    pieces: tuple[tuple[str, Font], ...]
    colour: Colour
    height: int

    def draw(self, draw: ImageDraw.ImageDraw, left: float, top: float) -> None:
        """Draw it with its letters' common base line `height` px below `top`, less a third."""
        for words, font in self.pieces:
            draw.text((left, top + 2 * self.height / 3), words, self.colour, font, anchor="ls")
            left += font.getlength(words)


def lines(words: str, size_px: int, colour: Colour, width: int) -> list[Line]:
    """The words in lines no wider than `width` px, broken within a word where it alone is wider."""
    height = round(_height(_own(size_px)) * 1.5)
    return [
        Line(tuple(_pieces(line, size_px)), colour, height)
        for line in _wrapped(_readable(words, size_px), size_px, width)
    ]


def _wrapped(words: str, size_px: int, width: int) -> list[str]:
    told = [""]
    for word in words.split():
        for part in _parts(word, size_px, width):
            longer = f"{told[-1]} {part}".strip()
            if _length(longer, size_px) <= width or not told[-1]:
                told[-1] = longer
            else:
                told.append(part)
    return told


def _parts(word: str, size_px: int, width: int) -> Iterator[str]:
    """The word, or pieces of it that are narrow enough."""
    part = ""
    for letter in word:
        if part and _length(part + letter, size_px) > width:
            yield part
            part = ""
        part += letter
    yield part


def _length(words: str, size_px: int) -> float:
    return sum(font.getlength(piece) for piece, font in _pieces(words, size_px))


def _readable(words: str, size_px: int) -> str:
    """The words with codes for letters that no font has, and for marks upon such letters."""
    told, is_lacking = "", False
    for letter in words:
        if not _follows(letter):
            is_lacking = _font(letter, size_px) is None
        told += code_of(letter) if is_lacking or is_hidden(letter) else letter
    return told


def _pieces(words: str, size_px: int) -> Iterator[tuple[str, Font]]:
    """The words in runs of one font; what joins letters of a script stays with them."""
    fonts: list[Font] = []
    for letter in words:
        stays = bool(fonts) and (letter == " " or _follows(letter))
        fonts.append(fonts[-1] if stays else _font(letter, size_px) or _own(size_px))
    start = 0
    for font, run in groupby(fonts):
        end = start + len(list(run))
        yield words[start:end], font
        start = end


def _follows(letter: str) -> bool:
    """Whether it is a mark upon the letter before it, or joins it to the next."""
    return unicodedata.category(letter) in ("Mn", "Mc", "Me", "Cf")


@cache
def _font(letter: str, size_px: int) -> Font | None:
    """The first font with the letter; None where none has it."""
    own = _own(size_px)
    if letter.isspace() or _has(own, letter):
        return own
    for path in system_fonts():
        font = _opened(path, size_px)
        if font is not None and _has(font, letter):
            return font
    return None


def _has(font: Font, letter: str) -> bool:
    drawn, lacking = font.getmask(letter), font.getmask(_LACKING)
    return (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))


@cache
def _own(size_px: int) -> Font:
    return ImageFont.load_default(size_px)


@cache
def _opened(path: Path, size_px: int) -> Font | None:
    try:
        return ImageFont.truetype(path, size_px)
    except (OSError, ValueError):
        # No font, or one of pictures in other sizes.
        return None


@cache
def system_fonts() -> tuple[Path, ...]:
    """The files of the system's fonts, the likeliest to look like ours first."""
    found = {
        Path(folder, name)
        for top in _folders()
        for folder, _, names in os.walk(top)
        for name in names
        if name.lower().endswith(_ENDINGS)
    }
    return tuple(sorted(found, key=_order))


def _order(path: Path) -> tuple[int, int, str]:
    name = path.name.lower()
    place = [i for i, start in enumerate(_PREFERRED) if name.startswith(start)]
    unlike = sum(word in name for word in _UNLIKELY_WORDS)
    unlike -= sum(word in name for word in _PREFERRED_WORDS)
    return (place[0] if place else len(_PREFERRED), unlike, str(path))


def _folders() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        own = Path(os.environ.get("LOCALAPPDATA", home), "Microsoft", "Windows", "Fonts")
        return [Path(os.environ.get("WINDIR", "C:/Windows"), "Fonts"), own]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return [
        *(Path(folder, "fonts") for folder in shared.split(":")),
        own / "fonts",
        home / ".fonts",
    ]


def _height(font: Font) -> float:
    box = font.getbbox("Ag")
    return box[3] - box[1]
