"""The command `compare`: what is new, gone and unchanged, as text and JSON; other pools."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from spurview.core.arrays import Array
from spurview.core.evidence import CandidateRecord
from spurview.project.store import Project
from tests import constructed
from tests.test_cli import assert_refused, spurview


def made(path: Path, changed: dict[str, Array]) -> Path:
    Project.create(path, constructed.info(), constructed.arrays() | changed).close()
    return path


def weak_one_in(class_index: int) -> dict[str, Array]:
    """The candidates, the weak one of class a in another class."""
    strong, weak = msgspec.json.decode(
        constructed.arrays()["/candidates/records"].tobytes(), type=list[CandidateRecord]
    )
    moved = msgspec.structs.replace(weak, class_index=class_index)
    return {"/candidates/records": constructed.as_json([strong, moved])}


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    """`old` and `new`: the alarm of class b in both, the weak one in a and then in c."""
    made(tmp_path / "old.spurview", {})
    made(tmp_path / "new.spurview", weak_one_in(2))
    return tmp_path


def test_a_table_tells_new_gone_and_unchanged(projects: Path) -> None:
    ran = spurview("compare", "old.spurview", "new.spurview", cwd=projects)
    assert ran.returncode == 0, ran.stderr
    told = ran.stdout.splitlines()
    assert told[0] == (
        "On the 240 images of the pool, new.spurview has 1 new, 1 gone and 1 unchanged "
        "beside old.spurview."
    )
    assert [line.split()[:2] for line in told[3:]] == [
        ["new", "c"],
        ["gone", "a"],
        ["unchanged", "b"],
    ]
    assert told[5].endswith("100 %")


def test_json_has_the_same_in_full(projects: Path) -> None:
    ran = spurview("compare", "old.spurview", "new.spurview", "--json", cwd=projects)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["first"], found["second"]) == ("old.spurview", "new.spurview")
    assert (found["common"], found["pools"]) == (240, [240, 240])
    new, gone, unchanged = found["findings"]
    assert (new["status"], new["class"], new["first"]) == ("new", "c", None)
    assert (gone["status"], gone["class"], gone["second"]) == ("gone", "a", None)
    assert unchanged["first"]["outcome"] == unchanged["second"]["outcome"] == "alarm"
    assert (unchanged["shared"], unchanged["second"]["members"]) == (1, 30)


def test_projects_of_other_pools_are_refused_in_one_sentence(projects: Path) -> None:
    arrays = constructed.arrays()
    keys = arrays["/images/keys"].tobytes().replace(b"pool/", b"rest/")
    other = {
        "/images/digest": 255 - arrays["/images/digest"],
        "/images/keys": np.frombuffer(keys, np.uint8).copy(),
    }
    made(projects / "other.spurview", other)
    ran = spurview("compare", "old.spurview", "other.spurview", cwd=projects)
    assert_refused(ran, "old.spurview", "other.spurview", "no image of the pool in common")
