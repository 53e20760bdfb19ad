"""The table of everything a project file may hold: each name, type and shape, spelled once.

Pure Python: the child process that looks into strange files imports it beside HDF5 alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

USER_BLOCK = 512
MAX_FILE = 1 << 41
MAX_LINKS = 8192
MAX_DEPTH = 2
MAX_RANK = 5

SETTINGS, VERDICTS, HISTORY = "/settings", "/verdicts", "/history"
JSON_TREES = (SETTINGS, VERDICTS, HISTORY)

ITEM_SIZES = {"|u1": 1, "<i2": 2, "<i4": 4, "<i8": 8, "<f2": 2, "<f4": 4}

# What a letter in a shape may at most be. The same letter is the same number in a whole project,
# save `*`, which is any number.
MAX_LENGTHS = {
    "N": 1 << 24,  # images
    "H": 1024,
    "W": 1024,
    "C": 3,
    "K": 1 << 16,  # classes
    "M": 1 << 16,  # candidates
    "A": 1 << 12,  # candidates made by hand
    "S": 1 << 16,  # reconstructed samples
    "T": 1 << 12,  # images of a network's first test
    "P": 1 << 12,  # before-and-after pairs of one candidate
    "Q": 1 << 12,  # the same, of one made by hand
    "*": 1 << 40,
}


class Extent(NamedTuple):
    """Where one dataset's bytes lie; `offset` counts from the beginning of the file."""

    dtype: str
    shape: tuple[int, ...]
    offset: int
    nbytes: int


def nbytes_of(dtype: str, shape: tuple[int, ...]) -> int:
    """Bytes of an array, counted in integers that cannot overflow."""
    return math.prod(shape) * ITEM_SIZES[dtype]


@dataclass(frozen=True)
class Rule:
    """What may stand under one name; `*` at the end of `name` is a state-dict key.

    `dims` holds letters of MAX_LENGTHS or numbers; None is any shape, 0-d too.
    """

    name: str
    dtypes: tuple[str, ...]
    dims: tuple[str, ...] | None
    max_bytes: int = 1 << 40
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pattern = re.escape(self.name).replace(r"\*", _STATE_KEY)
        object.__setattr__(self, "pattern", re.compile(pattern, re.ASCII))


_STATE_KEY = r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}"
_JSON = 16 << 20
_RECORDS = 256 << 20
_WEIGHT = 2 << 30


def _rule(name: str, dtypes: str, dims: str | None, max_bytes: int = 1 << 40) -> Rule:
    shape = None if dims is None else tuple(dims.split())
    return Rule(name, tuple(dtypes.split()), shape, max_bytes)


RULES = (
    _rule(SETTINGS, "|u1", "*", _JSON),
    _rule(VERDICTS, "|u1", "*", _JSON),
    _rule(HISTORY, "|u1", "*", _JSON),
    _rule("/images/pixels", "|u1", "N H W C"),
    _rule("/images/role", "|u1", "N"),
    _rule("/images/label", "<i4", "N"),
    _rule("/images/source", "<i4", "N"),
    _rule("/images/digest", "|u1", "N 16"),
    _rule("/images/keys", "|u1", "*"),
    _rule("/images/keys_end", "<i8", "N"),
    _rule("/classifier/weights/*", "<f4 <i8", None, _WEIGHT),
    _rule("/classifier/curve", "<f4", "* 3"),
    _rule("/classifier/trial_rows", "<i4", "T"),
    _rule("/classifier/trial_logits", "<f4", "T K"),
    _rule("/predictions/logits", "<f2", "N K"),
    _rule("/predictions/class", "<i4", "N"),
    _rule("/embedding/weights/*", "<f4 <i8", None, _WEIGHT),
    _rule("/embedding/curve", "<f4", "* 2"),
    _rule("/embedding/error", "<f4", "N"),
    _rule("/embedding/neighbours", "<i4", "N *"),
    _rule("/embedding/sample_rows", "<i4", "S"),
    _rule("/embedding/sample_pixels", "|u1", "S H W C"),
    _rule("/latents", "<f4", "N *"),
    _rule("/layout/content", "<f4", "N 2"),
    _rule("/layout/residual", "<f4", "N 2"),
    _rule("/candidates/records", "|u1", "*", _RECORDS),
    _rule("/candidates/classes", "|u1", "*", _RECORDS),
    _rule("/candidates/template", "<f4", "M H W C"),
    _rule("/candidates/mask", "<f4", "M H W"),
    _rule("/candidates/map", "<f4", "M H W"),
    _rule("/candidates/places", "<i2", "M N 2"),
    _rule("/candidates/scores", "<f4", "M N"),
    _rule("/candidates/hits", "|u1", "M N"),
    _rule("/candidates/members", "<i4", "*"),
    _rule("/candidates/members_end", "<i8", "M"),
    _rule("/verification/records", "|u1", "*", _RECORDS),
    _rule("/verification/pair_rows", "<i4", "M P"),
    _rule("/verification/pair_class", "<i4", "M P 2"),
    _rule("/verification/pair_confidence", "<f4", "M P"),
    _rule("/verification/pair_places", "<i2", "M P 2"),
    # Candidates made by hand, `by_hand` in `/settings`: a name of the frozen format alone.
    _rule("/manual/records", "|u1", "*", _RECORDS),
    _rule("/manual/template", "<f4", "A H W C"),
    _rule("/manual/mask", "<f4", "A H W"),
    _rule("/manual/map", "<f4", "A H W"),
    _rule("/manual/places", "<i2", "A N 2"),
    _rule("/manual/scores", "<f4", "A N"),
    _rule("/manual/hits", "|u1", "A N"),
    _rule("/manual/members", "<i4", "*"),
    _rule("/manual/members_end", "<i8", "A"),
    _rule("/manual/pair_rows", "<i4", "A Q"),
    _rule("/manual/pair_class", "<i4", "A Q 2"),
    _rule("/manual/pair_confidence", "<f4", "A Q"),
    _rule("/manual/pair_places", "<i2", "A Q 2"),
    _rule("/chance/record", "|u1", "*", _RECORDS),
)


