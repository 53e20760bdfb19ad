"""Work folders of projects that are gone go too; what somebody may use or did not come from us
stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spurview.project import lock, work_folders
from spurview.project.store import Project
from tests import constructed

from .conftest import ROOT, files_in

STAGE = "embedding-0123456789abcdef"
READING = "images-0123456789abcdef"
LONG_AGO_S, A_WEEK_S = 40 * 24 * 3600, 7 * 24 * 3600


def work_folder(project: Path, *names: str, age_s: float = A_WEEK_S) -> Path:
    """A work folder of `project` with these files, changed last so long ago."""
    folder = work_folders.work_dir_of(project)
    for name in names:
        folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        folder.joinpath(name).write_bytes(b"x")
    age(folder, age_s)
    return folder


def age(folder: Path, age_s: float) -> None:
    then = time.time() - age_s
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (then, then), follow_symlinks=False)


def reopen(path: Path) -> None:
    Project.open(path).close()


def test_of_a_project_that_is_gone_the_work_goes_too(path: Path) -> None:
    kept = ("training.safetensors", "training.safetensors.part", "block-000003.npy")
    folder = work_folder(path.with_name("gone.spurview"), *(f"{STAGE}/{n}" for n in kept))
    work_folder(path.with_name("gone.h5"), "sensitivity/0123.csv", f"{READING}/own-000000.npz")
    reopen(path)
    assert files_in(path.parent) == ["x.spurview"]
    assert not folder.exists()


def test_a_new_project_clears_up_beside_it(tmp_path: Path) -> None:
    work_folder(tmp_path / "gone.spurview", f"{STAGE}/block-000000.npy")
    Project.create(tmp_path / "y.spurview", constructed.info(), constructed.arrays()).close()
    assert files_in(tmp_path) == ["y.spurview"]


def test_without_the_lock_nothing_is_deleted(path: Path) -> None:
    folder = work_folder(path.with_name("gone.spurview"), f"{STAGE}/block-000000.npy")
    Project.open(path, lock=False).close()
    assert folder.is_dir()


def test_work_of_projects_that_are_there_stays(path: Path) -> None:
    other, link = path.with_name("other.spurview"), path.with_name("link.spurview")
    other.touch()
    folders = [work_folder(p, f"{STAGE}/block-000000.npy") for p in (path, other, link)]
    link.symlink_to("not-there-now")
    reopen(path)
    assert all((folder / STAGE / "block-000000.npy").is_file() for folder in folders)


def test_what_changed_today_stays(path: Path) -> None:
    folder = work_folder(path.with_name("gone.spurview"), f"{STAGE}/block-000000.npy")
    (folder / STAGE / "block-000001.npy").write_bytes(b"of a share on another machine")
    age(folder / STAGE / "block-000000.npy", A_WEEK_S)
    reopen(path)
    assert len(files_in(folder / STAGE)) == 2


def test_what_a_living_process_holds_stays(path: Path) -> None:
    gone = path.with_name("gone.spurview")
    folder = work_folder(gone, f"{STAGE}/block-000000.npy")
    code = (
        "import sys; from pathlib import Path; from spurview.project import lock\n"
        "held = lock.acquire(Path(sys.argv[1])); print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(gone)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        reopen(path)
        assert folder.is_dir()
        holder.kill()
        holder.wait()
    assert gone.with_name("gone.spurview.lock").exists()
    reopen(path)
    assert not folder.exists()


def test_a_lock_of_our_own_counts_as_held(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path / "x.spurview")
    held = lock.acquire(tmp_path / "x.spurview")
    assert lock.is_held(tmp_path / "x.spurview")
    held.release()
    assert not lock.is_held(tmp_path / "x.spurview")


def test_a_stopped_reading_waits_for_a_month(path: Path) -> None:
    folder = work_folder(path.with_name("to-be.spurview"), f"{READING}/64x64-000000.npz")
    reopen(path)
    assert folder.is_dir()
    age(folder, LONG_AGO_S)
    reopen(path)
    assert not folder.exists()


def test_what_a_killed_command_left_of_its_reading_goes(path: Path) -> None:
    folder = work_folder(path, f"{READING}/sizes-differ", f"{READING}/pixels.npy")
    reopen(path)
    assert not folder.exists()


@pytest.mark.parametrize(
    "name",
    ["thesis.txt", f"{STAGE}/thesis.txt", "photos/a.npy", f"{STAGE}/more/a.npy", "sensitivity/.x"],
)
def test_a_folder_with_anything_else_in_it_stays(path: Path, name: str) -> None:
    folder = work_folder(path.with_name("gone.spurview"), f"{STAGE}/block-000000.npy", name)
    reopen(path)
    assert (folder / name).is_file()
    assert (folder / STAGE / "block-000000.npy").is_file()


@pytest.mark.parametrize("where", ["folder", "part", "file"])
def test_links_are_not_followed(
    path: Path, tmp_path_factory: pytest.TempPathFactory, where: str
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    work = work_folder(outside / "real.spurview", f"{STAGE}/block-000000.npy")
    folder = work_folders.work_dir_of(path.with_name("gone.spurview"))
    link = {"folder": folder, "part": folder / STAGE, "file": folder / STAGE / "block-000000.npy"}
    target = {"folder": work, "part": work / STAGE, "file": work / STAGE / "block-000000.npy"}
    link[where].parent.mkdir(parents=True, exist_ok=True)
    link[where].symlink_to(target[where])
    age(folder, LONG_AGO_S)
    reopen(path)
    assert target["file"].read_bytes() == b"x"
    assert link[where].is_symlink()
