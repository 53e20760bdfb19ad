"""Letters that are not to be shown as they are: their codes stand for them."""

from __future__ import annotations

import unicodedata

# They belong to words and emoji, whose letters they join.
_JOINERS = "\u200c\u200d"


def is_hidden(letter: str) -> bool:
    """Whether it is a control, a mark that turns what follows, or a byte that is no text."""
    kind = unicodedata.category(letter)
    return letter not in f"\n\t{_JOINERS}" and kind in ("Cc", "Cf", "Cs")


def code_of(letter: str) -> str:
    """A letter as its code: ``\\u732b``, or ``\\U0001f436`` beyond four digits."""
    number = ord(letter)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
