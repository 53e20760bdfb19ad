"""A project file in a fresh folder, and ways to damage one on purpose."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from spurview.project.header import Header, digest_of
from spurview.project.store import Project
from tests import constructed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A saved, closed project."""
    path = tmp_path / "x.spurview"
    Project.create(path, constructed.info(), constructed.arrays()).close()
    return path


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project just made and still open, which is quicker than opening one."""
    path = tmp_path / "x.spurview"
    with Project.create(path, constructed.info(), constructed.arrays()) as project:
        yield project


def sign(path: Path) -> None:
    """Make the header fit the file again, as an attacker would."""
    with path.open("r+b") as file:
        length = os.fstat(file.fileno()).st_size
        file.write(Header(length, digest_of(file.fileno(), path)).packed())


def alter(path: Path, change: Callable[[h5py.File], object]) -> None:
    """Change the HDF5 inside a project with the ordinary library, and sign it."""
    with h5py.File(path, "r+") as file:
        change(file)
    sign(path)


def overwrite(path: Path, name: str, values: object) -> None:
    """Replace the values of one dataset in place, and sign the file."""

    def change(file: h5py.File) -> None:
        file[name][...] = np.asarray(values)

    alter(path, change)


def run_python(code: str, *arguments: object) -> str:
    """What a new interpreter prints for `code`, run in the repository; it must end well."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def files_in(folder: Path) -> list[str]:
    """The names of all that stands in `folder`."""
    return sorted(entry.name for entry in folder.iterdir())
