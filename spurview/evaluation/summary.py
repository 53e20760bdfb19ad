"""What finished runs come to: figures by kind, goals, detection over strength, misses.

Knows nothing of how they are laid out; `summary_text`, `plots` and `page` do that.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

import spurview
from spurview.evaluation.detection import Detection, detection
from spurview.evaluation.figures import OF_CLEAN, OF_PLANTED, figures_of
from spurview.evaluation.goals import GOALS, Judged, judged
from spurview.evaluation.intervals import Estimate, share
from spurview.evaluation.outcomes import PlantedIn, Runs, planted_in
from spurview.evaluation.rows import Group, Row

# The order in which kinds are told; any other comes after them as it was run.
_ORDER = (
    *("strong", "medium", "three", "five", "rare", "R1", "R2", "R3"),
    *("jittered", "free", "watermark", "sparse"),
    *("photo-patch", "photo-tint", "photo-jittered", "photo-watermark"),
    *("clean", "noised-pool", "all-classes", "decoy"),
)
FLIP_EDGES = (0.0, 0.1, 0.2, 0.4, 0.7, 1.0)
ALL_PLANTED, ALL_CLEAN = "all planted", "all clean"


@dataclass(frozen=True)
class KindSummary:
    """All figures of the runs of one kind, or of one group together."""

    kind: str
    group: Group
    runs: int
    planted: int
    learnt: int
    figures: dict[str, Estimate]


@dataclass(frozen=True)
class FlipBin:
    """Patterns whose true flip lies from `low` to below `high`: how many were found, alarmed."""

    low: float
    high: float
    n: int
    found: Estimate | None
    alarmed: Estimate | None


@dataclass(frozen=True)
class Noted:
    """One pattern or run that is listed by itself, and what befell it."""

    kind: str
    seed: int
    class_name: str
    pattern: str
    flip: float | None
    what: str


@dataclass(frozen=True)
class Summary:
    """All that a report tells.

    commits, versions: of the rows, with how many each; seeds: the lowest and the highest, None
    without rows; command: that made it.
    """

    spurview: str
    command: str
    runs: int
    seeds: tuple[int, int] | None
    commits: dict[str, int]
    versions: dict[str, int]
    kinds: list[KindSummary]
    goals: list[Judged]
    found: Detection
    alarmed: Detection
    bins: list[FlipBin]
    misses: list[Noted]
    false_alarms: list[Noted]
    not_learnt: list[Noted]


def summarised(rows: Sequence[Row], *, command: str = "") -> Summary:
    """The summary of all rows; seeds, kinds and groups in any order."""
    clean = [row for row in rows if row.group == "clean"]
    planted = [p for row in rows if row.group == "planted" for p in planted_in(row)]
    with_flip = [(p, flip) for p in planted if (flip := p.number("true_flip")) is not None]
    flips = [flip for _, flip in with_flip]
    return Summary(
        spurview=spurview.__version__,
        command=command,
        runs=len(rows),
        seeds=(min(r.seed for r in rows), max(r.seed for r in rows)) if rows else None,
        commits=dict(Counter(row.commit for row in rows)),
        versions=dict(Counter(row.version for row in rows)),
        kinds=list(_kinds(rows, clean)),
        goals=[judged(goal, rows) for goal in GOALS],
        found=detection(flips, [p.is_found for p, _ in with_flip]),
        alarmed=detection(flips, [p.is_alarmed for p, _ in with_flip]),
        bins=_bins(with_flip),
        misses=[_noted(p, what) for p in planted if p.is_learnt and (what := missed(p))],
        false_alarms=[_false_alarm(row) for row in rows if row.false_alarms],
        not_learnt=[_noted(p, _all_the_same(p)) for p in planted if not p.is_learnt],
    )


def to_json(summary: Summary) -> str:
    """The summary as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=1).decode()


