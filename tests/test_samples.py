"""The sample projects: they open fresh, and show what the page beside each promises."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import pytest
from click.testing import CliRunner

from spurview.cli import samples as command
from spurview.cli.app import cli
from spurview.pipeline.findings import Findings, collect
from spurview.pipeline.sensitivity_wording import by_strength, is_current
from spurview.pipeline.stages import states
from spurview.project.store import Project
from spurview.ui import samples

FOLDER = Path(__file__).parents[1] / "sample_projects"
REBUILD = runpy.run_path(str(FOLDER / "rebuild.py"))
SAMPLES = list(samples.sample_projects())
MOST_MB = {"watermark": 20}
# Classes of the alarms in the order of their rank.
ALARMS = {
    "planted-patch": {"3"},
    "weak-patterns": {"8", "9"},
    "watermark": {"brick"},
    "clean-digits": set(),
}
# Classes with a suspect, as the page of the weak patterns has one.
SUSPECTS = {"weak-patterns": {"7"}}


def findings_of(project: Project) -> Findings:
    return collect(project, project.info, project.verdicts, project.keys())


@pytest.fixture(params=SAMPLES, ids=lambda path: path.stem)
def sample(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_each_has_what_belongs_to_it(sample: Path) -> None:
    assert sample.stem in REBUILD["SAMPLES"]
    assert sample.stat().st_size < MOST_MB.get(sample.stem, 8) * 10**6
    assert sample.with_suffix(".png").exists()
    page = sample.with_suffix(".md").read_text(encoding="utf-8")
    assert f"python3 sample_projects/rebuild.py {sample.stem}\n" in page
    assert samples.first_line(sample).endswith(".")


def test_every_stage_is_fresh(sample: Path) -> None:
    with Project.open(sample, lock=False) as project:
        found = states(project.info, project)
    assert found
    assert set(found.values()) == {"fresh"}


def test_what_was_planted_is_alarmed_first(sample: Path) -> None:
    with Project.open(sample, lock=False) as project:
        found, planted = findings_of(project), project.info.planted
    alarms = [finding for finding in found.findings if finding.alarm]
    assert [finding.rank for finding in alarms] == list(range(1, len(alarms) + 1))
    classes = {finding.class_ for finding in alarms}
    # Nothing but what was planted, and all of it that the page promises.
    assert classes <= {pattern.class_name for pattern in planted}
    assert classes == ALARMS[sample.stem]
    suspects = {finding.class_ for finding in found.findings if finding.outcome == "suspect"}
    assert suspects == SUSPECTS.get(sample.stem, set())
    assert bool(alarms) == bool(planted)


def test_the_guide_counts_the_candidates_of_the_first_sample() -> None:
    with Project.open(FOLDER / "planted-patch.spurview", lock=False) as project:
        n = len(findings_of(project).findings)
    guide = (FOLDER.parent / "docs" / "guide.md").read_text(encoding="utf-8")
    assert f"*{n} unsaved verdicts*" in guide


def test_the_silence_has_a_curve_that_holds() -> None:
    with Project.open(FOLDER / "clean-digits.spurview", lock=False) as project:
        info = project.info
    assert is_current(info)
    assert info.sensitivity is not None
    points = by_strength(info.sensitivity)
    assert [point.strength for point in points] == [0.25, 0.5, 1]
    # As its page promises.
    assert [(p.learnt, p.found, p.alarmed) for p in points] == [(2, 2, 1), (5, 5, 3), (5, 5, 5)]
    assert (info.sensitivity.clean_runs, info.sensitivity.clean_alarms) == (5, 0)


def test_the_first_to_open_stands_first() -> None:
    assert SAMPLES[0].stem == "planted-patch"
    assert {path.stem for path in SAMPLES} == {path.stem for path in FOLDER.glob("*.spurview")}


def test_the_command_lists_them_and_how_to_open_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER.parent)
    lines = CliRunner().invoke(cli, ["samples"], catch_exceptions=False).output.splitlines()
    assert [line.split()[0] for line in lines[: len(SAMPLES)]] == [path.stem for path in SAMPLES]
    assert lines[-1] == "To open one: spurview sample_projects/planted-patch.spurview"


def test_where_none_are_the_command_tells_where_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(samples, "sample_projects", list)
    assert command.samples.callback is not None
    output = CliRunner().invoke(cli, ["samples"], catch_exceptions=False).output
    assert output == f"{samples.NO_SAMPLES}\n"
    assert samples.first_line(tmp_path / "none.spurview") == ""


def test_an_unknown_sample_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert REBUILD["main"](["nothing"]) == 2
    assert "There is no sample nothing: planted-patch, " in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_rebuilt_sample_finds_the_same(tmp_path: Path) -> None:
    """Bytes differ (time stamps, identities); what was found must not."""
    assert REBUILD["main"](["planted-patch"], tmp_path) == 0
    assert sorted(os.listdir(tmp_path)) == ["planted-patch.png", "planted-patch.spurview"]
    told = []
    for folder in (tmp_path, FOLDER):
        with Project.open(folder / "planted-patch.spurview", lock=False) as project:
            told.append([(f.rank, f.class_, f.outcome) for f in findings_of(project).findings])
    assert told[0][0] == told[1][0] == (1, "3", "alarm")
