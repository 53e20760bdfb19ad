"""New projects: what their info says, and targets that are refused before any work is done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.core.errors import InputError
from spurview.core.settings import ImagesSettings, Settings
from spurview.pipeline.create import create_project
from spurview.pipeline.stages import states
from spurview.project.model import ProjectInfo
from spurview.project.store import Project
from spurview.sources import SourceSpec


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for folder in ("interest/a", "interest/b", "pool"):
        (tmp_path / folder).mkdir(parents=True)
        for index in range(5):
            image = Image.fromarray(rng.integers(0, 256, (9, 11), np.uint8))
            image.save(tmp_path / folder / f"{index}.png")
    (tmp_path / "pool" / "notes.txt").write_text("no image")
    return tmp_path


def create(root: Path, name: str = "case.spurview", settings: Settings | None = None) -> Project:
    project, _ = create_project(
        root / name,
        [SourceSpec(str(root / "interest"))],
        [SourceSpec(str(root / "pool"))],
        settings or Settings(),
    )
    return project


def info_of(root: Path, name: str, settings: Settings | None = None) -> ProjectInfo:
    with create(root, name, settings) as project:
        return project.info


def test_info_tells_sources_classes_and_what_was_left_out(folders: Path) -> None:
    info = info_of(folders, "case.spurview")
    assert [(s.role, s.location, s.images) for s in info.sources] == [
        ("interest", "interest", 10),
        ("pool", "pool", 5),
    ]
    assert info.class_names == ["a", "b"]
    assert info.skipped_total == 1
    assert (info.skipped[0].source, info.skipped[0].path) == (1, "notes.txt")
    facts = info.stages["images"].facts
    assert (facts["images"], facts["height"], facts["width"]) == (15, 9, 11)


def test_reopened_project_has_the_images_and_a_fresh_first_stage(folders: Path) -> None:
    create(folders).close()
    with Project.open(folders / "case.spurview") as project:
        assert project.shape("/images/pixels") == (15, 9, 11, 1)
        assert project.keys()[-1] == "pool/4.png"
        assert project.history[0].what == "images read"
        found = states(project.info, project)
    assert found.pop("images") == "fresh"
    assert set(found.values()) == {"missing"}


def test_fingerprint_follows_images_and_settings(folders: Path) -> None:
    first, again = info_of(folders, "1.spurview"), info_of(folders, "2.spurview")
    assert first.project_id != again.project_id
    assert first.stages["images"].fingerprint == again.stages["images"].fingerprint
    sized = Settings(images=ImagesSettings(size_px=16))
    other = [
        info_of(folders, "3.spurview", sized),
        info_of(folders, "4.spurview", Settings(seed=1)),
    ]
    Image.new("L", (11, 9)).save(folders / "pool" / "0.png")
    other.append(info_of(folders, "5.spurview"))
    prints = {info.stages["images"].fingerprint for info in [first, *other]}
    assert len(prints) == 4


def test_existing_target_is_refused_and_left_alone(folders: Path) -> None:
    (folders / "case.spurview").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        create(folders)
    assert (folders / "case.spurview").read_text() == "mine"


def test_missing_folder_is_refused(folders: Path) -> None:
    with pytest.raises(InputError, match=r"there is no folder .*away\.$"):
        create(folders, "away/case.spurview")
