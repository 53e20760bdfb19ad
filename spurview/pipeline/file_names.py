"""Names of exported files, made from names of classes and images: valid on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LONGEST = 80
# Letters of other scripts take up to four bytes each; a name has 255 on most systems.
_MOST_BYTES = 200


def safe_part(words: str) -> str:
    """At most 80 letters and digits of any script, dots and dashes; never empty, no dot at an end.

    To stand behind a number and a dash, by which it is neither empty nor a name of a device.
    """
    plain = "".join(c if _is_kept(c) else "_" for c in unicodedata.normalize("NFC", words))
    part = re.sub("_+", "_", plain)[:_LONGEST]
    part = part.encode()[:_MOST_BYTES].decode("utf-8", "ignore")
    return part.strip(".") or "_"


def _is_kept(letter: str) -> bool:
    return letter in "._-" or unicodedata.category(letter)[0] in "LMN"


def image_names(keys: Sequence[str]) -> list[str]:
    """A PNG name for each image, numbered in order, so that none is met twice."""
    digits = max(3, len(str(len(keys))))
    return [
        f"{place:0{digits}}-{safe_part(_stem(key))}.png" for place, key in enumerate(keys, start=1)
    ]


def _stem(key: str) -> str:
    name = key.rsplit("/", 1)[-1]
    return name.rpartition(".")[0] or name
