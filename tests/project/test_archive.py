"""Files of earlier versions open, and tell what they told when they were made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from spurview.pipeline.findings import collect, to_json
from spurview.project.checking import check
from spurview.project.store import Project

FOLDER = Path(__file__).parents[1] / "data" / "projects"
KEPT = sorted(FOLDER.glob("*/*.spurview"))


@pytest.fixture(params=KEPT, ids=lambda path: path.parent.name)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy: what is kept is never touched."""
    source: Path = request.param
    shutil.copy(source, tmp_path)
    shutil.copy(source.with_suffix(".json"), tmp_path)
    return tmp_path / source.name


def contained(old: object, new: object) -> bool:
    """Whether all that was told before is told still; later versions may tell more."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and contained(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(contained, old, new))
    return old == new


def told(project: Project) -> dict:
    answer: dict = json.loads(
        to_json(collect(project, project.info, project.verdicts, project.keys()))
    )
    return answer


def test_a_file_is_kept_of_every_format() -> None:
    assert {path.parent.name for path in KEPT} == {"v1"}


def test_it_is_whole_and_tells_what_it_told(kept: Path) -> None:
    assert check(kept) == []
    with Project.open(kept) as project:
        now = told(project)
    before = json.loads(kept.with_suffix(".json").read_text(encoding="utf-8"))
    assert len(before["findings"]) > 1
    assert contained(before["findings"], now["findings"])


def test_what_was_decided_is_kept_through_a_save(kept: Path) -> None:
    with Project.open(kept) as project:
        verdicts = project.verdicts
        project.save(verdicts=verdicts)
    with Project.open(kept) as project:
        assert project.verdicts == verdicts
        (verdict,) = verdicts.values()
        assert (verdict.verdict, verdict.name, verdict.tags) == (
            "spurious",
            "the patch",
            ["first", "ärger"],
        )


def test_a_loss_would_be_seen() -> None:
    assert contained({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}], "d": 4})
    assert not contained({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})
    assert not contained({"a": [1, 2]}, {"a": [1]})
