"""Saves that are killed, run out of room, or meet one failing call: the old or the new project."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spurview.core.errors import ProjectError, SaveError
from spurview.project.header import digest_of, read_header
from spurview.project.model import Verdict
from spurview.project.store import Project
from tests import constructed

from .conftest import ROOT, files_in, run_python

NOTE = {"1-aaaaaaaa": Verdict(class_name="b", note="kept", members=[60])}
CALLS = (
    "open",
    "close",
    "stat",
    "fstat",
    "truncate",
    "posix_fallocate",
    "pwrite",
    "preadv",
    "fsync",
    "fchmod",
    "link",
    "replace",
    "unlink",
)
EXPECTED = {"x.spurview", "x.spurview~", "x.spurview.lock"}


def killed(folder: Path, kills: int, seed: int) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.project.killed_saves", folder, kills, seed]
    done = subprocess.run(
        list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_unharmed(counts: dict[str, int], kills: int) -> None:
    assert counts.pop("kills") == kills
    assert counts.pop("inside") > kills // 4
    assert counts == {"unreadable": 0, "lost": 0, "read_only": 0, "leftovers": 0}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_project(tmp_path: Path) -> None:
    assert_unharmed(killed(tmp_path, 20, seed=0), 20)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_thousand_kills_harm_nothing(tmp_path: Path) -> None:
    assert_unharmed(killed(tmp_path, 1000, seed=1), 1000)


SWEEP = """
import os, resource, sys
from pathlib import Path
from spurview.core.errors import SaveError
from spurview.project.store import Project

path, reserves = Path(sys.argv[1]), sys.argv[2] == "reserves"
if not reserves:
    def cannot(*arguments):
        raise OSError(95, "Operation not supported")
    os.posix_fallocate = cannot
before = path.read_bytes()
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
failed = 0
with Project.open(path) as project:
    names = {"x.spurview", "x.spurview~", "x.spurview.lock"}
    for point in range(100):
        limit = len(before) * point // 100 + 40
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            project.save()
        except SaveError as error:
            assert str(error).startswith("x.spurview was not saved, "), str(error)
            failed += 1
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert path.read_bytes() == before
        assert set(os.listdir(path.parent)) <= names, os.listdir(path.parent)
    assert len(project.read("/images/pixels")) == 300
    project.save()
    assert project.info.revision == 2 and project.verify()
print(failed)
"""


@pytest.mark.parametrize("space", ["reserves", "cannot reserve"])
def test_a_hundred_points_without_room_leave_the_old_project(path: Path, space: str) -> None:
    assert run_python(SWEEP, path, space) == "100"


class Failing:
    """The real call, but for one that fails; counts them."""

    def __init__(self, real: Callable[..., Any], fails_at: int) -> None:
        self.real, self.fails_at, self.count = real, fails_at, 0

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.count += 1
        if self.count == self.fails_at:
            raise OSError(errno.EIO, "Input/output error")
        return self.real(*arguments, **options)


def save_with_failure(project: Project, call: str, at: int, patch: pytest.MonkeyPatch) -> int:
    """Save while the `at`-th `call` fails; gives how many there were."""
    failing = Failing(getattr(os, call), at)
    before, revision = project.path.read_bytes(), project.info.revision
    with patch.context() as context:
        context.setattr(os, call, failing)
        try:
            project.save(verdicts=NOTE)
        except ProjectError:
            context.undo()
            is_as_before = project.path.read_bytes() == before
            assert (is_as_before, project.info.revision) == (True, revision)
    assert_whole(project.path)
    return failing.count


def assert_whole(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        assert read_header(fd, path).digest == digest_of(fd, path)
    finally:
        os.close(fd)


@pytest.mark.parametrize("call", CALLS)
def test_each_failing_call_leaves_an_open_unharmed_project(
    project: Project, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, count = 1, 1
    while at <= count:
        project._backup_kept = False
        count = save_with_failure(project, call, at, monkeypatch)
        if call != "unlink":
            assert set(files_in(project.path.parent)) <= EXPECTED
        at += 1
    project.save(verdicts=NOTE)
    assert project.verify()
    assert np.array_equal(project.read("/latents"), constructed.arrays()["/latents"])


def test_no_memory_leaves_the_old_project(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.path
    before = path.read_bytes()

    def no_memory(*arguments: object) -> int:
        raise MemoryError

    with monkeypatch.context() as context:
        context.setattr(os, "pwrite", no_memory)
        with pytest.raises(MemoryError):
            project.save()
    assert path.read_bytes() == before
    assert set(files_in(path.parent)) <= EXPECTED
    project.save(verdicts=NOTE)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs another user's files")
def test_without_permission_it_opens_read_only_and_saves_elsewhere(path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from spurview.core.errors import SaveError
from spurview.project.store import Project
import h5py
path, elsewhere = Path(sys.argv[1]), Path(sys.argv[2])
elsewhere.mkdir()
os.chmod(elsewhere, 0o777)
fd = os.open(path.parent, os.O_RDONLY)
os.chmod(path.parent, 0o755)
project = Project.open(path)
project.close()
os.fchdir(fd)
os.setresuid(65534, 65534, 65534)
for target in (None, path.with_name("y.spurview")):
    try:
        project.save(path=target)
    except SaveError as error:
        print(error)
"""
    said = run_python(code, path, path.parent / "elsewhere").splitlines()
    assert said[0] == "x.spurview is open read-only: save it under another name."
    assert said[1].startswith("y.spurview was not saved, the folder ")
    assert said[1].endswith("cannot be written to: save it in another folder.")
    assert files_in(path.parent) == ["elsewhere", "x.spurview"]


def test_a_failed_save_can_be_done_elsewhere(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Project.open(path) as project:
        with monkeypatch.context() as context:
            context.setattr(os, "replace", Failing(os.replace, 2))
            with pytest.raises(SaveError, match="Input/output error: save it in another place"):
                project.save(verdicts=NOTE)
        project.save(verdicts=NOTE, path=path.with_name("y.spurview"))
    assert Project.open(path.with_name("y.spurview"), lock=False).verdicts == NOTE
    assert Project.open(path, lock=False).verdicts == {}
