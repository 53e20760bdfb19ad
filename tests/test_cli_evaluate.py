"""`spurview evaluate` as a person meets it: suites, trials on own images, stopping, going on."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.cli import app
from spurview.cli import evaluate as command
from spurview.cli.interrupt import ProgressLine
from spurview.cli.suite_progress import SuiteProgress
from spurview.evaluation.kinds import RunKind, Suite
from spurview.evaluation.rows import append_row, read_rows
from spurview.evaluation.workers import Failure
from tests.evaluation.made_rows import clean, planted
from tests.pipeline import tiny
from tests.test_cli import spurview

# Three kinds of bars, of which the seed draws two to learn; the third is the pool.
TINY_SUITE = """
name = "tiny"
[[kinds]]
name = "patch"
sources = ["images"]
n_interest = 2
least = 5
most = 5
settings = { "classifier.epochs" = 2, "embedding.epochs" = 2, "embedding.latent_dims" = 4, \
"embedding.neighbours" = 5, "verification.insertions" = 20, "verification.controls" = 2 }
[[kinds.plantings]]
patterns = ["solid-patch"]
sides_px = [3, 3]
pool_share = 0.2
[[kinds]]
name = "broken"
sources = ["no-such-folder"]
least = 1
most = 1
"""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `out` with a few finished runs, in the folder that the command is given in."""
    for row in (planted(seed=0), planted({"rank": 2.0, "outcome": "suspect"}, seed=1), clean()):
        append_row(tmp_path / "out" / "runs.csv", row)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "out"


def exit_code(*arguments: str) -> int:
    """Of the command in this very process, where its parts can be exchanged."""
    return app._exit_code(["evaluate", *arguments])


def test_report_only_makes_the_report_of_finished_runs(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("--report-only", "--out", "out") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:3] == ["strong", "2", "2/2"]
    assert lines[-1] == f"Report: {Path('out') / 'index.html'}"
    written = {path.name for path in runs.iterdir()}
    assert {"summary.md", "summary.csv", "index.html", "rates.svg", "rates.png"} <= written
    assert "spurview evaluate --report-only --out out" in (runs / "summary.md").read_text()


