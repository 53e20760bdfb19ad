"""Locks where the disk is full, the holder's number is nonsense or the system tells nothing."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import msgspec
import pytest

from spurview.core.errors import LockedError
from spurview.project import lock


def test_a_full_disk_leaves_no_empty_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            lock.acquire(tmp_path / "x.spurview")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="processes are not looked for here")
@pytest.mark.parametrize("pid", [2**70, 2**31 - 1])
def test_a_holder_that_cannot_be_a_process_is_taken_over(tmp_path: Path, pid: int) -> None:
    path = tmp_path / "x.spurview.lock"
    me = msgspec.structs.asdict(lock._this_process())
    path.write_text(json.dumps(me | {"pid": pid}))
    held = lock.acquire(tmp_path / "x.spurview")
    held.release()
    assert not path.exists()


def test_a_lock_just_being_written_is_respected(tmp_path: Path) -> None:
    (tmp_path / "x.spurview.lock").touch()
    with pytest.raises(LockedError, match="another process"):
        lock.acquire(tmp_path / "x.spurview")


def test_a_system_that_tells_nothing_has_locks_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(self: Path) -> str:
        raise OSError(errno.ENOENT, "No such file")

    monkeypatch.setattr(Path, "read_text", nothing)
    held = lock.acquire(tmp_path / "x.spurview")
    with pytest.raises(LockedError, match=f"pid {os.getpid()}"):
        lock.acquire(tmp_path / "x.spurview")
    held.release()
