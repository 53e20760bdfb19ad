"""The command line as a person meets it: a process, its exit code, what it prints where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.cli.app import cli
from spurview.cli.commands import STAGES
from spurview.pipeline.stages import STAGE_NAMES
from spurview.project.store import Project
from tests import constructed

NO_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}


def spurview(
    *arguments: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spurview", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **NO_DISPLAY, **(env or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def assert_refused(ran: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 1, one sentence on stderr, nothing on stdout, no traceback."""
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout == ""
    said = [line for line in ran.stderr.splitlines() if not line.startswith("images:")]
    assert len(said) == 1, ran.stderr
    assert said[0].startswith("spurview: ")
    assert said[0].endswith(".")
    for word in words:
        assert word in said[0]


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two classes of 6 tiny images, and a pool of 4 with a truncated one among them."""
    rng = np.random.default_rng(0)
    for folder, number in (("interest/a", 6), ("interest/b", 6), ("pool", 4)):
        (tmp_path / folder).mkdir(parents=True)
        for index in range(number):
            noise = rng.integers(0, 256, (16, 16), np.uint8)
            Image.fromarray(noise).save(tmp_path / folder / f"{index}.png")
    cut = tmp_path / "pool" / "3.png"
    cut.write_bytes(cut.read_bytes()[:120])
    return tmp_path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """The constructed project, as a file that nobody has open."""
    path = tmp_path / "made.spurview"
    Project.create(path, constructed.info(), constructed.arrays()).close()
    return path


def test_alone_without_a_display_names_the_commands_that_work(tmp_path: Path) -> None:
    ran = spurview(cwd=tmp_path)
    of_projects = cli.commands.keys() - {"install-desktop", "version"}
    assert_refused(ran, "display", *of_projects)


def test_missing_project_file_is_named(tmp_path: Path) -> None:
    assert_refused(spurview("nothing.spurview", cwd=tmp_path), "nothing.spurview")


def test_a_commands_name_wins_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "check").write_text("no project")
    assert spurview("check", cwd=tmp_path).returncode == 2
    assert_refused(spurview("./check", cwd=tmp_path), "display")


def test_wrong_usage_exits_with_2(tmp_path: Path) -> None:
    for arguments in (["nonsense"], ["run"], ["demo", "--seed", "x"], ["findings", "--nope", "a"]):
        ran = spurview(*arguments, cwd=tmp_path)
        assert ran.returncode == 2, arguments
        assert "Traceback" not in ran.stderr


def test_new_lists_what_it_took_and_what_it_left_out(folders: Path) -> None:
    ran = spurview("new", "case.spurview", "--interest", "interest", "--pool", "pool", cwd=folders)
    assert ran.returncode == 0, ran.stderr
    assert "class a: 6 images" in ran.stdout
    assert "pool: 3 images" in ran.stdout
    assert "1 file was left out:\n  pool: 3.png: damaged" in ran.stdout
    assert "Next: spurview run case.spurview" in ran.stdout
    info = spurview("info", "case.spurview", cwd=folders)
    assert "pool: 3.png: damaged" in info.stdout
    assert "classifier    not run yet" in info.stdout
    assert spurview("check", "case.spurview", cwd=folders).stdout == "case.spurview is whole.\n"


def test_new_takes_classes_size_and_settings(folders: Path) -> None:
    ran = spurview(
        *("new", "case.spurview", "--interest", "digits:", "--interest-classes", "3, 4"),
        *("--pool", "pool", "--size", "20", "--set", "classifier.epochs=2", "--set", "seed=5"),
        cwd=folders,
    )
    assert ran.returncode == 0, ran.stderr
    with Project.open(folders / "case.spurview") as project:
        assert project.info.class_names == ["3", "4"]
        assert project.shape("/images/pixels")[1:] == (20, 20, 1)
        assert project.info.settings.classifier.epochs == 2
        assert project.info.settings.seed == 5


@pytest.mark.parametrize(
    ("interest", "pool", "words"),
    [
        ("missing", "pool", ["missing"]),
        ("interest", "missing", ["missing"]),
        ("empty", "pool", ["empty", "no images"]),
        ("interest", "empty", ["empty", "no usable image"]),
        ("one", "pool", ["only one class, a"]),
        ("pool", "pool", ["sub-folders"]),
        ("note.txt", "pool", ["note.txt", "not a folder"]),
    ],
)
def test_new_refuses_what_cannot_be_used(
    folders: Path, interest: str, pool: str, words: list[str]
) -> None:
    (folders / "empty").mkdir()
    (folders / "one").mkdir()
    (folders / "interest" / "a").rename(folders / "one" / "a")
    (folders / "interest" / "c").mkdir()
    Image.new("L", (16, 16)).save(folders / "interest" / "c" / "0.png")
    (folders / "note.txt").write_text("a note")
    ran = spurview("new", "case.spurview", "--interest", interest, "--pool", pool, cwd=folders)
    assert_refused(ran, *words)
    assert not list(folders.glob("*case.spurview*"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--classifier", "onnx:net.onnx"], ["net.onnx cannot be read"]),
        (["--classifier", "train:resnet-18"], ["'resnet-18'", "the nearest are resnet18"]),
        (["--classifier", "train:resnet18:net.pth"], ["net.pth", "safetensors.torch.save_file"]),
        (["--set", "classifier.speed=9"], ["classifier.speed", "classifier.epochs"]),
        (["--set", "classifier.epochs=none"], ["classifier.epochs=none"]),
        (["--interest-classes", "a,z"], ["no class z"]),
    ],
)
def test_new_refuses_options_it_cannot_follow(
    folders: Path, options: list[str], words: list[str]
) -> None:
    ran = spurview(
        *("new", "case.spurview", "--interest", "interest", "--pool", "pool", *options), cwd=folders
    )
    assert_refused(ran, *words)


@pytest.mark.parametrize("target", ["missing/case.spurview", "note.txt/case.spurview", "note.txt"])
def test_new_refuses_a_target_it_cannot_write(folders: Path, target: str) -> None:
    (folders / "note.txt").write_text("a note")
    ran = spurview("new", target, "--interest", "interest", "--pool", "pool", cwd=folders)
    assert_refused(ran, "note.txt" if "note" in target else "missing")
    assert (folders / "note.txt").read_text() == "a note"


@pytest.mark.parametrize("command", ["run", "findings", "info", "check"])
def test_text_truncated_and_missing_files_are_refused(project: Path, command: str) -> None:
    folder = project.parent
    (folder / "text.spurview").write_text("Dear reader, " * 100)
    (folder / "cut.spurview").write_bytes(project.read_bytes()[:-100])
    for name in ("text.spurview", "cut.spurview", "missing.spurview"):
        ran = spurview(command, name, cwd=folder)
        assert ran.returncode == 1
        assert name in ran.stderr
        assert "Traceback" not in ran.stderr
        lines = ran.stderr.splitlines()
        # `check` looks whether anything can be saved as well.
        assert len(lines) == 1 + (command == "check" and name == "cut.spurview")


def test_check_says_how_to_save_what_is_left(project: Path) -> None:
    os.truncate(project, project.stat().st_size - 100)
    told = spurview("check", project.name, cwd=project.parent)
    assert told.returncode == 1
    last = told.stderr.splitlines()[-1]
    assert last == "What is left of it can be saved: spurview check made.spurview --rescue NEW"
    ran = spurview("check", project.name, "--rescue", "new.spurview", cwd=project.parent)
    assert ran.returncode == 0
    assert spurview("check", "new.spurview", cwd=project.parent).returncode == 0


def test_findings_table_names_alarm_and_silence(project: Path) -> None:
    ran = spurview("findings", project, cwd=project.parent)
    assert ran.returncode == 0
    assert "1.  1-aaaaaaaa  ALARM" in ran.stdout
    assert "class a: nothing found (70 pool images)" in ran.stdout
    assert "class c: cannot tell: only 11 pool images got this class" in ran.stdout
    assert ran.stdout.endswith("1 alarm: a pattern decides for class b.\n")


def test_findings_table_tells_what_chance_gives(tmp_path: Path) -> None:
    path = tmp_path / "x.spurview"
    Project.create(path, constructed.info(), constructed.with_chance()).close()
    lines = spurview("findings", path, cwd=tmp_path).stdout.splitlines()
    assert lines[-2].startswith("Expected by chance 0.4, found 1: candidates that pass every test")


def test_chance_goes_to_the_end(project: Path) -> None:
    ran = spurview("run", project, "--chance", "--until", "candidates", cwd=project.parent)
    assert ran.returncode == 2
    assert "leave --until away" in ran.stderr


def test_findings_json_prints_only_json(project: Path) -> None:
    ran = spurview("findings", project, "--json", cwd=project.parent)
    assert ran.stderr == ""
    assert json.loads(ran.stdout)["findings"][0]["id"] == "1-aaaaaaaa"


def test_findings_before_a_run_say_what_to_do(folders: Path) -> None:
    spurview("new", "case.spurview", "--interest", "interest", "--pool", "pool", cwd=folders)
    assert_refused(
        spurview("findings", "case.spurview", cwd=folders), "has not run", "spurview run"
    )


def test_export_writes_what_is_asked_for(project: Path) -> None:
    ran = spurview("export", project, "out", "--finding", "1-aaaaaaaa", "--csv", cwd=project.parent)
    assert ran.returncode == 0, ran.stderr
    names = sorted(path.name for path in (project.parent / "out").iterdir())
    assert names == ["members.csv", "statistics.csv"]
    assert ran.stdout.split() == [os.path.join("out", name) for name in reversed(names)]


def test_export_refuses_an_unknown_finding(project: Path) -> None:
    ran = spurview("export", project, "out", "--finding", "9-zzzzzzzz", cwd=project.parent)
    assert_refused(ran, "9-zzzzzzzz", "1-aaaaaaaa")


def test_run_refuses_a_project_that_is_open_elsewhere(project: Path) -> None:
    with Project.open(project):
        ran = spurview("run", project, cwd=project.parent)
    assert_refused(ran, "open elsewhere", f"pid {os.getpid()}")


def test_output_survives_a_terminal_without_unicode(project: Path) -> None:
    ran = spurview(
        "findings", project, cwd=project.parent, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    )
    assert ran.returncode == 0, ran.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    ran = spurview("--debug", "info", "missing.spurview", cwd=tmp_path)
    assert ran.returncode == 1
    assert "Traceback" in ran.stderr


def test_stages_are_named_as_the_pipeline_names_them() -> None:
    assert STAGES == STAGE_NAMES
