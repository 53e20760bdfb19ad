"""The package's face: what it offers, how little it loads, and projects from Python."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import spurview
from spurview.core.errors import InputError, LockedError, ProjectError, StageError
from spurview.core.settings import Settings
from tests import constructed
from tests.pipeline import tiny

REPOSITORY = Path(__file__).parents[1]
SLOW = ("torch", "sklearn", "scipy", "PySide6", "pyqtgraph", "matplotlib", "h5py")


def loaded_after(code: str) -> str:
    """Which slow modules Python holds after running the code."""
    told = f"import sys; {code}; print([m for m in {SLOW!r} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", told], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_the_functions_load_neither_torch_nor_qt_before_they_are_called() -> None:
    names = "audit, findings, new_project, open_project, run, Settings, SpurviewError"
    assert loaded_after(f"from spurview import {names}") == "[]"


def test_reading_a_project_loads_neither_torch_nor_qt(tmp_path: Path) -> None:
    with spurview.Project.create(tmp_path / "p.spurview", constructed.info(), constructed.arrays()):
        pass
    path = str(tmp_path / "p.spurview")
    assert "torch" not in loaded_after(f"import spurview; spurview.open_project({path!r}).close()")


def test_all_that_is_offered_is_there_and_listed() -> None:
    for name in spurview.__all__:
        assert getattr(spurview, name) is not None
    assert set(spurview.__all__) <= set(dir(spurview))


def test_what_is_not_offered_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'spurview' has no attribute 'coffee'"):
        _ = spurview.coffee


@pytest.mark.parametrize("name", ["audit", "findings", "new_project", "open_project", "run"])
def test_every_function_is_documented_and_typed(name: str) -> None:
    function = getattr(spurview, name)
    assert inspect.getdoc(function)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty


def test_the_example_of_the_readme_calls_what_is_there() -> None:
    (block,) = re.findall(
        r"^```python\n(.*?)^```$",
        (REPOSITORY / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    asked = []

    class Stand:
        def audit(self, *given: object, **options: object) -> str:
            asked.append(inspect.signature(spurview.audit).bind(*given, **options))
            return "told"

    exec(block, {"spurview": Stand(), "model": 1, "images": 2, "labels": 3, "pool": 4})  # noqa: S102
    assert [bound.arguments["interest"] for bound in asked] == [(2, 3)]


def test_a_new_project_warns_of_its_small_pool_and_keeps_the_architecture(tmp_path: Path) -> None:
    path = tmp_path / "p.spurview"
    with pytest.warns(UserWarning, match="The pool has only"):
        project = spurview.new_project(
            path,
            "digits:",
            ["digits:"],
            interest_classes=["0", "1"],
            pool_classes=["5"],
            classifier="train:resnet18",
            settings=Settings(seed=5),
        )
    with project:
        assert project.info.class_names == ["0", "1"]
        assert project.info.settings.seed == 5
        assert project.info.settings.classifier.architecture == "resnet18"


def test_a_new_project_refuses_what_the_command_refuses(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the nearest are resnet18"):
        spurview.new_project(tmp_path / "p", "digits:", "digits:", classifier="train:resnet-18")
    with pytest.raises(InputError, match="cannot be read"):
        spurview.new_project(
            tmp_path / "p", "digits:", "digits:", classifier="torchvision:resnet18:no.safetensors"
        )


def test_run_by_path_goes_on_and_gives_findings_once_there_are_some(tmp_path: Path) -> None:
    path = tmp_path / "p.spurview"
    tiny.create(path).close()
    told: list[str] = []
    assert spurview.run(path, until="classifier", device="cpu") is None
    result = spurview.run(path, device="cpu", report=lambda *progress: told.append(progress[2]))
    assert result is not None
    assert not [message for message in told if message.startswith("classifier")]
    assert repr(spurview.findings(path)) == repr(result)
    assert result.predicted.shape == (tiny.N_POOL,)


def test_a_project_open_elsewhere_is_read_and_not_run(tmp_path: Path) -> None:
    path = tmp_path / "p.spurview"
    with tiny.create(path), spurview.open_project(path) as second:
        assert second.read_only
        with pytest.raises(LockedError, match=r"p\.spurview cannot be saved here \(pid"):
            spurview.run(second)


def test_findings_before_a_run_and_of_nothing_are_errors(tmp_path: Path) -> None:
    with (
        tiny.create(tmp_path / "p.spurview") as project,
        pytest.raises(StageError, match="has not run"),
    ):
        spurview.findings(project)
    with pytest.raises(ProjectError, match="nothing"):
        spurview.open_project(tmp_path / "nothing.spurview")


def test_findings_of_a_project_count_within_pool_and_interest(tmp_path: Path) -> None:
    path = tmp_path / "p.spurview"
    with spurview.Project.create(path, constructed.info(), constructed.arrays()):
        pass
    (first, second) = spurview.findings(path).findings
    assert first.outcome == "alarm"
    assert sorted(first.members) == (constructed.CARRIERS - constructed.N_INTEREST).tolist()
    assert first.training_matches.max() < constructed.N_INTEREST
    assert first.map[constructed.PATCH].min() > first.map[8:, 8:].max()
    assert first.places is None


def test_a_pattern_that_moves_tells_where_each_match_has_it(tmp_path: Path) -> None:
    path = tmp_path / "p.spurview"
    with spurview.Project.create(path, constructed.info(), constructed.moved()) as project:
        pixels = project.read("/images/pixels")[constructed.N_INTEREST :]
    first = spurview.findings(path).findings[0]
    assert first.places is not None
    for index, (down, right) in list(zip(first.matches, first.places, strict=True))[:5]:
        where = pixels[index, 1 + down : 4 + down, 1 + right : 4 + right]
        assert (where == 255).all()
