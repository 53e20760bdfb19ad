from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import msgspec
import numpy as np
import pytest

from spurview.core.errors import SaveError
from spurview.project import opening, writer
from spurview.project.model import HistoryEvent, Verdict
from spurview.project.store import Project
from tests import constructed

from .conftest import files_in, run_python

pytestmark = pytest.mark.usefixtures("quick_opening")

VERDICT = Verdict(class_name="b", verdict="spurious", note="a patch", tags=["é"], members=[60])
EVENT = HistoryEvent(time="2026-01-02T03:04:05Z", what="candidates", spurview="0.1.0")


def test_verdicts_and_history_are_saved_and_the_rest_stays(project: Project) -> None:
    path = project.path
    project.save(verdicts={"1-aaaaaaaa": VERDICT}, history=[EVENT])
    project.close()
    again = Project.open(path)
    assert (again.verdicts, again.history) == ({"1-aaaaaaaa": VERDICT}, [EVENT])
    arrays = constructed.arrays()
    assert again.names() == sorted(arrays)
    assert all(np.array_equal(again.read(name), array) for name, array in arrays.items())


def test_every_save_counts_one_revision(project: Project) -> None:
    path = project.path
    project.save()
    project.save(info=msgspec.structs.replace(project.info, skipped_total=3, revision=77))
    assert (project.info.revision, project.info.skipped_total) == (3, 3)
    assert project.info.modified > constructed.info().modified
    project.close()
    assert Project.open(path).info == project.info


def test_drop_removes_by_prefix_and_put_replaces(project: Project) -> None:
    latents = np.zeros((300, 2), np.float32)
    project.save(put={"/latents": latents}, drop=["/candidates", "/verification/"])
    assert np.array_equal(project.read("/latents"), latents)
    assert not any(name.startswith(("/candidates", "/verification")) for name in project.names())
    assert project.has("/layout/residual")


def test_what_was_handed_out_is_not_the_saved_state(project: Project) -> None:
    project.verdicts["1-aaaaaaaa"] = VERDICT
    project.history.append(EVENT)
    assert (project.verdicts, project.history) == ({}, [])


def test_a_saved_project_is_open_anew_and_whole(project: Project) -> None:
    project.save()
    assert project.verified
    assert project.verify()


def test_permissions_stay(path: Path) -> None:
    path.chmod(0o640)
    with Project.open(path) as project:
        project.save()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_first_save_of_a_session_keeps_a_backup(path: Path) -> None:
    before = path.read_bytes()
    with Project.open(path) as project:
        project.save()
        project.save()
    assert path.with_name("x.spurview~").read_bytes() == before
    with Project.open(path) as later:
        between = path.read_bytes()
        later.save()
    assert path.with_name("x.spurview~").read_bytes() == between
    assert files_in(path.parent) == ["x.spurview", "x.spurview~"]


def test_no_backup_of_a_project_made_in_this_session(tmp_path: Path) -> None:
    with Project.create(tmp_path / "x.spurview", constructed.info(), {}) as project:
        project.save()
    assert files_in(tmp_path) == ["x.spurview"]


def test_save_as_moves_the_project_and_its_lock(project: Project) -> None:
    path = project.path
    before = path.read_bytes()
    other = path.with_name("y.spurview")
    project.save(verdicts={"1-aaaaaaaa": VERDICT}, path=other)
    assert project.path == other
    assert files_in(path.parent) == ["x.spurview", "y.spurview", "y.spurview.lock"]
    assert path.read_bytes() == before
    project.close()
    assert Project.open(other).verdicts == {"1-aaaaaaaa": VERDICT}


def test_a_file_overwritten_in_place_is_left_alone(project: Project) -> None:
    path = project.path
    path.write_bytes(b"somebody else's")
    with pytest.raises(SaveError, match=r"x\.spurview was overwritten by another program"):
        project.save()
    assert path.read_bytes() == b"somebody else's"
    assert files_in(path.parent) == ["x.spurview", "x.spurview.lock"]


def test_a_replaced_file_can_be_saved_elsewhere_or_overwritten(project: Project) -> None:
    path = project.path
    swapped = path.with_name("new")
    swapped.write_bytes(b"another program's")
    os.replace(swapped, path)
    with pytest.raises(SaveError, match="was changed by another program since it was opened"):
        project.save()
    assert files_in(path.parent) == ["x.spurview", "x.spurview.lock"]
    project.save(path=path)
    assert path.with_name("x.spurview~").read_bytes() == b"another program's"
    project.save()
    assert np.array_equal(project.read("/latents"), constructed.arrays()["/latents"])


def test_bytes_altered_in_place_are_never_signed_anew(project: Project) -> None:
    path = project.path
    with path.open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"!" * 50)
    with pytest.raises(SaveError, match=r"x\.spurview was overwritten by another program"):
        project.save(path=path.with_name("y.spurview"))
    assert "y.spurview" not in files_in(path.parent)


