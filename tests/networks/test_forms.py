"""Each form of network, opened through the command line: it answers as it was trained to."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from spurview.core.material import Floats
from spurview.core.network import Asked, Logits
from spurview.pipeline.checkpoints import Checkpoints
from spurview.pipeline.network_stages import open_network
from spurview.pipeline.run import Work
from spurview.project.checking import check
from spurview.project.model import POOL
from spurview.project.store import Project
from tests.networks import given as made
from tests.networks.given import Given, command, new

HAS_ONNX = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))
needs_onnx = pytest.mark.skipif(not HAS_ONNX, reason="the extra onnx is not installed")
TRUST = "--trust-code"


def by_safetensors(given: Given) -> str:
    return f"torchvision:{made.ARCHITECTURE}:{given.weights}"


def by_state_dict(given: Given) -> str:
    return f"torchvision:{made.ARCHITECTURE}:{made.as_state_dict(given)}"


def by_python(given: Given) -> str:
    return f"python:{made.as_python(given)}:make"


def by_onnx(given: Given) -> str:
    return f"onnx:{made.as_onnx(given)}"


FORMS = [
    pytest.param(by_safetensors, (), id="safetensors"),
    pytest.param(by_state_dict, (TRUST,), id="state dict"),
    pytest.param(by_python, (TRUST,), id="python"),
    pytest.param(by_onnx, (TRUST,), id="onnx", marks=needs_onnx),
]


def opened(project: Project, *, trusted: bool = True) -> Asked:
    """The project's network as the stages ask it."""
    network = project.info.network
    assert network is not None
    work = Work(
        project,
        project.info,
        Checkpoints(project.work_dir, "verification", "0" * 32),
        "cpu",
        lambda *_: None,
        project_dir=project.path.parent,
        trusted=frozenset({network.digest} if trusted else ()),
    )
    asked = open_network(work)
    assert asked is not None
    return asked


def patched(images: Floats) -> Floats:
    """Working images with the patch where the originals have it."""
    changed = images.copy()
    changed[(slice(None), *made.PLACE, 0)] = made.PATCH.astype(np.float32) / 255
    return changed


