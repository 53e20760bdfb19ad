"""Originals found again: under a new folder, deeper in it, under other names; and what is not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from spurview.core.errors import Cancelled, InputError
from spurview.core.settings import Settings
from spurview.pipeline.create import create_project
from spurview.pipeline.relocate import Relocation, missing_sources, relocate
from spurview.project.store import Project
from spurview.sources import SourceSpec
from spurview.sources.originals import Original, source_folders
from tests.sources import made
from tests.sources.test_forms import as_csv, as_folder, as_npz


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Twelve images in `tree`, five in `pool`, one folder above the project."""
    as_folder(tmp_path)
    yield from _made(tmp_path, tmp_path / "tree")


def _made(root: Path, interest: Path) -> Iterator[Project]:
    made.pool(root / "pool")
    (root / "work").mkdir()
    project, _ = create_project(
        root / "work" / "case.spurview",
        [SourceSpec(str(interest))],
        [SourceSpec(str(root / "pool"))],
        Settings(),
    )
    with project:
        yield project


def found(project: Project, folder: Path) -> Relocation:
    return relocate(project.info, project, 0, folder, project.path.parent)


def readable_rows(project: Project, made_anew: Relocation) -> int:
    """How many images of interest are read from their originals with this info."""
    folders = source_folders(made_anew.info.sources, project.path.parent)
    original = Original(project, folders)
    return sum(original.pixels(row) is not None for row in range(12))


def test_a_moved_folder_is_found_by_relative_paths(project: Project, tmp_path: Path) -> None:
    assert missing_sources(project.info, project.path.parent) == []
    shutil.move(tmp_path / "tree", tmp_path / "elsewhere")
    assert missing_sources(project.info, project.path.parent) == [0]
    relocation = found(project, tmp_path / "elsewhere")
    assert (relocation.found, relocation.missing) == (12, [])
    assert relocation.info.sources[0].location == os.path.join("..", "elsewhere")
    assert relocation.info.sources[0].moved == {}
    assert readable_rows(project, relocation) == 12


def test_a_folder_above_is_enough(project: Project, tmp_path: Path) -> None:
    (tmp_path / "disk" / "deep").mkdir(parents=True)
    shutil.move(tmp_path / "tree", tmp_path / "disk" / "deep" / "images")
    relocation = found(project, tmp_path / "disk")
    assert relocation.info.sources[0].location == os.path.join("..", "disk", "deep", "images")
    assert relocation.info.sources[0].moved == {}


def test_renamed_files_are_found_by_digest_and_survive_a_save(
    project: Project, tmp_path: Path
) -> None:
    shutil.move(tmp_path / "tree" / "0" / "0.png", tmp_path / "tree" / "first.png")
    (tmp_path / "tree" / "1" / "1.png").unlink()
    relocation = found(project, tmp_path / "tree")
    assert relocation.info.sources[0].moved == {"0/0.png": "first.png"}
    assert (relocation.found, relocation.missing) == (11, ["interest/1/1.png"])
    project.save(info=relocation.info)
    assert readable_rows(project, relocation) == 11


def test_a_changed_file_is_not_the_original(project: Project, tmp_path: Path) -> None:
    (tmp_path / "tree" / "0" / "0.png").write_bytes(b"other")
    assert found(project, tmp_path / "tree").missing == ["interest/0/0.png"]


def test_a_folder_without_any_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^None of the 12 images is below .*pool: choose"):
        found(project, tmp_path / "pool")


def test_the_search_can_be_cancelled(project: Project, tmp_path: Path) -> None:
    def report(done: int, total: int, message: str) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        relocate(project.info, project, 0, tmp_path / "tree", tmp_path, report=report)


def test_a_moved_list_is_found_with_its_files(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    text, _, _ = as_csv(tmp_path / "set")
    for project in _made(tmp_path, Path(text)):
        shutil.move(tmp_path / "set", tmp_path / "new")
        relocation = found(project, tmp_path / "new")
        assert relocation.info.sources[0].location == os.path.join("..", "new", "list.csv")
        assert readable_rows(project, relocation) == 12


def test_an_array_file_is_found_where_it_is(tmp_path: Path) -> None:
    text, _, _ = as_npz(tmp_path)
    for project in _made(tmp_path, Path(text)):
        shutil.move(text, tmp_path / "b.npz")
        assert missing_sources(project.info, project.path.parent) == [0]
        relocation = found(project, tmp_path / "b.npz")
        assert relocation.info.sources[0].location == os.path.join("..", "b.npz")


def test_save_as_keeps_the_sources_where_they_are(project: Project, tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    project.save(path=tmp_path / "a" / "b" / "case.spurview")
    assert project.info.sources[0].location == os.path.join("..", "..", "tree")
    assert missing_sources(project.info, project.path.parent) == []
    project.save()
    assert project.info.sources[1].location == os.path.join("..", "..", "pool")
