from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import h5py
import msgspec
import numpy as np
import pytest

from spurview.core.errors import (
    DamagedError,
    NewerFormatError,
    NotAProjectError,
    ProjectError,
)
from spurview.project import foreign
from spurview.project.header import Header, digest_of
from spurview.project.store import Project

from .conftest import alter, overwrite, sign


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"^x\.spurview does not exist\.$"):
        Project.open(tmp_path / "x.spurview")


@pytest.mark.parametrize("text", [b"", b"hello", b"hello" * 1000])
def test_a_text_file_is_no_project(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "x.spurview"
    path.write_bytes(text)
    message = r"^x\.spurview is not a spurview project: open a file made by spurview\.$"
    with pytest.raises(NotAProjectError, match=message):
        Project.open(path)


def test_other_hdf5_is_no_project(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["images"] = np.zeros(3)
    with pytest.raises(NotAProjectError, match=r"x\.h5 is not a spurview project"):
        Project.open(tmp_path / "x.h5")


def test_a_folder_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(NotAProjectError, match="is not a spurview project"):
        Project.open(tmp_path)


@pytest.mark.timeout(20)
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.spurview")
    with pytest.raises(NotAProjectError, match=r"x\.spurview is not a spurview project"):
        Project.open(tmp_path / "x.spurview")


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.spurview"
    path.symlink_to(path)
    with pytest.raises(ProjectError, match=r"x\.spurview cannot be opened"):
        Project.open(path)


@pytest.mark.parametrize("size", [100, 600, 50_000])
def test_a_truncated_file_says_how_much_is_left(path: Path, size: int) -> None:
    os.truncate(path, size)
    with pytest.raises(DamagedError, match=r"x\.spurview was cut short \(\d+ of \d+ (kB|bytes)\)"):
        Project.open(path)


def test_a_file_cut_short_by_little_says_how_much_is_missing(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 50)
    with pytest.raises(DamagedError, match=r"x\.spurview was cut short \(50 bytes are missing\)"):
        Project.open(path)


def test_appended_bytes_are_damage(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(DamagedError, match=r"x\.spurview is damaged: open the backup"):
        Project.open(path)


def test_any_flipped_byte_is_damage(path: Path) -> None:
    whole = path.read_bytes()
    for place in np.random.default_rng(0).integers(12, len(whole), 200):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(DamagedError, match=r"x\.spurview (is damaged|was cut short)"):
            Project.open(path)


def test_a_newer_format_names_both_versions(path: Path) -> None:
    with path.open("r+b") as file:
        digest = digest_of(file.fileno(), path)
        file.write(Header(path.stat().st_size, digest, version=2).packed())
    with pytest.raises(NewerFormatError, match=r"has format 2, and spurview \S+ reads format 1"):
        Project.open(path)


def _chunked(file: h5py.File) -> None:
    del file["latents"]
    file.create_dataset("latents", data=np.zeros((300, 4), np.float32), chunks=(10, 4))


def _compressed(file: h5py.File) -> None:
    del file["latents"]
    file.create_dataset("latents", data=np.zeros((300, 4), np.float32), compression="gzip")


def _outside(file: h5py.File) -> None:
    del file["latents"]
    file.create_dataset("latents", (300, 4), "<f4", external=[("/etc/passwd", 0, 4800)])


def _virtual(file: h5py.File) -> None:
    del file["latents"]
    layout = h5py.VirtualLayout((300, 4), "<f4")
    layout[:] = h5py.VirtualSource(".", "latents", (300, 4))
    file.create_virtual_dataset("latents", layout)


def _unstored(file: h5py.File) -> None:
    del file["latents"]
    file.create_dataset("latents", (300, 4096), "<f4")


def _scalar_text(file: h5py.File) -> None:
    del file["settings"]
    file["settings"] = "{}"


def _links(file: h5py.File, name: str, link: object) -> None:
    del file["latents"]
    file[name] = link


def _attribute(file: h5py.File, name: str) -> None:
    file[name].attrs["note"] = np.zeros(3)


HOSTILE: dict[str, tuple[Callable[[h5py.File], object], str]] = {
    "chunked": (_chunked, "not contiguous"),
    "compressed": (_compressed, "not contiguous"),
    "external storage": (_outside, "stored in another file"),
    "virtual": (_virtual, "not contiguous"),
    "nothing stored": (_unstored, "storage size"),
    "text": (_scalar_text, "/settings: data type"),
    "soft link": (
        lambda f: _links(f, "latents", h5py.SoftLink("/images/role")),
        "soft or external link",
    ),
    "external link": (
        lambda f: _links(f, "latents", h5py.ExternalLink("/etc/passwd", "/")),
        "soft or external link",
    ),
    "two names": (lambda f: _links(f, "latents", f["images/role"]), "2 hard links"),
    "cycle": (lambda f: _links(f, "images/pool", f["/"]), "hard links"),
    "committed type": (lambda f: _links(f, "latents", np.dtype("<f4")), "a strange object"),
    "attribute of root": (lambda f: _attribute(f, "/"), "/ has attributes"),
    "attribute of group": (lambda f: _attribute(f, "images"), "'/images': attributes"),
    "attribute of data": (lambda f: _attribute(f, "latents"), "'/latents': attributes"),
    "unknown name": (lambda f: f.create_dataset("run_me", data=1), "no name of the format"),
    "unknown group": (lambda f: f.create_group("plugins"), "'/plugins': a group"),
    "odd name": (lambda f: f.create_dataset("a\n\u202eb", data=1), "no name of the format"),
    "big-endian": (
        lambda f: f.create_dataset("classifier/weights/x", data=np.zeros(3, ">f4")),
        "data type",
    ),
    "references": (
        lambda f: f.create_dataset("classifier/weights/x", (3,), h5py.ref_dtype),
        "data type",
    ),
    "null space": (
        lambda f: f.create_dataset("classifier/weights/x", data=h5py.Empty("<f4")),
        "data space",
    ),
}


@pytest.mark.usefixtures("quick_opening")
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_structure_behind_a_fitting_header_is_refused(path: Path, kind: str) -> None:
    change, reason = HOSTILE[kind]
    alter(path, change)
    with pytest.raises(DamagedError, match=r"x\.spurview is damaged") as caught:
        Project.open(path)
    assert reason in caught.value.details


def test_random_bytes_behind_a_fitting_header_are_refused(path: Path) -> None:
    rng = np.random.default_rng(1)
    path.write_bytes(rng.bytes(5000))
    sign(path)
    with pytest.raises(DamagedError, match=r"x\.spurview is damaged"):
        Project.open(path)


@pytest.mark.usefixtures("quick_opening")
@pytest.mark.parametrize(
    "start", [b'{"a":1}  ', b"\xff\xfe", b"[" * 300, b'{"project_id":1e999}'], ids=range(4)
)
def test_settings_that_are_not_ours_are_refused(path: Path, start: bytes) -> None:
    with h5py.File(path) as file:
        size = file["settings"].shape[0]
    overwrite(path, "settings", np.frombuffer(start.ljust(size)[:size], np.uint8))
    with pytest.raises(DamagedError, match=r"x\.spurview is damaged") as caught:
        Project.open(path)
    assert caught.value.details.startswith("/settings: ")


def test_lengths_that_disagree_are_refused(path: Path) -> None:
    def shorten(file: h5py.File) -> None:
        del file["images/role"]
        file["images/role"] = np.zeros(299, np.uint8)

    alter(path, shorten)
    with pytest.raises(DamagedError, match=r"x\.spurview is damaged") as caught:
        Project.open(path)
    assert caught.value.details == "/images/role has 299 for N, /images/pixels has 300."


def _program(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put a program in the place of the checking child."""
    program = folder / "program.py"
    program.write_text(code)
    monkeypatch.setattr(foreign, "_CHECKER", program)


def test_a_crash_of_the_child_is_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(path.parent, monkeypatch, "import os; os.abort()")
    with pytest.raises(DamagedError, match=r"x\.spurview crashes HDF5 and was not opened"):
        Project.open(path)


def test_a_child_without_end_is_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(path.parent, monkeypatch, "while True: pass")
    monkeypatch.setattr(foreign, "TIMEOUT_S", 0.3)
    with pytest.raises(DamagedError, match="keeps HDF5 busy without end"):
        Project.open(path)


def test_a_child_that_cannot_start_is_no_damage(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(path.parent, monkeypatch, "import h6py")
    with pytest.raises(ProjectError, match="cannot be checked, as HDF5 does not start here") as e:
        Project.open(path)
    assert "h6py" in e.value.details


def _answer(path: Path, **table: object) -> str:
    status = path.stat()
    stamp = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]
    text = msgspec.json.encode({"stamp": stamp, "table": table}).decode()
    return f"print({text!r})"


@pytest.mark.parametrize(
    ("name", "entry", "reason"),
    [
        ("/latents", ("<f4", (300, 4), 512, 4801), "storage size"),
        ("/latents", ("<f4", (300, 4), 100, 4800), "data in the header"),
        ("/latents", ("<f4", (300, 4), 10**6, 4800), "beyond the end"),
        ("/latents", ("<f8", (300, 4), 512, 9600), "has type <f8"),
        ("/latents", ("<f4", (-300, -4), 512, 4800), "has shape"),
        ("/etc/passwd", ("|u1", (3,), 512, 3), "no name of the format"),
    ],
)
def test_what_the_child_says_is_checked_again(
    path: Path, name: str, entry: tuple[object, ...], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(path.parent, monkeypatch, _answer(path, **{name: entry}))
    with pytest.raises(DamagedError, match=r"x\.spurview is damaged") as caught:
        Project.open(path)
    assert reason in caught.value.details


def test_nonsense_from_the_child_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(path.parent, monkeypatch, "print('{}x')")
    with pytest.raises(DamagedError, match=r"x\.spurview is damaged"):
        Project.open(path)


def test_a_file_swapped_under_the_child_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(path.parent, monkeypatch, """print('{"stamp": [1, 2, 3, 4], "table": {}}')""")
    with pytest.raises(DamagedError, match="was changed while it was being opened"):
        Project.open(path)