@pytest.mark.parametrize(("form", "agreement"), FORMS)
def test_a_network_of_any_form_answers_and_falls_for_the_patch(
    given: Given,
    tmp_path: Path,
    form: Callable[[Given], str],
    agreement: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "a.spurview"
    options = ("--preprocess", given.root / "pre.toml")
    assert new(given, str(path), form(given), *options, *agreement) == 0
    assert "images of interest get their own class" in capsys.readouterr().out
    assert command("run", path, "--until", "predictions", "--device", "cpu", *agreement) == 0
    assert check(path) == []
    assert command("info", path) == 0
    assert "seen originals" in capsys.readouterr().out
    with Project.open(path) as project:
        role, label = project.read("/images/role"), project.read("/images/label")
        known = role != POOL
        predicted = project.read("/predictions/class")
        assert (predicted[known] == label[known]).mean() > 0.95
        assert project.info.stages["predictions"].facts["seen"] == "originals"
        rows = np.flatnonzero(~known & (predicted != 1))[:60]
        images = project.read_rows("/images/pixels", rows).astype(np.float32) / 255
        network = opened(project)
        before, after = network.logits(images, rows), network.logits(patched(images), rows)
        assert (before.argmax(1) == predicted[rows]).all()
        assert (after.argmax(1) == 1).mean() > 0.5


def test_it_answers_as_it_did_where_it_was_trained(given: Given, tmp_path: Path) -> None:
    path = tmp_path / "same.spurview"
    assert (
        new(given, str(path), by_safetensors(given), "--preprocess", given.root / "pre.toml") == 0
    )
    with Project.open(path) as project:
        found, expected = by_both(given, project, given.module)
    # Pillow rounds what it enlarges to whole greys.
    assert np.abs(found - expected).max() < 0.1 * np.abs(expected).max()
    assert (found.argmax(1) == expected.argmax(1)).mean() > 0.95


def by_both(given: Given, project: Project, module: torch.nn.Module) -> tuple[Logits, Logits]:
    """Logits (40, 3) of the first images, by the project's network and by the module itself."""
    rows = np.arange(40)
    files = [given.root / key for key in project.keys()[:40]]
    originals = np.stack([np.asarray(Image.open(file))[..., None] for file in files])
    with torch.no_grad():
        expected: Logits = module(made.seen(originals)).numpy()
    return opened(project).logits(project.read_rows("/images/pixels", rows), rows), expected


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_network_of_timm_answers_as_it_did(given: Given, tmp_path: Path) -> None:
    timm = pytest.importorskip("timm", reason="the extra timm is not installed")
    torch.manual_seed(0)
    module = timm.create_model("test_resnet", num_classes=3).eval()
    path, weights = tmp_path / "timm.spurview", tmp_path / "timm.safetensors"
    save_file(module.state_dict(), weights)
    preprocess = ("--preprocess", given.root / "pre.toml")
    assert new(given, str(path), f"timm:test_resnet:{weights}", *preprocess) == 0
    assert command("run", path, "--until", "predictions", "--device", "cpu") == 0
    with Project.open(path) as project:
        found, expected = by_both(given, project, module)
        kept = project.read("/predictions/logits")[:40]
    assert np.abs(found - expected).max() < 0.1 * np.ptp(expected, axis=0).max()
    assert kept == pytest.approx(found, abs=2e-3)


def test_small_weights_are_stored_and_their_file_is_needed_no_more(
    given: Given, tmp_path: Path
) -> None:
    path, weights = tmp_path / "stored.spurview", tmp_path / "mine.safetensors"
    weights.write_bytes(given.weights.read_bytes())
    classifier = f"torchvision:{made.ARCHITECTURE}:{weights}"
    assert new(given, str(path), classifier, "--preprocess", given.root / "pre.toml") == 0
    assert command("run", path, "--until", "classifier") == 0
    weights.unlink()
    with Project.open(path) as project:
        assert project.has("/classifier/weights/fc.bias")
        assert opened(project).logits(project.read("/images/pixels", 0, 2)).shape == (2, 3)


def test_a_file_that_changed_is_not_opened(
    given: Given, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, weights = tmp_path / "changed.spurview", tmp_path / "mine.safetensors"
    weights.write_bytes(given.weights.read_bytes())
    classifier = f"torchvision:{made.ARCHITECTURE}:{weights}"
    assert new(given, str(path), classifier, "--preprocess", given.root / "pre.toml") == 0
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert command("run", path, "--until", "classifier") == 1
    assert "has changed since the project was made" in capsys.readouterr().err


@pytest.mark.parametrize(
    "form", [by_state_dict, by_python, pytest.param(by_onnx, marks=needs_onnx)]
)
def test_without_agreement_the_digest_is_shown_and_nothing_is_made(
    given: Given,
    tmp_path: Path,
    form: Callable[[Given], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    import hashlib

    classifier = form(given)
    file = next(part for part in classifier.split(":") if "net." in part)
    assert new(given, str(tmp_path / "none.spurview"), classifier) == 1
    said = capsys.readouterr().err
    assert hashlib.sha256(Path(file).read_bytes()).hexdigest() in said
    assert "--trust-code" in said
    assert not (tmp_path / "none.spurview").exists()


def test_agreement_is_not_kept_in_the_project(given: Given, tmp_path: Path) -> None:
    path = tmp_path / "asked.spurview"
    options = ("--preprocess", given.root / "pre.toml")
    assert new(given, str(path), by_python(given), *options, TRUST) == 0
    assert command("run", path, "--until", "classifier") == 1
    assert command("run", path, "--until", "classifier", TRUST) == 0
    assert command("run", path, "--until", "predictions") == 1
