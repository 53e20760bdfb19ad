"""The summary in words: Markdown for a file, plain columns for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spurview.evaluation.figures import BESIDE, CARRIERS, FINDING, SILENCE, Figure
from spurview.evaluation.goals import Judged
from spurview.evaluation.intervals import upper_bound
from spurview.evaluation.summary import KindSummary, Noted, Summary
from spurview.evaluation.tables import (
    NOTHING,
    columns,
    detection_sentence,
    escaped,
    estimate_text,
    markdown_table,
    number,
    percent,
)

# What the terminal shows of each kind; the files have all of it.
_SHORT = ("learnt", "top1", "top3", "f1", "alarmed", "false_alarm_runs", "literal_f1", "auroc")
_SHORT_CLEAN = ("alarm_runs", "highest_ratio", "topmost_ratio")
_BY_NAME = {figure.name: figure for figure in (*FINDING, *CARRIERS, *BESIDE, *SILENCE)}

HOW = """
Learnt: the true pattern moves at least 20 % of the clean pool images that are not of its class to
it. Figures of planted kinds count learnt patterns only; the others are listed apart.

Found: a candidate of the pattern's class whose members have an F1 of at least .5 with the planted
pool images of that class. Where several patterns were planted, candidates that are another of them
do not count as standing before it. A run without an alarm has a false discovery of 0.

