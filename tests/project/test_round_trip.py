from __future__ import annotations

import os
import stat
from pathlib import Path

import h5py
import numpy as np
import pytest

from spurview.core.arrays import Array
from spurview.core.errors import InputError, SaveError
from spurview.project.model import HistoryEvent
from spurview.project.store import Project
from tests import constructed

from .conftest import files_in, run_python

pytestmark = pytest.mark.usefixtures("quick_opening")

EVENT = HistoryEvent(time="2026-01-02T03:04:05Z", what="images read", spurview="0.1.0")


def same(read: Array, written: Array) -> bool:
    alike = read.dtype == written.dtype and read.shape == written.shape
    return alike and np.array_equal(read, written)


def test_every_array_comes_back(path: Path) -> None:
    arrays = constructed.arrays()
    project = Project.open(path)
    assert project.names() == sorted(arrays)
    assert all(same(project.read(name), array) for name, array in arrays.items())
    assert all(project.shape(name) == array.shape for name, array in arrays.items())


def test_info_and_history_come_back(tmp_path: Path) -> None:
    path = tmp_path / "x.spurview"
    Project.create(path, constructed.info(), {}, history=[EVENT]).close()
    project = Project.open(path)
    assert (project.info, project.history) == (constructed.info(), [EVENT])
    assert (project.verdicts, project.names(), project.verified) == ({}, [], True)


@pytest.mark.parametrize(
    "array",
    [
        np.array(7, np.int64),
        np.zeros((0, 5), np.float32),
        np.zeros((3, 0, 2), np.float32),
        np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(2, 0, 1),
        np.arange(6, dtype=">f4").reshape(2, 3),
    ],
    ids=["0-d", "no rows", "empty rows", "not contiguous", "big-endian"],
)
def test_odd_weights_come_back(tmp_path: Path, array: Array) -> None:
    path = tmp_path / "x.spurview"
    name = "/classifier/weights/Block_1.0.num-batches.N"
    Project.create(path, constructed.info(), {name: array}).close()
    assert same(Project.open(path).read(name), array.astype(array.dtype.newbyteorder("<")))


def test_the_file_is_ordinary_hdf5(path: Path) -> None:
    with h5py.File(path) as file:
        assert same(file["images/pixels"][()], constructed.arrays()["/images/pixels"])
        assert file.userblock_size == 512


def test_create_leaves_one_file_with_the_usual_permissions(path: Path, tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    assert files_in(tmp_path) == ["usual", "x.spurview"]


def test_create_never_overwrites(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"x\.spurview exists already: choose another name\."):
        Project.create(path, constructed.info(), {})
    assert path.read_bytes() == before


def test_create_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="the folder nowhere does not exist"):
        Project.create(tmp_path / "nowhere" / "x.spurview", constructed.info(), {})


@pytest.mark.parametrize(
    ("name", "array", "reason"),
    [
        ("/pictures", np.zeros(3, np.uint8), "is no name of the format"),
        ("/images/role", np.zeros(300, np.int64), "has type <i8, not |u1"),
        ("/images/role", np.zeros((300, 1), np.uint8), r"has shape \(300, 1\), not \(N\)"),
        ("/settings", np.zeros(3, np.uint8), "/settings is not an array"),
        ("/classifier/weights/../x", np.zeros(3, np.float32), "is no name of the format"),
    ],
)
def test_what_the_format_lacks_is_refused(
    tmp_path: Path, name: str, array: Array, reason: str
) -> None:
    with pytest.raises(SaveError, match=reason):
        Project.create(tmp_path / "x.spurview", constructed.info(), {name: array})
    assert files_in(tmp_path) == []


def test_arrays_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    arrays = constructed.arrays() | {"/images/role": np.zeros(299, np.uint8)}
    with pytest.raises(SaveError, match="do not belong together") as caught:
        Project.create(tmp_path / "x.spurview", constructed.info(), arrays)
    assert caught.value.details.startswith("/images/role has 299 for N, /images/pixels has 300.")


def test_keys_keep_bytes_that_are_not_utf8_apart(tmp_path: Path) -> None:
    keys = ["pool/é.png".encode(), b"pool/\xe9.png", b"pool/%E9.png", b""]
    arrays = {
        "/images/keys": np.frombuffer(b"".join(keys), np.uint8),
        "/images/keys_end": np.cumsum([len(key) for key in keys]),
    }
    project = Project.create(tmp_path / "x.spurview", constructed.info(), arrays)
    assert project.keys() == ["pool/é.png", "pool/%E9.png", "pool/%25E9.png", ""]


def test_opening_and_reading_load_no_hdf5(path: Path) -> None:
    code = (
        "import sys; from spurview.project.store import Project; p = Project.open(sys.argv[1]);"
        "p.read('/images/pixels'); p.read_rows('/latents', [3, 1]); p.keys(); p.close();"
        "print([m for m in ('h5py', 'torch', 'PySide6') if m in sys.modules])"
    )
    assert run_python(code, path) == "[]"


def test_a_name_with_odd_bytes_and_a_link_work(tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path / "-x ") + b"\xe9\n.spurview"))
    Project.create(path, constructed.info(), {}).close()
    link = tmp_path / "link"
    link.symlink_to(path)
    with Project.open(link) as project:
        project.save()
        assert project.path == path
    assert link.is_symlink()
    assert project.work_dir == tmp_path / f".{path.name}.work"