def to_csv(summary: Summary) -> str:
    """One figure a line, with its interval and what it was counted over."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["kind", "group", "figure", "value", "low", "high", "n", "hits", "interval"])
    for kind in summary.kinds:
        counts = {"runs": kind.runs, "planted": kind.planted, "learnt_patterns": kind.learnt}
        for name, number in counts.items():
            writer.writerow([kind.kind, kind.group, name, number, "", "", "", "", ""])
        for name, found in kind.figures.items():
            bounds = [_rounded(v) for v in (found.value, found.low, found.high)]
            hits = "" if found.hits is None else found.hits
            writer.writerow([kind.kind, kind.group, name, *bounds, found.n, hits, found.method])
    return text.getvalue()


def ordered_kinds(rows: Sequence[Row]) -> list[str]:
    """The kinds of the rows in the order in which they are told."""
    names = dict.fromkeys(row.kind for row in rows)
    known = {name: place for place, name in enumerate(_ORDER)}
    return sorted(names, key=lambda name: known.get(name, len(known)))


def _kinds(rows: Sequence[Row], clean: Sequence[Row]) -> Iterator[KindSummary]:
    groups: tuple[Group, ...] = ("planted", "clean")
    for group in groups:
        of_group = [row for row in rows if row.group == group]
        for kind in ordered_kinds(of_group):
            yield _kind(kind, group, [row for row in of_group if row.kind == kind], clean)
        if of_group:
            name = ALL_PLANTED if group == "planted" else ALL_CLEAN
            yield _kind(name, group, of_group, clean)


def _kind(name: str, group: Group, rows: Sequence[Row], clean: Sequence[Row]) -> KindSummary:
    runs = Runs(rows, clean)
    is_clean = group == "clean"
    return KindSummary(
        kind=name,
        group=group,
        runs=len(rows),
        # What a clean run plants is nothing to find: no class was trained on it alone.
        planted=0 if is_clean else runs.n_planted,
        learnt=0 if is_clean else len(runs.all_learnt),
        figures=figures_of(runs, OF_CLEAN if is_clean else OF_PLANTED),
    )


def _bins(with_flip: Sequence[tuple[PlantedIn, float]]) -> list[FlipBin]:
    bins = []
    for low, high in itertools.pairwise(FLIP_EDGES):
        # The last bin takes its upper end too.
        within = [p for p, flip in with_flip if low <= flip < high or flip == high == 1]
        n = len(within)
        found, alarmed = sum(p.is_found for p in within), sum(p.is_alarmed for p in within)
        bins.append(FlipBin(low, high, n, share(found, n), share(alarmed, n)))
    return bins


def missed(pattern: PlantedIn) -> str:
    """What went wrong with a learnt pattern; empty where it came first and alarmed."""
    before = pattern.false_before
    if before is None:
        return "not found"
    wrong = [] if before == 0 else [f"{before} false before it"]
    if not pattern.is_alarmed:
        ratio = pattern.number("least_ratio")
        told = "" if ratio is None else f" (least ratio {ratio:.2f})"
        wrong.append(f"no alarm, {pattern.word('outcome')}{told}")
    return "; ".join(wrong)


def _all_the_same(pattern: PlantedIn) -> str:
    if pattern.is_alarmed:
        return "alarmed all the same"
    return "found all the same" if pattern.is_found else "not found"


def _noted(pattern: PlantedIn, what: str) -> Noted:
    return Noted(
        kind=pattern.row.kind,
        seed=pattern.row.seed,
        class_name=pattern.word("pattern_class"),
        pattern=pattern.word("pattern_kind"),
        flip=pattern.number("true_flip"),
        what=what,
    )


def _false_alarm(row: Row) -> Noted:
    ratio = row.highest_false_ratio
    told = "" if ratio is None else f", highest least ratio {ratio:.2f}"
    number = f"{row.false_alarms} false alarm{'' if row.false_alarms == 1 else 's'}"
    return Noted(row.kind, row.seed, "", "", None, number + told)


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
