"""Names of a network's classes from a file, and how labels are matched with them."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spurview.core.errors import InputError
from spurview.sources.spec import readable

MAX_CLASSES = 1 << 16
_MAX_BYTES = 16 << 20
_WNID = re.compile(r"n\d{8}")


@dataclass(frozen=True)
class ClassList:
    """The K names in the network's order, each different, and for each all that it may be called.

    origin: where they come from, in words.
    """

    names: list[str]
    also: list[tuple[str, ...]]
    origin: str

    def index(self, label: str) -> int | None:
        """The class that a folder or label of this name is; None where there is none or two."""
        found = {k for k, names in enumerate(self.also) if label in names}
        if not found:
            wanted = _plain(label)
            found = {k for k, names in enumerate(self.also) if wanted in map(_plain, names)}
        return found.pop() if len(found) == 1 else None


def class_list(names: Sequence[str | Sequence[str]], origin: str) -> ClassList:
    """From one name for each class, or several of which the last is shown."""
    also = [(entry,) if isinstance(entry, str) else tuple(entry) for entry in names]
    shown = [entry[-1] for entry in also]
    counts = Counter(shown)
    seen: Counter[str] = Counter()
    different = []
    for name, entry in zip(shown, also, strict=True):
        seen[name] += 1
        more = f" ({entry[0] if entry[0] != name else seen[name]})" if counts[name] > 1 else ""
        different.append(name + more)
    return ClassList(different, [(*e, n) for e, n in zip(also, different, strict=True)], origin)


def read_class_list(path: Path) -> ClassList:
    """Names from a text file, one a line in the network's order, or from JSON.

    A line may hold several names with tabs between, or begin with a WordNet id before its names; of
    names with tabs the last is shown, of WordNet's the first. JSON: a list, or an object with the
    numbers from 0 as keys. Raises InputError.
    """
    shown = readable(os.fspath(path))
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{shown} is too large for a list of class names.")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The class names in {shown} cannot be read: give a text file, one name a line."
        ) from error
    entries = _json(text, shown) if text.lstrip()[:1] in ("[", "{") else _lines(text)
    if not 2 <= len(entries) <= MAX_CLASSES or not all(all(entry) for entry in entries):
        raise InputError(
            f"{shown} holds {len(entries)} class names: it needs one a line, at least two."
        )
    return class_list(entries, path.name)


def _lines(text: str) -> list[tuple[str, ...]]:
    entries = []
    for line in text.splitlines():
        if not line.strip():
            continue
        names = tuple(part.strip() for part in line.split("\t") if part.strip())
        first, _, rest = line.strip().partition(" ")
        if _WNID.fullmatch(first) and rest.strip():
            names = (first, rest.strip(), rest.split(",")[0].strip())
        entries.append(names)
    return entries


def _json(text: str, shown: str) -> list[tuple[str, ...]]:
    wrong = InputError(
        f"{shown} is no list of class names: a JSON list of names, or an object with the numbers "
        "from 0 as keys."
    )
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if isinstance(value, dict):
        if set(value) != {str(k) for k in range(len(value))}:
            raise wrong
        value = [value[str(k)] for k in range(len(value))]
    entries = [
        (v,) if isinstance(v, str) else tuple(v) if isinstance(v, list) else () for v in value
    ]
    if not all(entry and all(isinstance(name, str) for name in entry) for entry in entries):
        raise wrong
    return entries


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_\-]+", name.strip().casefold()))
