"""Plots of made-up runs: which there are, and that the same rows give the same bytes."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from spurview.evaluation import drawing
from spurview.evaluation.plots import plots_of
from spurview.evaluation.summary import summarised
from spurview.ui.theme import LIGHT
from tests.evaluation.made_rows import NOT_FOUND, clean, decoy, planted

ROWS = [
    planted(seed=0),
    planted({"rank": 3.0, "outcome": "suspect", "least_ratio": 0.9, "true_flip": 0.3}, seed=1),
    planted(NOT_FOUND | {"true_flip": 0.5}, seed=2, highest_false_ratio=None),
    planted({"least_ratio": 0.0}, kind="$<b>&$_{", seed=3, channels=3),
    clean(),
    decoy(),
]


def test_five_plots_of_planted_and_clean_runs() -> None:
    plots = plots_of(ROWS, summarised(ROWS))
    names = [plot.name for plot in plots]
    assert names == ["detection", "rates", "paired-f1", "model-score", "least-ratio"]
    for plot in plots:
        assert plot.png.startswith(b"\x89PNG")
        assert ElementTree.fromstring(plot.svg).tag.endswith("}svg")
        assert plot.shows.endswith(".")


def test_the_same_rows_give_the_same_bytes() -> None:
    first, second = (plots_of(ROWS, summarised(ROWS)) for _ in range(2))
    assert first == second


def test_only_what_there_is_something_for_is_drawn() -> None:
    names = [plot.name for plot in plots_of([clean()], summarised([clean()]))]
    assert names == ["model-score", "least-ratio"]
    assert plots_of([], summarised([])) == []
    unlearnt = [planted({"learnt": 0.0, "true_flip": 0.1})]
    assert [plot.name for plot in plots_of(unlearnt, summarised(unlearnt))] == ["detection"]


def test_names_are_shown_as_they_are() -> None:
    """matplotlib would set what stands between dollars as a formula, and fail on this one."""
    rates = plots_of(ROWS, summarised(ROWS))[1]
    assert "<!-- $&lt;b&gt;&amp;$_{ (1) -->" in rates.svg


def test_colours_are_those_of_the_light_window() -> None:
    codes = LIGHT.codes()
    assert drawing.OURS.lower() == codes["accent"]
    assert drawing.ALARM.lower() == codes["alarm"]
    assert drawing.GREY.lower() == codes["bar"]
    assert (drawing.TEXT.lower(), drawing.TEXT2.lower()) == (codes["text"], codes["text2"])
    assert drawing.LINE.lower() == codes["line"]
    assert drawing.OTHER.lower() == LIGHT.classes[1].name()


def test_summaries_load_no_drawing_library() -> None:
    code = (
        "import sys; import spurview.evaluation.summary_text, spurview.evaluation.rows;"
        "print([m for m in ('matplotlib', 'torch', 'skimage', 'PySide6') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
