"""Files of earlier versions open, and tell what they told when they were made."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from spurview.core.settings import Settings
from spurview.pipeline.findings import collect, to_json
from spurview.project.checking import check
from spurview.project.model import FORMAT_VERSION
from spurview.project.schema import JSON_TREES, RULES, rule_for
from spurview.project.store import Project
from tests.project.archive import allowed, parts_of

FOLDER = Path(__file__).parents[1] / "data" / "projects"
KEPT = sorted(FOLDER.glob("*/*.spurview"))
PRESENT = FOLDER / f"v{FORMAT_VERSION}"
FROZEN = (
    "A format that was released stays as it is: raise FORMAT_VERSION, read what earlier ones lack, "
    "and keep files of the new one (docs/FORMAT.md, CONTRIBUTING.md)."
)


@pytest.fixture(params=KEPT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy: what is kept is never touched."""
    source: Path = request.param
    shutil.copy(source, tmp_path)
    for suffix in (".json", ".parts.json"):
        shutil.copy(source.with_suffix(suffix), tmp_path)
    return tmp_path / source.name


def contained(old: object, new: object) -> bool:
    """Whether all that was told before is told still; later versions may tell more."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and contained(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(contained, old, new))
    return old == new


def kept_json(path: Path) -> dict:
    answer: dict = json.loads(path.read_text(encoding="utf-8"))
    return answer


def told(project: Project) -> dict:
    answer: dict = json.loads(
        to_json(collect(project, project.info, project.verdicts, project.keys()))
    )
    return answer


def test_files_are_kept_of_every_format() -> None:
    stems = {path.parent.name: [] for path in KEPT}
    for path in KEPT:
        stems[path.parent.name].append(path.stem)
    assert stems == {"v1": ["constructed", "everything"]}


def test_the_format_is_as_it_was_when_its_files_were_kept() -> None:
    assert allowed() == kept_json(PRESENT / "allowed.json"), FROZEN


def test_a_kept_file_has_every_part_of_the_format() -> None:
    parts = kept_json(PRESENT / "everything.parts.json")
    held = [*parts["arrays"], *JSON_TREES]
    assert {rule_for(name) for name in held} == set(RULES)
    plain = msgspec.to_builtins(Settings())
    changed = parts["settings"]["settings"]
    assert [name for name, value in changed.items() if value == plain[name]] == []
    assert [name for name, value in parts["settings"].items() if not value] == []


def test_every_part_of_it_reads_back(kept: Path) -> None:
    with Project.open(kept) as project:
        now = parts_of(project)
    assert contained(kept_json(kept.with_suffix(".parts.json")), now)


def test_it_is_whole_and_tells_what_it_told(kept: Path) -> None:
    assert check(kept) == []
    with Project.open(kept) as project:
        now = told(project)
    before = kept_json(kept.with_suffix(".json"))
    assert len(before["findings"]) > 1
    assert contained(before["findings"], now["findings"])


def test_everything_is_kept_through_a_save(kept: Path) -> None:
    with Project.open(kept) as project:
        project.save()
    with Project.open(kept) as project:
        now = parts_of(project)
    before = kept_json(kept.with_suffix(".parts.json"))
    for of_the_save in ("revision", "modified", "spurview"):
        del before["settings"][of_the_save]
    assert contained(before, now)


def test_candidates_made_by_hand_and_places_are_told() -> None:
    findings = kept_json(PRESENT / "everything.json")["findings"]
    assert sorted(f.get("origin", "") for f in findings) == ["", "", "", "selection", "split"]
    moved = [f for f in findings if f["pixels"].get("places")]
    assert [f["id"] for f in moved] == ["1-1b1b1b1b", "0-5f5f5f5f"]
    assert {f["verdict"] for f in findings} == {"spurious", "genuine", "unsure", None}


def test_a_loss_would_be_seen() -> None:
    assert contained({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2, "c": 3}], "d": 4})
    assert not contained({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})
    assert not contained({"a": [1, 2]}, {"a": [1]})
