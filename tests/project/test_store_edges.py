"""Opening and saving where something happens in between, or a limit is met."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import h5py
import msgspec
import numpy as np
import pytest

from spurview.core.errors import DamagedError, ProjectError, SaveError
from spurview.project import checking, codec, hdf5, opening, rescue, store
from spurview.project.lock import Lock, is_held
from spurview.project.model import HandMade, Verdict
from spurview.project.store import Project
from tests import constructed

from .conftest import alter, files_in

pytestmark = pytest.mark.usefixtures("quick_opening")
NOTE = {"1-aaaaaaaa": Verdict(class_name="b", note="theirs", members=[60])}


def test_a_save_between_the_look_and_the_lock_is_seen(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = opening.try_lock

    def after_another(where: Path, take_over: bool) -> tuple[Lock | None, str | None]:
        with monkeypatch.context() as patch:
            patch.setattr(store, "try_lock", real)
            with Project.open(path) as other:
                other.save(verdicts=NOTE)
        return real(where, take_over)

    monkeypatch.setattr(store, "try_lock", after_another)
    with Project.open(path) as project:
        assert project.verdicts == NOTE


def test_a_project_deleted_between_the_look_and_the_lock_leaves_no_lock(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = opening.try_lock

    def after_deletion(where: Path, take_over: bool) -> tuple[Lock | None, str | None]:
        path.unlink()
        return real(where, take_over)

    # Where the file is gone there is nothing to lock either.
    monkeypatch.setattr(store, "try_lock", after_deletion)
    Project.open(path).close()
    assert files_in(path.parent) == []


@pytest.mark.parametrize("lock", [True, False])
@pytest.mark.parametrize("name", ["verdicts", "history"])
def test_a_missing_tree_is_damage_and_leaves_no_lock(path: Path, name: str, lock: bool) -> None:
    def without(file: h5py.File) -> None:
        del file[name]

    alter(path, without)
    with pytest.raises(DamagedError, match=r"^x\.spurview is damaged") as caught:
        Project.open(path, lock=lock)
    assert name in str(caught.value.details)
    assert not is_held(path)


def test_a_file_that_may_not_be_written_is_open_to_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda where, mode: mode != os.W_OK)
    with Project.open(path) as project:
        assert project.read_only
        assert project.locked_by is None


def test_where_no_lock_can_be_made_a_project_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "lock_for_writing", lambda path: None)
    path = tmp_path / "x.spurview"
    Project.create(path, constructed.info(), constructed.arrays()).close()
    assert checking.check(path) == []


def test_a_failed_move_gives_the_lock_of_the_new_place_back(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*arguments: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    new = project.path.with_name("y.spurview")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", cannot)
        with pytest.raises(SaveError, match=r"y\.spurview was not saved"):
            project.save(path=new)
    assert not is_held(new)
    assert is_held(project.path)
    assert files_in(project.path.parent) == ["x.spurview", "x.spurview.lock"]


def test_a_disk_that_fails_while_the_old_file_is_looked_at_stops_the_save(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot() -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(project, "_refuse_damaged", cannot)
    with pytest.raises(SaveError, match=r"x\.spurview was not saved, Input/output error"):
        project.save()


def test_a_file_that_may_not_grow_is_told_how_large_it_would_be(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(*arguments: object) -> int:
        raise OSError(errno.EFBIG, "File too large")

    monkeypatch.setattr(os, "pwrite", too_large)
    with pytest.raises(SaveError, match=r"a file here may not grow to .*: save it on another disk"):
        project.save()


def test_a_save_while_the_digest_is_taken_keeps_its_own_word(project: Project) -> None:
    project.verified = None

    def save(done: int, total: int, message: str) -> None:
        if done == 512:
            project.save()

    assert project.verify(save)
    assert project.verified


def test_a_large_damaged_file_is_one_problem(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_CHECKED", 1000)
    with Project.open(path, lock=False) as project:
        offset = project._file.table["/images/pixels"].offset
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\x01\x02\x03")
    assert checking.check(path) == ["The file is damaged: its digest does not fit."]


def test_settings_larger_than_we_read_are_damage(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "MAX_BYTES", 100)
    with pytest.raises(DamagedError, match="is damaged") as caught:
        Project.open(path)
    assert "bytes of JSON, at most 100 are read" in str(caught.value.details)


def test_candidates_by_hand_that_make_sense_are_no_problem(tmp_path: Path) -> None:
    own = HandMade(id="h-1", class_name="b", members=[60, 61])
    info = msgspec.structs.replace(constructed.info(), by_hand=[own])
    scale = {"/classifier/weights/scale": np.array(0.5, np.float32)}
    arrays = constructed.arrays() | scale
    with Project.create(tmp_path / "x.spurview", info, arrays) as project:
        assert checking.problems_in(project) == []
    scale["/classifier/weights/scale"] = np.array(np.nan, np.float32)
    with Project.create(tmp_path / "y.spurview", info, arrays | scale) as project:
        assert checking.problems_in(project) == [
            "/classifier/weights/scale has values that are not finite."
        ]


def test_an_old_hdf5_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h5py.version, "hdf5_version_tuple", (1, 14, 6))
    with pytest.raises(ProjectError, match="is too old to be safe: install h5py"):
        hdf5.load()


def test_of_images_cut_off_nothing_is_made(path: Path) -> None:
    new = path.with_name("new.spurview")
    with Project.open(path, lock=False) as project:
        file = project._file
        with pytest.raises(DamagedError, match="its images are damaged: make the project anew"):
            rescue._write_what_is_left(file, path, new, ["/images/pixels"])
        said = rescue._write_what_is_left(file, path, new, ["/verdicts", "/latents"])
    assert said[:2] == ["What stood in /latents is lost: run it again.", "The verdicts are lost."]
    assert checking.check(new) == []
