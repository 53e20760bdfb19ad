"""The package as it is installed: its list of packages, its data, its digits from a wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import spurview

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def metadata() -> dict[str, dict[str, object]]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_installed(metadata: dict) -> None:
    listed = set(metadata["tool"]["setuptools"]["packages"]) - {"spurview.resources"}
    found = {
        ".".join(file.parent.relative_to(REPOSITORY).parts)
        for file in (REPOSITORY / "spurview").rglob("__init__.py")
    }
    assert listed == found


def test_version_is_in_one_place(metadata: dict) -> None:
    assert "version" in metadata["project"]["dynamic"]
    assert spurview.__version__.count(".") == 2


def test_digits_load_from_a_wheel(tmp_path: Path) -> None:
    """From the unpacked wheel, in another folder, with the checkout out of reach."""
    # Built from a copy: building leaves a folder behind, which later wheels would take files from.
    source = tmp_path / "source"
    for name in ("spurview", "resources"):
        shutil.copytree(
            REPOSITORY / name, source / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source / name)
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--no-index", "--wheel-dir", tmp_path, source],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("spurview-*.whl")
    unpacked, elsewhere = tmp_path / "unpacked", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(unpacked)
    elsewhere.mkdir()
    code = (
        f"import sys; sys.path.insert(0, {str(unpacked)!r}); import spurview;"
        "from spurview.sources import load_digits;"
        "print(spurview.__file__, load_digits()[0].shape)"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.startswith(str(unpacked))
    assert "(10000, 28, 28, 1)" in ran.stdout
