from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from spurview.core.errors import LockedError, SaveError
from spurview.project import lock
from spurview.project.store import Project

from .conftest import ROOT

HOLD = """
import sys
from spurview.project.store import Project
project = Project.open(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    """Another process that has the project open until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, os.fspath(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def lock_of(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def forge(path: Path, **changes: object) -> None:
    """A lock file as this process would write it, but for `changes`."""
    lock.acquire(path)
    held = msgspec.json.decode(lock_of(path).read_bytes()) if lock_of(path).exists() else {}
    me = {"pid": os.getpid(), "host": platform.node(), "boot": "", "started": ""}
    lock_of(path).write_bytes(msgspec.json.encode(me | held | changes))


def test_a_living_holder_makes_the_project_read_only(path: Path) -> None:
    with holder(path) as process:
        project = Project.open(path)
        assert project.read_only
        assert project.locked_by == f"pid {process.pid} on {platform.node()}"
        with pytest.raises(SaveError, match=r"x\.spurview is open read-only: save it under"):
            project.save()
        with pytest.raises(SaveError, match=rf"open in another spurview \(pid {process.pid} on"):
            project.save(path=path)
        project.save(path=path.with_name("y.spurview"))
        assert not project.read_only
        assert project.locked_by is None
        project.close()
        process.communicate("")
    assert not lock_of(path).exists()


def test_a_killed_holder_is_taken_over(path: Path) -> None:
    with holder(path) as process:
        process.kill()
        process.communicate()
    assert lock_of(path).exists()
    with Project.open(path) as project:
        assert (project.read_only, project.locked_by) == (False, None)
    assert not lock_of(path).exists()


def test_two_projects_of_one_process_exclude_each_other(path: Path) -> None:
    with Project.open(path):
        assert Project.open(path).read_only
    assert not Project.open(path).read_only


@pytest.mark.parametrize("changes", [{"pid": 2**22 + 1}, {"pid": 2**80}, {"boot": "earlier"}])
def test_dead_holders_are_taken_over(path: Path, changes: dict[str, object]) -> None:
    forge(path, **changes)
    with Project.open(path) as project:
        assert not project.read_only


def test_a_later_process_with_the_same_number_is_not_the_holder(path: Path) -> None:
    forge(path, started="1")
    with Project.open(path) as project:
        assert not project.read_only


def test_another_machines_lock_is_taken_only_when_asked(path: Path) -> None:
    forge(path, host="elsewhere\n", pid=12)
    assert Project.open(path).locked_by == "pid 12 on elsewhere"
    with Project.open(path, take_over=True) as project:
        assert not project.read_only


def test_an_empty_lock_counts_for_a_while(path: Path) -> None:
    lock_of(path).touch()
    with pytest.raises(LockedError, match=r"x\.spurview is open in another spurview"):
        lock.acquire(path)
    os.utime(lock_of(path), (1, 1))
    lock.acquire(path).release()


def test_a_pipe_in_place_of_the_lock_does_not_hang(path: Path) -> None:
    os.mkfifo(lock_of(path))
    assert Project.open(path).locked_by == "another process"


def test_without_a_lock_nothing_is_written(path: Path) -> None:
    project = Project.open(path, lock=False)
    assert (project.read_only, project.locked_by) == (True, None)
    assert not lock_of(path).exists()


def test_a_folder_that_takes_no_lock_opens_read_only(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lock, "_create", refuse)
    project = Project.open(path)
    assert (project.read_only, project.locked_by) == (True, None)


def test_a_forgotten_project_gives_its_lock_back(path: Path) -> None:
    project = Project.open(path)
    del project
    assert not lock_of(path).exists()


def test_only_our_own_lock_is_released(path: Path) -> None:
    project = Project.open(path)
    lock_of(path).write_bytes(b"another")
    project.close()
    assert lock_of(path).read_bytes() == b"another"
