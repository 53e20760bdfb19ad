"""The planted pattern, found with networks that give answers alone, and with answers alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spurview.project.store import Project
from tests.networks import given as made
from tests.networks.given import Given, command, new
from tests.networks.test_forms import by_onnx, needs_onnx

SETTINGS = ("--set", "embedding.epochs=6", "--set", "candidates.per_class=2")


def findings(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert command("run", path, "--device", "cpu", "--trust-code") == 0
    with Project.open(path) as project:
        from spurview.pipeline.findings import collect, to_json

        told = collect(project, project.info, project.verdicts, project.keys())
        return dict(json.loads(to_json(told)))


def predicted_by(given: Given) -> dict[str, str]:
    """What the network itself says of every image, by key."""
    from PIL import Image

    files = sorted((given.root / "interest").rglob("*.png"))
    files += sorted((given.root / "pool").rglob("*.png"))
    import torch

    images = np.stack([np.asarray(Image.open(file))[..., None] for file in files])
    with torch.no_grad():
        classes = given.module(made.seen(images)).argmax(1)
    keys = [file.relative_to(given.root).as_posix() for file in files]
    return dict(zip(keys, ("abc"[int(k)] for k in classes), strict=True))


def test_a_file_of_predictions_is_taken_by_key(given: Given, tmp_path: Path) -> None:
    path, said = tmp_path / "said.spurview", predicted_by(given)
    table = tmp_path / "said.csv"
    table.write_text("key,class\n" + "".join(f"{k},{c}\n" for k, c in reversed(said.items())))
    assert new(given, str(path), f"predictions:{table}") == 0
    assert command("run", path, "--until", "predictions") == 0
    with Project.open(path) as project:
        names = [project.info.class_names[k] for k in project.read("/predictions/class")]
        assert dict(zip(project.keys(), names, strict=True)) == said
        assert not project.has("/predictions/logits")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@needs_onnx
def test_without_gradients_the_search_says_so(
    given: Given, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.spurview"
    options = ("--preprocess", given.root / "pre.toml", "--trust-code", *SETTINGS)
    assert new(given, str(path), by_onnx(given), *options) == 0
    first = findings(path, capsys)["findings"][0]  # type: ignore[index]
    assert first["class"] == "b"
    assert first["insertion"]["flip"] > 0.3
    with Project.open(path) as project:
        facts = project.info.stages["candidates"].facts
    assert facts["gradients"] == "none, the network gives answers alone"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_predictions_alone_make_at_most_a_suspect(
    given: Given, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, table = tmp_path / "a.spurview", tmp_path / "said.csv"
    said = predicted_by(given)
    table.write_text("key,class\n" + "".join(f"{k},{c}\n" for k, c in said.items()))
    assert new(given, str(path), f"predictions:{table}", *SETTINGS) == 0
    found = findings(path, capsys)
    assert found["alarms"] == 0
    first = found["findings"][0]  # type: ignore[index]
    assert first["insertion"] is None
    assert "no network to query" in first["missing"]["insertion"]
