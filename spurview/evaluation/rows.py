"""One finished run as a row of `runs.csv`. The column names are a contract: they are only added to.

A row holds a run of K >= 0 planted patterns. What is known of each pattern is a tuple of K values,
written into one cell with `|` between them; an empty value is not known.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import Struct

from spurview.core.errors import InputError

Group = Literal["planted", "clean"]
Number = float | None
Numbers = tuple[float | None, ...]
Words = tuple[str | None, ...]

BETWEEN_PATTERNS = "|"
# The class of a pattern that no class of the network was trained on alone.
NO_CLASS = "-"


class Row(Struct, frozen=True, kw_only=True):
    """One finished run.

    seconds: of processor time for all stages, training included; interest: names of the classes of
    interest, a space between them; highest_false_ratio: the largest least ratio among candidates
    that match no planted pattern; chance_f1: mean F1 to expect of as many pool images drawn at
    random as the true candidate has hits; discovery: share of the learnt patterns that are
    alarmed, None without any; false_discovery: share of the alarms that match no planted pattern,
    0 without alarms, None where nothing was planted in a class.

    Of each pattern: pattern_class is `NO_CLASS` where no one class was trained on it;
    pattern_box is "top left height width" in px; learnt 0 or 1; true_flip: share of clean pool
    images that the true pattern moves to its class; n_carriers: planted pool images; rank and
    outcome of the true candidate, empty where none was found; literal_rank: where the literal
    method ranks the cluster of `literal_best_f1`; detectors have `+` between them.
    """

    kind: str
    group: Group
    source: str
    seed: int
    commit: str
    version: str
    finished: str
    seconds: float
    height: int
    width: int
    channels: int
    n_train: int
    n_pool: int
    n_classes: int
    interest: str
    test_accuracy: Number = None

    candidates: int
    alarms: int
    false_alarms: int
    suspects: int
    model_score: float
    highest_false_ratio: Number = None
    chance_f1: Number = None
    discovery: Number = None
    false_discovery: Number = None

    pattern_class: Words = ()
    pattern_kind: Words = ()
    pattern_strength: Numbers = ()
    pattern_class_share: Numbers = ()
    pattern_pool_share: Numbers = ()
    pattern_box: Words = ()
    learnt: Numbers = ()
    true_flip: Numbers = ()
    n_carriers: Numbers = ()
    rank: Numbers = ()
    outcome: Words = ()
    found_kind: Words = ()
    precision: Numbers = ()
    recall: Numbers = ()
    f1: Numbers = ()
    carrier_ap: Numbers = ()
    member_f1: Numbers = ()
    pixel_ap: Numbers = ()
    iou: Numbers = ()
    ncc: Numbers = ()
    effect: Numbers = ()
    least_ratio: Numbers = ()
    detectors: Words = ()
    literal_f1: Numbers = ()
    literal_best_f1: Numbers = ()
    literal_rank: Numbers = ()
    known_f1: Numbers = ()
    known_ap: Numbers = ()

    @property
    def n_patterns(self) -> int:
        """How many patterns were planted."""
        return len(self.pattern_class)

    @property
    def key(self) -> tuple[str, int]:
        """What a suite knows the run by: its kind and seed."""
        return self.kind, self.seed


COLUMNS: tuple[str, ...] = Row.__struct_fields__
_TYPES = get_type_hints(Row)
PATTERN_COLUMNS = tuple(name for name in COLUMNS if get_origin(_TYPES[name]) is tuple)


def read_rows(path: Path) -> list[Row]:
    """All rows of the file, in their order; none where there is no file.

    A last line that was cut short, by a run that was killed while writing, is left out. Raises
    InputError for a file of other columns or values.
    """
    if not path.exists():
        return []
    try:
        whole_lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a table of runs: {error}.") from error
    lines = [line for line in whole_lines if line.endswith("\n")]
    if not lines:
        return []
    table = list(csv.reader(lines))
    if tuple(table[0]) != COLUMNS:
        raise InputError(
            f"{path} has other columns than this version writes: move it away to start anew."
        )
    return [_row(path, number, cells) for number, cells in enumerate(table[1:], start=2)]


def append_row(path: Path, row: Row) -> None:
    """Put the row at the end of the file, which is made where it is missing, and sync it.

    A last line that was cut short is removed first. Raises InputError where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+", encoding="utf-8", newline="") as file:
            if _cut_to_whole_lines(path, file.tell()) == 0:
                csv.writer(file, lineterminator="\n").writerow(COLUMNS)
            csv.writer(file, lineterminator="\n").writerow(_cells(row))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def _cut_to_whole_lines(path: Path, size: int) -> int:
    """The size of the file in bytes without a last line that was cut short, which is removed."""
    if size == 0:
        return 0
    with path.open("rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            file.truncate(whole)
    return whole


def _cells(row: Row) -> list[str]:
    return [_text(getattr(row, name)) for name in COLUMNS]


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return BETWEEN_PATTERNS.join(_text(part) for part in value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _row(path: Path, number: int, cells: list[str]) -> Row:
    if len(cells) != len(COLUMNS):
        raise InputError(f"Line {number} of {path} has {len(cells)} cells, not {len(COLUMNS)}.")
    by_name = dict(zip(COLUMNS, cells, strict=True))
    n_patterns = len(_parts(by_name["pattern_class"]))
    values: dict[str, Any] = {}
    for name, cell in by_name.items():
        try:
            values[name] = _value(_TYPES[name], cell, n_patterns)
        except ValueError as error:
            raise InputError(
                f"Line {number} of {path} has {cell!r} for {name}, which cannot be read."
            ) from error
    return Row(**values)


def _parts(cell: str) -> list[str]:
    return cell.split(BETWEEN_PATTERNS) if cell else []


def _value(kind: Any, cell: str, n_patterns: int) -> Any:
    if get_origin(kind) is tuple:
        # One pattern of which this is not known looks like no pattern at all.
        parts = _parts(cell) or [""] * n_patterns
        if len(parts) != n_patterns:
            raise ValueError
        return tuple(_single(get_args(kind)[0], part) for part in parts)
    return _single(kind, cell)


def _single(kind: Any, text: str) -> Any:
    options = get_args(kind)
    if get_origin(kind) is Literal:
        if text not in options:
            raise ValueError
        return text
    if type(None) in options:
        return None if text == "" else _single(options[0], text)
    return kind(text)
