"""Opens hostile or damaged files: ``python -m tests.project.refusing WHAT FOLDER COUNT SEED``.

WHAT is corpus, mutations or damages. Prints JSON: what went wrong, and the largest memory used.
A crash, a hang or an error that is not ours would end this process or be counted.
"""

from __future__ import annotations

import json
import os
import random
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py

from spurview.core.errors import ProjectError
from spurview.project import foreign
from spurview.project.store import Project
from tests import constructed
from tests.project import forked, hostile
from tests.project.conftest import sign

ADDRESS_SPACE = 3 << 30


def corpus(folder: Path, count: int, seed: int) -> dict[str, object]:
    """Every hostile file, opened: which were let in, and what is said of the others."""
    good = _good(folder)
    answers = {}
    for name, build in _builders(good).items():
        path = folder / "x.spurview"
        _clear(path)
        path.write_bytes(good)
        build(path)
        answers[name] = _open(path)
    return {"let_in": [name for name, said in answers.items() if not said], "said": answers}


def _builders(good: bytes) -> dict[str, Callable[[Path], object]]:
    changed = {name: _altering(change) for name, change in hostile.HOSTILE.items()}
    return changed | hostile.FORGED | hostile.STRANGE


def _altering(change: hostile.Change) -> Callable[[Path], object]:
    def build(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            change(file)
        sign(path)

    return build


def mutations(folder: Path, count: int, seed: int) -> dict[str, object]:
    """Random changes of the bytes, two of three signed again, opened and read to the end."""
    good, chance = _good(folder), random.Random(seed)
    metadata = [place for place in range(512, len(good)) if not _is_data(folder, place)]
    path, opened = folder / "x.spurview", 0
    for index in range(count):
        data = bytearray(good)
        for _ in range(chance.choice((1, 1, 2, 4))):
            _mutate(data, metadata, chance)
        path.write_bytes(data)
        if index % 3:
            sign(path)
        opened += not _open(path)
    return {"opened": opened}


def damages(folder: Path, count: int, seed: int) -> dict[str, object]:
    """Random damages; none may get as far as HDF5."""

    def refuse(*arguments: object) -> None:
        raise AssertionError("HDF5 was asked")

    foreign.structure = refuse  # type: ignore[assignment]
    good, chance = _good(folder), random.Random(seed)
    path, missed = folder / "x.spurview", 0
    for _ in range(count):
        data = bytearray(good)
        while data == good:
            _damage(data, chance)
        path.write_bytes(data)
        missed += not _open(path)
    return {"missed": missed}


def _good(folder: Path) -> bytes:
    path = folder / "good.spurview"
    Project.create(path, constructed.info(), constructed.arrays()).close()
    return path.read_bytes()


def _clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


_extents: list[tuple[int, int]] = []


def _is_data(folder: Path, place: int) -> bool:
    if not _extents:
        project = Project.open(folder / "good.spurview", lock=False)
        large = [e for e in project._file.table.values() if e.nbytes > 256]
        _extents.extend((e.offset, e.offset + e.nbytes) for e in large)
    return any(start <= place < end for start, end in _extents)


def _mutate(data: bytearray, places: list[int], chance: random.Random) -> None:
    place = min(chance.choice(places), len(data) - 1)
    kind = chance.randrange(6)
    if kind == 0:
        data[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        data[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    elif kind == 2:
        value = chance.choice((0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1, len(data)))
        data[place : place + 8] = struct.pack("<Q", value)[: max(0, len(data) - place)]
    elif kind == 3:
        data[place : place + 64] = bytes(min(64, len(data) - place))
    elif kind == 4:
        other = min(chance.choice(places), len(data) - 1)
        data[place : place + 8], data[other : other + 8] = (
            data[other : other + 8],
            data[place : place + 8],
        )
    else:
        del data[chance.randrange(min(512, len(data) - 1), len(data)) :]


def _damage(data: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(data))
    kind = chance.randrange(4)
    if kind == 0:
        data[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        data[place : place + 4096] = bytes(min(4096, len(data) - place))
    elif kind == 2:
        del data[place:]
    else:
        data.extend(chance.randbytes(chance.randrange(1, 600)))


def _open(path: Path) -> str:
    """What is said of the file; empty when it was opened and could be read."""
    try:
        with Project.open(path, lock=False) as project:
            for _ in _pieces(project):
                pass
    except ProjectError as error:
        return f"{error} {error.details}".strip()
    return ""


def _pieces(project: Project) -> Iterator[object]:
    for name in project.names():
        yield project.read(name)
    yield project.keys()


def main(what: str, folder: Path, count: int, seed: int) -> dict[str, object]:
    """The answer of one of the three, with the sums over all children."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    if os.environ.get("REAL_CHILD") is None:
        forked.ask_forks()
    answer = {"corpus": corpus, "mutations": mutations, "damages": damages}[what](
        folder, count, seed
    )
    return answer | forked.tally | {"own_kib": _own_most_kib()}


def _own_most_kib() -> int:
    """The largest memory of this process, which `ru_maxrss` mixes up with its parent's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
