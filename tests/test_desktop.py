"""The desktop's files: where they go, that a second time changes nothing, and taking them away."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from click.testing import CliRunner
from PySide6.QtCore import QByteArray, QMimeDatabase
from PySide6.QtSvg import QSvgRenderer

from spurview.cli import desktop
from spurview.cli.app import cli
from spurview.core.errors import InputError
from spurview.project.header import MAGIC

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="desktops on Linux alone")
SHARED_MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def run(*arguments: str) -> list[str]:
    result = CliRunner().invoke(cli, ["install-desktop", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output.splitlines()


def files(folder: Path) -> set[str]:
    """Ours and any other; without what update-mime-database makes of them."""
    found = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
    return {f for f in found if not f.startswith("mime/") or "packages" in f}


def entry(folder: Path) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(folder / "applications/spurview.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def test_files_lie_where_the_desktop_looks_for_them(folder: Path) -> None:
    assert len(run()) == 4
    assert files(folder) == {
        "applications/spurview.desktop",
        "icons/hicolor/scalable/apps/spurview.svg",
        "icons/hicolor/scalable/mimetypes/application-x-spurview.svg",
        "mime/packages/spurview.xml",
    }


def test_a_second_time_changes_nothing(folder: Path) -> None:
    run()
    before = {name: (folder / name).stat().st_mtime_ns for name in files(folder)}
    assert run() == ["All of it is installed already."]
    assert {name: (folder / name).stat().st_mtime_ns for name in files(folder)} == before


def test_only_what_differs_is_written_again(folder: Path) -> None:
    run()
    (folder / "icons/hicolor/scalable/apps/spurview.svg").write_text("old")
    (line,) = run()
    assert line.endswith("apps/spurview.svg")


def test_uninstalling_removes_ours_and_nothing_else(folder: Path) -> None:
    run()
    other = folder / "applications" / "other.desktop"
    other.write_text("[Desktop Entry]\n")
    run("--uninstall")
    assert files(folder) == {"applications/other.desktop"}
    assert run("--uninstall") == ["Nothing is installed."]


def test_the_entry_starts_this_spurview_with_the_file(folder: Path) -> None:
    run()
    words = shlex.split(entry(folder)["Exec"])
    assert [*desktop.command_line(), "%f"] == words
    assert Path(words[0]).is_file()
    assert entry(folder)["MimeType"] == "application/x-spurview;"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (["/opt/my tools/spurview"], '"/opt/my tools/spurview"'),
        (["/a", "100%"], '"/a" "100%%"'),
        (['/a"b'], r'"/a\\"b"'),
        (["/a$b`c"], r'"/a\\$b\\`c"'),
        (["/a\\b"], r'"/a\\\\b"'),
    ],
)
def test_odd_paths_are_quoted_as_the_desktop_reads_them(command: list[str], line: str) -> None:
    assert desktop.exec_line(command) == line


def test_the_file_type_knows_name_and_first_bytes(folder: Path) -> None:
    run()
    tree = ElementTree.parse(folder / "mime/packages/spurview.xml").getroot()
    (kind,) = tree.findall(f"{SHARED_MIME}mime-type")
    assert kind.get("type") == "application/x-spurview"
    glob, match = kind.find(f"{SHARED_MIME}glob"), kind.find(f".//{SHARED_MIME}match")
    assert glob is not None
    assert match is not None
    assert glob.get("pattern") == "*.spurview"
    assert match.get("value", "").encode().decode("unicode_escape").encode("latin-1") == MAGIC


@pytest.mark.skipif(not shutil.which("update-mime-database"), reason="no update-mime-database")
def test_qt_takes_a_project_for_what_it_is(folder: Path, tmp_path: Path) -> None:
    run()
    # In a process of its own: Qt reads the database once.
    (tmp_path / "a.spurview").write_bytes(MAGIC)
    code = (
        "from PySide6.QtCore import QMimeDatabase as D; import sys;"
        "print(D().mimeTypeForFile(sys.argv[1]).name())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.spurview")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "application/x-spurview"
    assert QMimeDatabase().mimeTypeForName("text/plain").isValid()


@pytest.mark.parametrize("name", ["spurview.svg", "spurview-file.svg"])
def test_icons_are_pictures(name: str) -> None:
    assert QSvgRenderer(QByteArray(desktop._content(name, []))).isValid()


def test_a_relative_data_home_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert desktop.data_folder() == Path.home() / ".local" / "share"


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(folder: Path) -> None:
    folder.mkdir()
    (folder / "applications").write_text("a file")
    with pytest.raises(InputError, match=r"spurview\.desktop cannot be written: "):
        CliRunner().invoke(cli, ["install-desktop"], catch_exceptions=False)


def test_other_systems_are_told_so(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(InputError, match="desktops on Linux"):
        CliRunner().invoke(cli, ["install-desktop"], catch_exceptions=False)
    assert not folder.exists()
