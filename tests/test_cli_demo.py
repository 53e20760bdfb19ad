"""The demo's project file: gone on with for the same options, kept aside for others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spurview.cli import demo as demo_command
from spurview.cli.window import has_onlooker
from spurview.core.settings import Settings
from spurview.pipeline.demo import Demo
from spurview.project.model import PlantedPattern
from spurview.project.store import Project
from spurview.sources import ImagesProduct
from tests import constructed


def small_demo(planted: list[PlantedPattern]) -> Demo:
    """A demo of the constructed images; what is planted is only told."""
    arrays = {k: v for k, v in constructed.arrays().items() if k.startswith("/images/")}
    names = constructed.CLASS_NAMES
    return Demo(ImagesProduct(arrays, [], names, names), planted, np.empty(0, np.intp))


def test_same_options_open_the_same_project_again(tmp_path: Path) -> None:
    path, settings = tmp_path / "demo.spurview", Settings(seed=1)
    with demo_command._project(path, settings, small_demo([])) as first:
        first_id = first.info.project_id
    with demo_command._project(path, settings, small_demo([])) as again:
        assert again.info.project_id == first_id


def test_other_options_keep_the_former_project_aside(tmp_path: Path) -> None:
    path = tmp_path / "demo.spurview"
    ids = []
    for seed in (1, 2, 3):
        with demo_command._project(path, Settings(seed=seed), small_demo([])) as project:
            ids.append(project.info.project_id)
    for name, project_id in zip(("demo-1", "demo-2", "demo"), ids, strict=True):
        with Project.open(tmp_path / f"{name}.spurview") as project:
            assert project.info.project_id == project_id


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((Path("spurview-demo"), False, "patch", 0), "spurview demo"),
        ((Path("a b"), True, "patch", 2), "spurview demo --dir 'a b' --clean --seed 2"),
        ((Path("x"), False, "full-noise", 0), "spurview demo --dir x --pattern full-noise"),
    ],
)
def test_the_line_to_go_on_has_the_same_options(
    arguments: tuple[Path, bool, str, int], line: str
) -> None:
    assert demo_command._again(*arguments) == line


def test_a_window_nobody_sees_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert not has_onlooker()
