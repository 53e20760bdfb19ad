"""The command line from images to findings: running, stopping, going on, the demo."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from spurview.cli.interrupt import ProgressLine
from spurview.core.errors import Cancelled
from spurview.sources import load_digits
from tests.test_cli import spurview

REPOSITORY = Path(__file__).parents[1]
# Enough to pass through every stage, not to find anything.
QUICK = {
    "classifier.epochs": 1,
    "embedding.epochs": 3,
    "embedding.latent_dims": 4,
    "embedding.neighbours": 4,
    "verification.insertions": 20,
    "verification.controls": 2,
    "candidates.per_class": 1,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real digits as folders of PNG at 14 px: 60 each of three classes, 100 each as the pool."""
    root = tmp_path_factory.mktemp("digits")
    images, labels = load_digits()
    for folder, digits, number in (("interest", (0, 1, 2), 60), ("pool", (7, 8, 9), 100)):
        for digit in digits:
            target = root / folder / str(digit)
            target.mkdir(parents=True)
            for row in np.flatnonzero(labels == digit)[:number]:
                Image.fromarray(images[row, ::2, ::2, 0]).save(target / f"{row}.png")
    return root


def make(root: Path, name: str) -> None:
    changes = [part for key, value in QUICK.items() for part in ("--set", f"{key}={value}")]
    ran = spurview("new", name, "--interest", "interest", "--pool", "pool", *changes, cwd=root)
    assert ran.returncode == 0, ran.stderr


def found(root: Path, name: str) -> dict[str, Any]:
    ran = spurview("findings", name, "--json", cwd=root)
    assert ran.returncode == 0, ran.stderr
    findings = json.loads(ran.stdout)
    del findings["project"]
    return findings


@pytest.fixture(scope="module")
def undisturbed(folders: Path) -> dict[str, Any]:
    """The findings of a run that nobody stopped, one line of progress a stage."""
    make(folders, "whole.spurview")
    ran = spurview("run", "whole.spurview", "--fail-on-alarm", cwd=folders)
    findings = found(folders, "whole.spurview")
    assert ran.returncode == (3 if findings["alarms"] else 0), ran.stderr
    stages = [line.split(":")[0] for line in ran.stderr.splitlines()]
    assert stages == [
        "classifier", "predictions", "embedding", "candidates", "verification", "layout",
    ]  # fmt: skip
    return findings


def test_findings_of_a_run_fit_the_schema(undisturbed: dict[str, Any]) -> None:
    schema = json.loads((REPOSITORY / "docs" / "findings.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate({**undisturbed, "project": "some"})


def test_every_pool_image_has_a_predicted_class(undisturbed: dict[str, Any]) -> None:
    assert len(undisturbed["predictions"]) == 300
    assert set(undisturbed["predictions"].values()) <= {"0", "1", "2"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_run_goes_on_to_the_same_findings(
    folders: Path, undisturbed: dict[str, Any], number: signal.Signals
) -> None:
    name = f"stopped-{number.name}.spurview"
    make(folders, name)
    with subprocess.Popen(
        [sys.executable, "-m", "spurview", "run", name],
        cwd=folders, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("embedding:"):
                break
        process.send_signal(number)
        said = process.stderr.read()
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert said.endswith(f"Stopped: run `spurview run {name}` to continue.\n")
    half = spurview("info", name, cwd=folders).stdout
    assert "classifier    fresh" in half
    assert "candidates    not run yet" in half
    ran = spurview("run", name, cwd=folders)
    assert "classifier" not in ran.stderr
    assert found(folders, name) == undisturbed
    assert not (folders / f".{name}.work").exists()


def test_until_stops_after_a_stage_and_another_method_goes_on(folders: Path) -> None:
    name = "literal.spurview"
    make(folders, name)
    ran = spurview("run", name, "--until", "classifier", cwd=folders)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"classifier is done. Next: spurview run {name}\n"
    ran = spurview("run", name, "--method", "literal", cwd=folders)
    assert ran.returncode == 0, ran.stderr
    assert found(folders, name)["method"] == "literal"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_live_line() -> None:
    stream = Terminal()
    line = ProgressLine(stream, clock=iter([0.0, 0.05, 1.0]).__next__)
    line(1, 4, "embedding: epoch 1 of 4")
    line(2, 4, "embedding: epoch 2 of 4")
    line(3, 4, "embedding: epoch 3 of 4")
    line.clear()
    assert "\n" not in stream.getvalue()
    assert "epoch 1 of 4" in stream.getvalue()
    assert "epoch 2 of 4" not in stream.getvalue()
    assert "[##################......] embedding: epoch 3 of 4" in stream.getvalue()


def test_a_wish_to_stop_reaches_the_work() -> None:
    line = ProgressLine(io.StringIO())
    line.wants_stop = True
    with pytest.raises(Cancelled):
        line(0, 1, "embedding: epoch 1")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("pattern", ["patch", "full-noise"])
def test_demo_finds_what_it_planted(tmp_path: Path, pattern: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "spurview", "demo", "--no-window", "--pattern", pattern],
        cwd=tmp_path, env=os.environ, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "This is the planted pattern: finding 1 " in ran.stdout
    assert "1 alarm: " in ran.stdout