def test_json_is_all_that_is_printed(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--report-only", "--json", "--out", "out") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["runs"] == 3
    assert told["kinds"][0]["figures"]["top1"]["hits"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--report-only", "--out", "none"], ["no finished run in", "none"]),
        (["--suite", "nonsense", "--out", "o"], ["nonsense", "quick", "full"]),
        (["--like", "missing.spurview", "--out", "o"], ["missing.spurview"]),
        (["--like", "mine.spurview", "--out", "out"], ["out/runs.csv holds runs on other images"]),
        (["--suite", "quick", "--out", "mine.spurview"], ["mine.spurview cannot be made"]),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    runs: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    tiny.create(runs.parent / "mine.spurview").close()
    before = sorted(path.name for path in runs.iterdir())
    assert exit_code(*arguments) == 1
    told = capsys.readouterr()
    said = [line for line in told.err.splitlines() if "is left out" not in line]
    assert told.out == ""
    assert len(said) == 1
    assert said[0].endswith(".")
    for word in words:
        assert word in said[0]
    assert sorted(path.name for path in runs.iterdir()) == before


def test_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--suite", "quick") == 2
    assert exit_code("--suite", "quick", "--like", "a", "--out", "o") == 2
    assert "choose one" in capsys.readouterr().err


def test_missing_photographs_are_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert exit_code("--suite", "full", "--out", str(tmp_path / "out")) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "pip install 'spurview[photos]'" in said
    assert not (tmp_path / "out").exists()


def make_images(folder: Path) -> None:
    rng = np.random.default_rng(0)
    for index, name in enumerate(("upright", "level", "slanted")):
        (folder / name).mkdir(parents=True)
        for number in range(60):
            pixels = rng.integers(0, 60, (12, 12), np.uint8)
            where = int(rng.integers(3, 9))
            if index == 0:
                pixels[:, where] = 200
            elif index == 1:
                pixels[where] = 200
            else:
                np.fill_diagonal(pixels[where - 3 :], 200)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_a_stopped_suite_goes_on_and_tells_of_what_failed(tmp_path: Path) -> None:
    make_images(tmp_path / "images")
    (tmp_path / "tiny.toml").write_text(TINY_SUITE)
    arguments = ("evaluate", "--suite", "tiny.toml", "--jobs", "1", "--out", "out")
    with subprocess.Popen(
        [sys.executable, "-m", "spurview", *arguments],
        cwd=tmp_path, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("patch 1 of 5 · 1 run done"):
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130
    assert said.endswith(
        "Stopped: finished runs are in out/runs.csv; run `spurview evaluate --suite tiny.toml "
        "--jobs 1 --out out` to continue.\n"
    )
    first = read_rows(tmp_path / "out/runs.csv")
    assert 1 <= len(first) < 5
    ran = spurview(*arguments, cwd=tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.count("broken:0 failed: There is no folder no-such-folder") == 1
    assert ran.stderr.endswith("spurview: 1 run failed; the same command tries again.\n")
    rows = read_rows(tmp_path / "out/runs.csv")
    assert rows[: len(first)] == first
    assert [row.key for row in rows] == [("patch", seed) for seed in range(5)]
    assert ran.stdout.splitlines()[1].split()[:2] == ["patch", "5"]


def test_trials_on_own_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One trial of each point that 200 pool images allow, and one clean; then all from the rows."""
    monkeypatch.chdir(tmp_path)
    tiny.create(tmp_path / "mine.spurview").close()
    before = (tmp_path / "mine.spurview").read_bytes()
    arguments = ("--like", "mine.spurview", "--trials", "1", "--jobs", "1", "--out", "out")
    assert exit_code(*arguments) == 0
    told = capsys.readouterr()
    assert told.out.startswith("A patch of 3 px replaced in 50 % of a class would have been")
    assert "With nothing planted " in told.out
    assert "Strength 1 in 50 % of a class, 1 % of the pool is left out: " in told.err
    rows = read_rows(tmp_path / "out/runs.csv")
    assert sorted(row.kind for row in rows) == [
        "clean", "s100-c20-q5", "s100-c50-q5", "s25-c50-q5", "s50-c50-q5",
    ]  # fmt: skip
    # The same class, place and pattern at every strength and share.
    planted_rows = [row for row in rows if row.group == "planted"]
    assert len({(row.pattern_class, row.pattern_box) for row in planted_rows}) == 1
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "sensitivity.md", "sensitivity.json", "sensitivity.png", "sensitivity.svg",
    }  # fmt: skip
    assert (tmp_path / "mine.spurview").read_bytes() == before
    assert exit_code(*arguments, "--report-only", "--json") == 0
    assert json.loads(capsys.readouterr().out)["clean_runs"] == 1


def kinds(*names: str) -> Suite:
    made = [RunKind(name=name, least=10, most=40) for name in names]
    return Suite(name="s", kinds=tuple(made))


def test_progress_tells_kind_runs_and_time() -> None:
    """Two of twelve runs took 60 s, so that ten more take 300."""
    stream = io.StringIO()
    clock = iter([0.0, 30.0, 60.0]).__next__
    progress = SuiteProgress(kinds("strong", "R3"), [], ProgressLine(stream), clock)
    progress.report(0, 12, "")
    progress.ended(planted(seed=0))
    progress.report(1, 12, "")
    progress.report(1, 12, "")
    progress.ended(planted(kind="R3", seed=0))
    progress.report(2, 12, "")
    assert stream.getvalue().splitlines() == [
        "evaluation",
        "strong 1 of 10 · 1 run done · about 5 min 30 s left",
        "R3 1 of 10 · 2 runs done · about 5 min left",
    ]


def test_progress_counts_what_was_there_and_tells_failures() -> None:
    stream = io.StringIO()
    clock = iter([0.0, 4.0, 8.0]).__next__
    rows = [planted(seed=seed) for seed in range(10)]
    progress = SuiteProgress(kinds("strong"), rows, ProgressLine(stream), clock)
    progress.ended(Failure("strong", 10, "It did not fit."))
    progress.report(11, 12, "")
    progress.ended(planted(seed=11))
    progress.report(12, 12, "")
    assert stream.getvalue().splitlines() == [
        "strong:10 failed: It did not fit.",
        "strong 11 of up to 40 · 11 runs done · about 4 s left",
        "strong 12 of up to 40 · 12 runs done",
    ]
