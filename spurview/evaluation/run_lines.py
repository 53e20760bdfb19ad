"""Every run as lines of a table, one a pattern or clean run, what went wrong first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spurview.evaluation.outcomes import PlantedIn, planted_in
from spurview.evaluation.rows import Number, Row
from spurview.evaluation.summary import missed, ordered_kinds

HEAD = (
    *("kind", "seed", "what", "class", "pattern", "strength", "of class", "of pool", "true flip"),
    *("rank", "kind named", "F1", "pixel AP", "IoU", "least ratio", "literal F1"),
    *("highest other ratio", "false alarms", "s", "commit"),
)
_NOTHING = "–"
_WHAT = HEAD.index("what")
_FALSE_ALARMS = HEAD.index("false alarms")
_FINE, _SILENT, _NOT_LEARNT = "first, alarmed", "silent", "not learnt"
_LAST = (_FINE, _SILENT, _NOT_LEARNT)


def run_lines(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """A head and all lines: what went wrong, then what went well, was silent, was not learnt."""
    lines = [line for kind in ordered_kinds(rows) for line in _of_kind(rows, kind)]
    return [HEAD, *sorted(lines, key=_place)]


def went_wrong(line: Sequence[str]) -> bool:
    """Whether a line tells of a miss, or of a false alarm in its run."""
    return _place(line) == 0


def _place(line: Sequence[str]) -> int:
    if line[_FALSE_ALARMS] != "0" or line[_WHAT] not in _LAST:
        return 0
    return 1 + _LAST.index(line[_WHAT])


def _of_kind(rows: Sequence[Row], kind: str) -> Iterator[tuple[str, ...]]:
    for row in sorted((row for row in rows if row.kind == kind), key=lambda row: row.seed):
        if row.group == "planted":
            yield from (_line(row, pattern) for pattern in planted_in(row))
        else:
            yield _line(row, None)


def _line(row: Row, pattern: PlantedIn | None) -> tuple[str, ...]:
    about = _of_pattern(pattern) if pattern else (_NOTHING,) * (_FALSE_ALARMS - _WHAT - 2)
    return (
        row.kind,
        str(row.seed),
        _what(row, pattern),
        *about,
        _number(row.highest_false_ratio),
        str(row.false_alarms),
        f"{row.seconds:.0f}",
        row.commit or _NOTHING,
    )


def _what(row: Row, pattern: PlantedIn | None) -> str:
    if pattern is None:
        return _SILENT if not row.alarms else f"{row.alarms} alarm{'s' if row.alarms > 1 else ''}"
    if not pattern.is_learnt:
        return _NOT_LEARNT
    return missed(pattern) or _FINE


def _of_pattern(pattern: PlantedIn) -> tuple[str, ...]:
    rank = pattern.number("rank")
    shares = ("pattern_strength", "pattern_class_share", "pattern_pool_share", "true_flip")
    return (
        pattern.word("pattern_class") or _NOTHING,
        pattern.word("pattern_kind") or _NOTHING,
        *(_number(pattern.number(name)) for name in shares),
        _NOTHING if rank is None else f"{rank:.0f}",
        pattern.word("found_kind") or _NOTHING,
        *(_number(pattern.number(name)) for name in ("f1", "pixel_ap", "iou", "least_ratio")),
        _number(pattern.number("literal_f1")),
    )


def _number(value: Number) -> str:
    return _NOTHING if value is None else f"{value:.2f}"