Intervals are 95 %. Shares: Wilson; runs with a false alarm, and clean runs with an alarm: exact
(Clopper and Pearson). Means and medians: percentile bootstrap over runs, 4,000 resamples of a fixed
seed; values that are all equal have no width. AUROC: Newcombe's method 5, the model scores of runs
with a learnt pattern against those of clean runs on the same source of images. Several patterns of
one run share a network, which the intervals of shares do not count.
""".strip()


def markdown(summary: Summary) -> str:
    """The whole summary as Markdown."""
    return "\n".join(_markdown(summary)) + "\n"


def terminal_lines(summary: Summary) -> Iterator[str]:
    """The summary for a terminal: a line a kind, then the goals."""
    for group, names in (("planted", _SHORT), ("clean", _SHORT_CLEAN)):
        kinds = [kind for kind in summary.kinds if kind.group == group]
        if kinds:
            yield from columns(kind_rows(kinds, [_BY_NAME[name] for name in names]))
            yield ""
    reached = [judged for judged in summary.goals if judged.verdict != "not run"]
    if reached:
        yield from columns([("goal", "asked", "measured", ""), *map(_goal_short, reached)])
        yield ""
    yield _goal_counts(summary.goals)


def _markdown(summary: Summary) -> Iterator[str]:
    yield "# How well planted patterns are found"
    yield ""
    yield from _provenance(summary)
    yield from _section("Goals", _goal_table(summary.goals))
    planted = [kind for kind in summary.kinds if kind.group == "planted"]
    clean = [kind for kind in summary.kinds if kind.group == "clean"]
    if planted:
        yield from _section("Learnt, found, ranked, alarmed", kind_rows(planted, FINDING))
        yield from _section("Carriers, pixels, template", kind_rows(planted, CARRIERS))
        yield from _section("Beside other methods", kind_rows(planted, BESIDE))
        yield from _detection(summary)
    if clean:
        yield from _section("Where there is nothing to find", clean_rows(clean))
    yield from _listed("Learnt patterns that were missed or raised no alarm", summary.misses)
    yield from _listed("False alarms", summary.false_alarms)
    yield from _listed("Not learnt, counted apart", summary.not_learnt)
    yield from _legend(summary)


def provenance_lines(summary: Summary) -> Iterator[str]:
    """What the figures come from, a sentence each."""
    yield f"{number(summary.runs, 'finished run')}; summary by spurview {summary.spurview}."
    if summary.seeds:
        yield f"Seeds {summary.seeds[0]} to {summary.seeds[1]}."
    if summary.command:
        yield f"Made by: {summary.command}"
    for what, counts in (("Commit", summary.commits), ("Version", summary.versions)):
        told = ", ".join(f"{name or 'unknown'} ({number(n, 'run')})" for name, n in counts.items())
        yield f"{what}{'s' if len(counts) > 1 else ''} of the runs: {told}."


def _provenance(summary: Summary) -> Iterator[str]:
    for line in provenance_lines(summary):
        yield escaped(line)
        yield ""


def _section(title: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from markdown_table(rows)
    yield ""


def kind_rows(kinds: Sequence[KindSummary], figures: Sequence[Figure]) -> list[list[str]]:
    """A head, and a line a kind: its runs, then its figures."""
    rows = [["kind", "runs", *(figure.heading for figure in figures)]]
    for kind in kinds:
        told = (estimate_text(kind.figures.get(figure.name)) for figure in figures)
        rows.append([kind.kind, str(kind.runs), *told])
    return rows


def clean_rows(kinds: Sequence[KindSummary]) -> list[list[str]]:
    """As of any kind, and the one-sided bound that silence gives."""
    rows = kind_rows(kinds, SILENCE)
    rows[0].insert(3, "at most, one-sided")
    for kind, row in zip(kinds, rows[1:], strict=True):
        found = kind.figures["alarm_runs"]
        row.insert(3, percent(upper_bound(found.hits or 0, found.n)))
    return rows


def goal_cells(judged: Judged) -> list[str]:
    """What was asked, what was measured over how many, and the verdict with its remark."""
    found = judged.estimate
    n = "" if found is None else str(found.n)
    remark = f" ({judged.remark})" if judged.remark else ""
    goal = judged.goal
    return [goal.what, goal.asked, estimate_text(found), n, judged.verdict + remark]


GOAL_HEAD = ["what", "goal", "measured (95 %)", "n", "verdict"]


def _goal_table(goals: Sequence[Judged]) -> list[list[str]]:
    return [GOAL_HEAD, *map(goal_cells, goals)]


def _goal_short(judged: Judged) -> tuple[str, ...]:
    what, asked, measured, _, verdict = goal_cells(judged)
    return what, asked, measured, verdict


def _goal_counts(goals: Sequence[Judged]) -> str:
    verdicts = [judged.verdict for judged in goals]
    told = [f"{verdicts.count(v)} {v}" for v in ("met", "missed", "too few", "not run")]
    return f"Goals: {', '.join(told)}."


def flip_rows(summary: Summary) -> list[list[str]]:
    """A head, and a line for each range of flips."""
    rows = [["true flip", "patterns", "found", "alarmed"]]
    for part in summary.bins:
        cells = [estimate_text(part.found), estimate_text(part.alarmed)]
        rows.append([f"{part.low:.1f}–{part.high:.1f}", str(part.n), *cells])
    return rows


def detection_lines(summary: Summary) -> list[str]:
    """Where patterns begin to be found and to alarm."""
    found, alarmed = summary.found, summary.alarmed
    return [detection_sentence("Found", found), detection_sentence("Alarmed", alarmed)]


def _detection(summary: Summary) -> Iterator[str]:
    yield from _section("Detection over the strength of the true pattern", flip_rows(summary))
    for line in detection_lines(summary):
        yield line
        yield ""


def _listed(title: str, noted: Sequence[Noted]) -> Iterator[str]:
    if noted:
        yield from _section(f"{title}: {len(noted)}", noted_rows(noted))


def noted_rows(noted: Sequence[Noted]) -> list[list[str]]:
    """A head, and a line for each of them."""
    rows = [["kind", "seed", "class", "pattern", "true flip", "what"]]
    for one in noted:
        flip = NOTHING if one.flip is None else f"{one.flip:.2f}"
        names = (one.class_name or NOTHING, one.pattern or NOTHING)
        rows.append([one.kind, str(one.seed), *names, flip, one.what])
    return rows


def legend_lines(summary: Summary) -> Iterator[str]:
    """What each heading says, a line each."""
    groups = {kind.group for kind in summary.kinds}
    told = (*FINDING, *CARRIERS, *BESIDE) if "planted" in groups else ()
    for figure in (*told, *(SILENCE if "clean" in groups else ())):
        yield f"{figure.heading}: {figure.says}."


def _legend(summary: Summary) -> Iterator[str]:
    yield "## How to read it"
    yield ""
    yield from (f"- {line}" for line in legend_lines(summary))
    yield ""
    yield HOW