def test_a_deleted_file_is_written_again(project: Project) -> None:
    path = project.path
    path.unlink()
    project.save()
    assert path.exists()


def test_a_large_file_is_checked_when_asked_and_before_saving(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MOST_CHECKED", 1000)
    with path.open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(b"!" * 50)
    with Project.open(path) as project:
        assert project.verified is None
        with pytest.raises(SaveError, match="is damaged and cannot be saved"):
            project.save()
        assert project.verified is False
        assert not project.verify()


def test_settings_that_json_cannot_carry_are_refused(project: Project) -> None:
    path = project.path
    before = path.read_bytes()
    record = msgspec.structs.replace(project.info.stages["layout"], seconds=float("nan"))
    info = msgspec.structs.replace(project.info, stages={"layout": record})
    with pytest.raises(SaveError, match="hold something that cannot be stored"):
        project.save(info=info)
    assert path.read_bytes() == before


def test_a_read_only_folder_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(writer.tempfile, "mkstemp", refuse)
    with pytest.raises(SaveError, match="cannot be written to: save it in another folder"):
        project.save()


@pytest.mark.parametrize(
    "call", ["posix_fallocate", "truncate", "pwrite", "fsync", "fchmod", "replace"]
)
def test_a_full_disk_leaves_the_old_project_and_nothing_else(
    project: Project, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.path
    before = path.read_bytes()

    def fail(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(SaveError, match=r"it needs \d+ kB and the disk has .* free: make room"):
            project.save()
    assert path.read_bytes() == before
    assert set(files_in(path.parent)) <= {"x.spurview", "x.spurview~", "x.spurview.lock"}
    project.save()
    assert project.info.revision == 2


@pytest.mark.parametrize("limit", [1_000, 60_000, 400_000])
def test_a_file_size_limit_leaves_the_old_project(path: Path, limit: int) -> None:
    before = path.read_bytes()
    code = """
import resource, sys
import numpy as np
from spurview.core.errors import SaveError
from spurview.project.store import Project
project = Project.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    project.save(put={"/latents": np.zeros((300, 512), np.float32)})
except SaveError as error:
    print(error)
project.close()
"""
    said = run_python(code, path, limit)
    assert said.startswith("x.spurview was not saved, a file here may not grow to")
    assert path.read_bytes() == before
    assert files_in(path.parent) == ["x.spurview"]


def test_what_killed_saves_left_is_deleted_on_opening(path: Path) -> None:
    ours = path.with_name(".x.spurview.ab12cd_9.tmp")
    others = path.with_name(".x.spurview.y.ab12cd_9.tmp")
    ours.touch()
    others.touch()
    Project.open(path, lock=False)
    assert ours.exists()
    Project.open(path).close()
    assert not ours.exists()
    assert others.exists()


def test_a_project_made_meanwhile_by_another_program_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.spurview"
    real = opening.lock_for_writing

    def meanwhile(target: Path) -> object:
        target.write_text("theirs")
        return real(target)

    monkeypatch.setattr("spurview.project.store.lock_for_writing", meanwhile)
    with pytest.raises(SaveError, match=r"x\.spurview was made by another program meanwhile"):
        Project.create(path, constructed.info(), constructed.arrays())
    assert path.read_text() == "theirs"
    assert files_in(tmp_path) == ["x.spurview"]


def test_a_folder_that_is_not_there_is_named(project: Project) -> None:
    with pytest.raises(SaveError, match=r"the folder gone does not exist: save it in another"):
        project.save(path=project.path.parent / "gone" / "y.spurview")
    project.save(verdicts={"1-aaaaaaaa": VERDICT})


def test_on_a_system_that_cannot_reserve_space_a_nearly_full_disk_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = writer.shutil.disk_usage(project.path.parent)
    before = project.path.read_bytes()
    monkeypatch.delattr(os, "posix_fallocate")
    monkeypatch.setattr(writer.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(SaveError, match="and the disk has 1000 bytes free: make room"):
        project.save(verdicts={"1-aaaaaaaa": VERDICT})
    assert project.path.read_bytes() == before


def test_a_system_without_pwrite_saves_all_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.path
    for name in ("pwrite", "fchmod", "O_DIRECTORY"):
        monkeypatch.delattr(os, name)
    project.save(verdicts={"1-aaaaaaaa": VERDICT})
    project.close()
    monkeypatch.undo()
    with Project.open(path, lock=False) as again:
        assert again.verdicts == {"1-aaaaaaaa": VERDICT}
        assert again.verify()


def test_without_links_there_is_no_backup_and_the_save_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*arguments: object, **options: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    with Project.open(path) as project:
        monkeypatch.setattr(os, "link", cannot)
        project.save(verdicts={"1-aaaaaaaa": VERDICT})
    assert files_in(path.parent) == ["x.spurview"]
