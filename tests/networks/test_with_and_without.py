"""Two networks that differ in what they were trained on: one saw the patch, one did not.

Both are asked about one pool, of which some images carry the patch whichever network is asked.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spurview.project.store import Project
from tests.networks import given as made
from tests.networks.given import Given, command, new

QUICK = (
    "embedding.epochs=4",
    "embedding.latent_dims=12",
    "candidates.per_class=1",
    "verification.insertions=40",
    "verification.controls=3",
)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return made.make(tmp_path_factory.mktemp("clean"), patched=False)


def outcomes(given: Given, path: Path) -> list[tuple[str, str]]:
    """Class and outcome of every finding, the first first, through the command line."""
    options = [part for setting in QUICK for part in ("--set", setting)]
    classifier = f"torchvision:{made.ARCHITECTURE}:{given.weights}"
    pre = ("--preprocess", given.root / "pre.toml")
    assert new(given, str(path), classifier, *pre, *options) == 0
    assert command("run", path, "--device", "cpu", "--until", "verification") == 0
    return told(path)


def told(path: Path) -> list[tuple[str, str]]:
    from spurview.pipeline.findings import collect, to_json

    with Project.open(path) as project:
        found = collect(project, project.info, project.verdicts, project.keys())
    findings: list[dict[str, Any]] = json.loads(to_json(found))["findings"]
    return [(one["class"], one["outcome"]) for one in findings]


def test_the_patch_that_a_network_learnt_is_finding_1_with_an_alarm(
    given: Given, tmp_path: Path
) -> None:
    assert outcomes(given, tmp_path / "a.spurview")[0] == ("b", "alarm")


def test_a_network_trained_without_it_raises_no_alarm(clean: Given, tmp_path: Path) -> None:
    found = outcomes(clean, tmp_path / "a.spurview")
    assert "alarm" not in [outcome for _, outcome in found]
