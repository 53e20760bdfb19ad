"""Names of exported files, made from names of classes and images: valid on every system."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST = 80


def safe_part(words: str) -> str:
    """At most 80 plain letters, digits, dots and dashes; never empty, no dot at either end.

    To stand behind a number and a dash, by which it is neither empty nor a name of a device.
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "_", words)[:_LONGEST].strip(".") or "_"


def image_names(keys: Sequence[str]) -> list[str]:
    """A PNG name for each image, numbered in order, so that none is met twice."""
    digits = max(3, len(str(len(keys))))
    return [
        f"{place:0{digits}}-{safe_part(_stem(key))}.png" for place, key in enumerate(keys, start=1)
    ]


def _stem(key: str) -> str:
    name = key.rsplit("/", 1)[-1]
    return name.rpartition(".")[0] or name
