"""The package as it is built and installed: what a wheel and an sdist hold, and what runs of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import spurview

REPOSITORY = Path(__file__).parents[1]
DATA = (
    "digits.npz", "digits.md", "icons/LICENSE", "icons/image.svg",
    "desktop/spurview.desktop", "desktop/spurview.svg", "desktop/spurview.xml",
)  # fmt: skip
BUILD_SDIST = (
    "from setuptools import build_meta as b; import sys; print(b.build_sdist(sys.argv[1]))"
)


@pytest.fixture(scope="module")
def metadata() -> dict:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def run(command: list[object], folder: Path, **changes: str) -> str:
    """What the command printed, run in `folder` with the checkout out of reach."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DISPLAY")}
    ran = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment | changes,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def built_wheel(source: Path, folder: Path) -> Path:
    folder.mkdir()
    run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--no-index", "--wheel-dir", folder, source],
        folder,
    )  # fmt: skip
    (wheel,) = folder.glob("spurview-*.whl")
    return wheel


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: building leaves a folder behind, which later wheels would take files from."""
    source = tmp_path_factory.mktemp("package") / "source"
    ignored = shutil.ignore_patterns("__pycache__", "*.png")
    for name in ("spurview", "resources", "docs"):
        shutil.copytree(REPOSITORY / name, source / name, ignore=ignored)
    for file in REPOSITORY.iterdir():
        if file.suffix in (".toml", ".md", ".in", ".txt") or file.name == "LICENSE":
            shutil.copy(file, source / file.name)
    return source


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    return built_wheel(source, source.parent / "wheel")


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


def test_the_wheel_has_every_module_and_all_data(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    modules = (REPOSITORY / "spurview").rglob("*.py")
    assert {str(file.relative_to(REPOSITORY)) for file in modules} <= inside
    assert {f"spurview/resources/{name}" for name in DATA} | {"spurview/py.typed"} <= inside
    licences = {name.partition("/licenses/")[2] for name in inside if "/licenses/" in name}
    assert licences == {"LICENSE", "resources/icons/LICENSE", "resources/digits.md"}


def test_digits_load_from_a_wheel(wheel: Path, tmp_path: Path) -> None:
    """From the unpacked wheel, in another folder, with the checkout out of reach."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "unpacked")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'unpacked')!r}); import spurview;"
        "from spurview.sources import load_digits;"
        "print(spurview.__file__, load_digits()[0].shape)"
    )
    told = run([sys.executable, "-P", "-c", code], tmp_path)
    assert told.startswith(str(tmp_path / "unpacked"))
    assert "(10000, 28, 28, 1)" in told


@pytest.mark.slow
def test_a_wheel_made_from_the_sdist_is_the_same(source: Path, wheel: Path, tmp_path: Path) -> None:
    name = run([sys.executable, "-c", BUILD_SDIST, tmp_path], source).split()[-1]
    with tarfile.open(tmp_path / name) as packed:
        packed.extractall(tmp_path, filter="data")
        names = {member.name.partition("/")[2] for member in packed}
    assert {"README.md", "CHANGELOG.md", "docs/FORMAT.md", "LICENSE"} <= names
    again = built_wheel(tmp_path / name.removesuffix(".tar.gz"), tmp_path / "again")
    # The record of the wheel itself lists the others with their digests.
    (ours,), (theirs,) = (
        [z.read(n) for n in z.namelist() if n.endswith("/RECORD")]
        for z in (zipfile.ZipFile(wheel), zipfile.ZipFile(again))
    )
    assert sorted(ours.splitlines()) == sorted(theirs.splitlines())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's folder of programs, spurview installed from the wheel.

    What spurview needs is taken from here, so that nothing is downloaded; our own spurview is not.
    """
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder / "env", with_pip=False)
    programs = folder / "env" / "bin"
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    # A folder named so is searched, but the .pth files in it are not read: no editable spurview.
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"))
    run(
        [sys.executable, "-m", "pip", "--python", programs / "python", "install", "--quiet",
         "--no-deps", "--no-index", wheel],
        folder,
    )  # fmt: skip
    return programs


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="programs lie elsewhere")
@pytest.mark.timeout(3600)
def test_the_demo_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = run([installed / "python", "-c", "import spurview; print(spurview.__file__)"], tmp_path)
    assert str(installed.parent) in where
    home = {"HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    told = run([installed / "spurview", "demo", "--no-window"], tmp_path, **home)
    assert "ALARM" in told or "alarm" in told
    assert "spurview-demo/demo.spurview is whole" in run(
        [installed / "spurview", "check", "spurview-demo/demo.spurview"], tmp_path, **home
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="desktops on Linux alone")
def test_what_is_installed_knows_its_icons_and_where_samples_are(
    installed: Path, tmp_path: Path
) -> None:
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    assert "are not installed with it" in run([installed / "spurview", "samples"], tmp_path, **home)
    run([installed / "spurview", "install-desktop"], tmp_path, **home)
    entry = (tmp_path / "data/applications/spurview.desktop").read_text()
    assert f'Exec="{installed / "spurview"}" %f' in entry
    code = (
        "from PySide6.QtWidgets import QApplication; a = QApplication([]);"
        "from PySide6.QtGui import QColor; from spurview.ui import icons;"
        "print(icons.pixmap('scan-eye', QColor(1, 2, 3)).isNull())"
    )
    home["QT_QPA_PLATFORM"] = "offscreen"
    assert run([installed / "python", "-c", code], tmp_path, **home).strip() == "False"
