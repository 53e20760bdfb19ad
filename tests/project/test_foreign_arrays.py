"""HDF5 files of images from anywhere: what the child says of them, called in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from spurview.core.errors import DamagedError
from spurview.project import foreign, foreign_arrays
from spurview.project.structure import Refused

IMAGES = np.arange(4 * 3 * 3, dtype=np.uint8).reshape(4, 3, 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of four images with labels by number and names of classes."""
    path = tmp_path / "images.h5"
    with h5py.File(path, "w") as file:
        file["images"] = IMAGES
        file["labels"] = [0, 1, 0, 1]
        file["class_names"] = ["cat", "dog"]
    return path


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of the child would hold for all later tests."""
    monkeypatch.setattr(foreign_arrays, "limit_this_process", lambda: None)


def test_shape_and_lists_are_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    foreign_arrays.main([str(path), "table"])
    assert json.loads(capsys.readouterr().out) == {
        "shape": [4, 3, 3],
        "dtype": "|u1",
        "labels": [0, 1, 0, 1],
        "class_names": ["cat", "dog"],
    }


def test_rows_are_their_bytes(path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    foreign_arrays.main([str(path), "rows", "1", "3"])
    assert capfdbinary.readouterr().out == IMAGES[1:3].tobytes()


def test_rows_that_are_not_there_end_the_child(path: Path) -> None:
    with pytest.raises(SystemExit, match="does not hold these images any more"):
        foreign_arrays.main([str(path), "rows", "2", "9"])


@pytest.mark.parametrize("content", [b"", b"no HDF5 at all" * 99])
def test_what_is_no_hdf5_is_a_problem(
    path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_bytes(content)
    foreign_arrays.main([str(path), "table"])
    assert "Error" in json.loads(capsys.readouterr().out)["problem"]


def replaced(name: str, value: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[name]
        file[name] = value

    return change


def virtual(file: h5py.File) -> None:
    del file["images"]
    layout = h5py.VirtualLayout((4, 3, 3), np.uint8)
    layout[:] = h5py.VirtualSource("other.h5", "images", (4, 3, 3))
    file.create_virtual_dataset("images", layout)


def external(file: h5py.File) -> None:
    del file["images"]
    file.create_dataset("images", (36,), np.uint8, external=[("/etc/passwd", 0, 36)])


def scale_offset(file: h5py.File) -> None:
    del file["images"]
    file.create_dataset("images", data=IMAGES, chunks=(1, 3, 3), scaleoffset=0)


def group(file: h5py.File) -> None:
    del file["images"]
    file.create_group("images")


STRANGE = {
    "it has no dataset 'images'": lambda file: file.pop("images"),
    "not numbers": replaced("images", ["a", "b"]),
    "is a soft or external link": replaced("images", h5py.ExternalLink("x.h5", "/images")),
    "is no dataset": group,
    "put together from other files": virtual,
    "is stored in another file": external,
    "a filter that is not read": scale_offset,
    "labels is no list": replaced("labels", IMAGES),
    "neither whole numbers nor text": replaced("labels", [0.5, 1.5]),
}


@pytest.mark.parametrize("reason", STRANGE)
def test_strange_files_are_refused(path: Path, reason: str) -> None:
    with h5py.File(path, "r+") as file:
        STRANGE[reason](file)
    with pytest.raises(Refused, match=reason):
        foreign_arrays.table(str(path))


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        (b"{}x", "could not be looked into"),
        (b'{"problem":"odd"}', "cannot be used: odd"),
        (b'{"shape":[2],"dtype":"|S9"}', "its images are no numbers"),
        (b'{"shape":[-2],"dtype":"<f4"}', "its images are no numbers"),
    ],
)
def test_what_the_child_says_is_checked(
    path: Path, printed: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreign, "_run_child", lambda *arguments: printed)
    with pytest.raises(DamagedError, match=words):
        foreign.image_arrays(path)


def test_the_real_child_is_asked(path: Path) -> None:
    assert foreign.image_arrays(path).shape == (4, 3, 3)
    assert foreign.image_rows(path, 0, 2) == IMAGES[:2].tobytes()
    with pytest.raises(DamagedError, match=r"images\.h5 is damaged: it does not hold"):
        foreign.image_rows(path, 3, 99)
