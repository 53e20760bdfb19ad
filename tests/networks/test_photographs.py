"""A watermark in crops of photographs, and a ResNet-18 that was trained outside spurview.

The network sees 64 px and spurview works at 32: each test then takes some four minutes of one core.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.networks import photographs
from tests.networks.given import command
from tests.networks.test_with_and_without import told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

WORKING_PX = 32
SETTINGS = (
    "embedding.epochs=6",
    "candidates.per_class=2",
    "verification.insertions=60",
    "verification.controls=4",
)


def outcomes(root: Path) -> list[tuple[str, str]]:
    """Class and outcome of every finding, through the command line."""
    path = root / "a.spurview"
    options = [part for setting in SETTINGS for part in ("--set", setting)]
    classifier = f"torchvision:{photographs.ARCHITECTURE}:{root / 'net.safetensors'}"
    sources = ("--interest", root / "interest", "--pool", root / "pool")
    network = ("--classifier", classifier, "--preprocess", root / "pre.toml")
    assert command("new", path, *sources, *network, "--size", WORKING_PX, *options) == 0
    assert command("run", path, "--device", "cpu", "--until", "verification") == 0
    return told(path)


def test_the_watermark_is_finding_1_with_an_alarm(tmp_path: Path) -> None:
    pytest.importorskip("skimage", reason="the extra photos is not installed")
    found = outcomes(photographs.make(tmp_path, watermark=True))
    assert found[0] == (photographs.MARKED, "alarm")


def test_the_same_network_trained_without_it_raises_no_alarm(tmp_path: Path) -> None:
    pytest.importorskip("skimage", reason="the extra photos is not installed")
    found = outcomes(photographs.make(tmp_path, watermark=False))
    assert "alarm" not in [outcome for _, outcome in found]
