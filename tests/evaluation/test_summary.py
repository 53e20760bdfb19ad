"""The summary of made-up runs: lines, listings, detection, and the texts made of them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from spurview.evaluation.summary import Summary, summarised, to_csv, to_json
from spurview.evaluation.summary_text import markdown, terminal_lines
from spurview.evaluation.tables import estimate_text
from tests.evaluation.made_rows import NOT_FOUND, clean, decoy, planted

NOT_LEARNT = {"learnt": 0.0, "true_flip": 0.05}
ROWS = [
    clean(seed=4),
    decoy(seed=5, alarms=1, false_alarms=1, highest_false_ratio=1.2),
    planted(kind="R3", seed=7, commit="def5678"),
    planted(seed=0),
    planted({"rank": 3.0, "outcome": "suspect", "least_ratio": 0.9, "true_flip": 0.3}, seed=1),
    planted(NOT_FOUND | {"true_flip": 0.2}, seed=2),
    planted(NOT_LEARNT | NOT_FOUND, seed=3),
    planted(NOT_LEARNT, seed=9, alarms=2, false_alarms=1),
    planted(kind="<b>mine|\n", seed=8),
]


@pytest.fixture
def summary() -> Summary:
    return summarised(ROWS, command="spurview evaluate --suite quick --out runs")


def test_kinds_stand_in_order_with_their_counts(summary: Summary) -> None:
    told = [(k.kind, k.group, k.runs, k.planted, k.learnt) for k in summary.kinds]
    assert told == [
        ("strong", "planted", 5, 5, 3),
        ("R3", "planted", 1, 1, 1),
        ("<b>mine|\n", "planted", 1, 1, 1),
        ("all planted", "planted", 7, 7, 5),
        ("clean", "clean", 1, 0, 0),
        ("decoy", "clean", 1, 0, 0),
        ("all clean", "clean", 2, 0, 0),
    ]
    assert summary.commits == {"abc1234": 8, "def5678": 1}
    assert summary.seeds == (0, 9)


def test_what_went_wrong_is_listed(summary: Summary) -> None:
    assert [(n.seed, n.what) for n in summary.misses] == [
        (1, "2 false before it; no alarm, suspect (least ratio 0.90)"),
        (2, "not found"),
    ]
    assert [(n.seed, n.what) for n in summary.not_learnt] == [
        (3, "not found"),
        (9, "alarmed all the same"),
    ]
    assert [(n.kind, n.seed, n.what) for n in summary.false_alarms] == [
        ("decoy", 5, "1 false alarm, highest least ratio 1.20"),
        ("strong", 9, "1 false alarm, highest least ratio 0.40"),
    ]


def test_flips_are_binned_with_their_ends(summary: Summary) -> None:
    """.05 twice; .2 and .3; .8 thrice. The decoy is no pattern to find."""
    counts = [(b.n, b.found and b.found.hits, b.alarmed and b.alarmed.hits) for b in summary.bins]
    assert counts == [(2, 1, 1), (0, None, None), (2, 1, 0), (0, None, None), (3, 3, 3)]
    whole = summarised([planted({"true_flip": 1.0})])
    assert [b.n for b in whole.bins] == [0, 0, 0, 0, 1]


def test_csv_has_every_figure_with_its_interval(summary: Summary) -> None:
    lines = list(csv.DictReader(io.StringIO(to_csv(summary))))
    (top1,) = [v for v in lines if v["kind"] == "strong" and v["figure"] == "top1"]
    assert (top1["hits"], top1["n"], top1["interval"]) == ("1", "3", "wilson")
    assert float(top1["value"]) == pytest.approx(1 / 3, abs=1e-6)
    assert 0 < float(top1["low"]) < 1 / 3 < float(top1["high"]) < 1
    assert {v["kind"] for v in lines} == {k.kind for k in summary.kinds}
    (planted_number,) = [
        v for v in lines if v["kind"] == "all planted" and v["figure"] == "planted"
    ]
    assert planted_number["value"] == "7"


def test_json_is_json(summary: Summary) -> None:
    told = json.loads(to_json(summary))
    assert told["kinds"][0]["figures"]["learnt"]["hits"] == 3
    assert told["goals"][0]["verdict"] == "too few"
    assert told["found"]["why_not"] or told["found"]["curve"]


def test_markdown_shows_names_as_they_are(summary: Summary) -> None:
    text = markdown(summary)
    assert "\\<b>mine\\|" in text
    tables = [line for line in text.splitlines() if line.startswith("| \\<b>mine")]
    assert len(tables) == 3
    assert all(line.endswith("|") for line in tables)
    assert "Made by: spurview evaluate --suite quick --out runs" in text
    assert "Seeds 0 to 9." in text
    assert "## Not learnt, counted apart: 2" in text
    assert "abc1234 (8 runs), def5678 (1 run)" in text


def test_markdown_tables_are_whole(summary: Summary) -> None:
    """Every line of a table has as many cells as its head."""
    width = 0
    for line in markdown(summary).splitlines():
        cells = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        assert not (width and cells) or cells == width, line
        width = cells


def test_terminal_has_a_line_a_kind_and_the_goals(summary: Summary) -> None:
    lines = list(terminal_lines(summary))
    strong = lines[1]
    assert strong.split()[:5] == ["strong", "5", "3/5", "60", "%"]
    assert lines[-1].startswith("Goals: 0 met, 0 missed, ")


def test_estimates_in_words(summary: Summary) -> None:
    strong = summary.kinds[0].figures
    assert estimate_text(strong["found"]) == "2/3 67 % (21–94)"
    assert estimate_text(strong["f1_found"]) == "1.00 (1.00–1.00)"
    assert estimate_text(None) == "–"
    assert estimate_text(summary.kinds[1].figures["f1"]) == "1.00"
    assert estimate_text(strong["seconds"]) == "30 (30–30)"


def test_no_rows_is_a_summary_too() -> None:
    summary = summarised([])
    assert summary.kinds == []
    assert {g.verdict for g in summary.goals} == {"not run"}
    assert "0 finished runs" in markdown(summary)
    assert (
        list(terminal_lines(summary))[-1]
        == f"Goals: 0 met, 0 missed, 0 too few, {len(summary.goals)} not run."
    )