def _groups() -> frozenset[str]:
    parents = {rule.name.rsplit("/", 1)[0] for rule in RULES}
    return frozenset({*parents, *(parent.rsplit("/", 1)[0] for parent in parents)} - {""})


GROUPS = _groups()
_EXACT = {rule.name: rule for rule in RULES if not rule.name.endswith("*")}
_OPEN = tuple(rule for rule in RULES if rule.name.endswith("*"))


def rule_for(name: str) -> Rule | None:
    """The rule for a dataset's full name, None where no such dataset may be."""
    return _EXACT.get(name) or next((r for r in _OPEN if r.pattern.fullmatch(name)), None)


def misfit(name: str, dtype: str, shape: tuple[int, ...]) -> str | None:
    """Why a dataset of this type and shape may not stand under `name`; None when it may."""
    rule = rule_for(name)
    if rule is None:
        return f"{name!r} is no name of the format"
    if dtype not in rule.dtypes:
        return f"{name} has type {dtype}, not {' or '.join(rule.dtypes)}"
    if len(shape) > MAX_RANK or (rule.dims is not None and not _fits(shape, rule.dims)):
        return f"{name} has shape {shape}, not ({', '.join(rule.dims or ())})"
    if nbytes_of(dtype, shape) > rule.max_bytes:
        return f"{name} has shape {shape}, more than {rule.max_bytes} bytes"
    return None


def _fits(shape: tuple[int, ...], dims: tuple[str, ...]) -> bool:
    return len(shape) == len(dims) and all(
        length == int(dim) if dim.isdecimal() else 0 <= length <= MAX_LENGTHS[dim]
        for length, dim in zip(shape, dims, strict=True)
    )


def misplacement(extents: Iterable[Extent], file_size: int) -> str | None:
    """Why these extents cannot all lie in a file of `file_size` bytes; None when they can."""
    used = sorted((e.offset, e.nbytes) for e in extents if e.nbytes)
    position = USER_BLOCK
    for offset, nbytes in used:
        if offset < position:
            return "two datasets share bytes" if position > USER_BLOCK else "data in the header"
        position = offset + nbytes
    return "data beyond the end of the file" if position > file_size else None


def disagreements(shapes: Mapping[str, tuple[int, ...]], n_classes: int) -> list[str]:
    """One sentence for each dataset whose lengths differ from the other datasets' lengths."""
    lengths = {"K": (n_classes, SETTINGS)}
    problems = []
    for rule in RULES:
        if rule.dims is None or rule.name not in shapes:
            continue
        for length, dim in zip(shapes[rule.name], rule.dims, strict=True):
            if dim == "*" or dim.isdecimal():
                continue
            wanted, owner = lengths.setdefault(dim, (length, rule.name))
            if length != wanted:
                problems.append(f"{rule.name} has {length} for {dim}, {owner} has {wanted}.")
    return problems
