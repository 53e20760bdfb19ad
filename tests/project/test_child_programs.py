"""The program that looks into structures, as a program: what it prints, whatever comes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from spurview.project import structure

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs limits")


def printed(path: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> dict:
    patch.setattr(structure, "limit_this_process", lambda: None)
    structure.main(str(path))
    return json.loads(capsys.readouterr().out)


def test_it_prints_the_table(path, capsys, monkeypatch) -> None:
    said = printed(path, capsys, monkeypatch)
    assert said["stamp"][2] == path.stat().st_size
    assert said["table"]["/images/pixels"][0] == "|u1"


def test_it_prints_what_hdf5_complains_of(path, capsys, monkeypatch) -> None:
    path.write_bytes(b"nothing" * 200)
    assert "Error" in printed(path, capsys, monkeypatch)["problem"]


def test_it_prints_why_it_refuses(path, capsys, monkeypatch) -> None:
    path.write_bytes(path.read_bytes()[512:])
    assert printed(path, capsys, monkeypatch)["problem"]


def test_it_limits_memory_time_and_files(monkeypatch) -> None:
    import resource

    limits = {}
    monkeypatch.setattr(resource, "setrlimit", lambda what, pair: limits.update({what: pair[0]}))
    structure.limit_this_process()
    assert limits[resource.RLIMIT_AS] == 1 << 30
    assert limits[resource.RLIMIT_CPU] == 20
    assert limits[resource.RLIMIT_FSIZE] == 0
