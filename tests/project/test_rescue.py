from __future__ import annotations

import os
from pathlib import Path

import pytest

from spurview.core.errors import DamagedError, InputError, NotAProjectError
from spurview.project import rescue as rescuing
from spurview.project.checking import check
from spurview.project.model import Verdict
from spurview.project.rescue import outlook, rescue
from spurview.project.store import Project
from tests import constructed

from .conftest import files_in, overwrite

pytestmark = pytest.mark.usefixtures("quick_opening")

VERDICT = Verdict(class_name="b", verdict="spurious", members=[60])
LAST = "Values that were altered but make sense cannot be told from right ones."


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "new.spurview"


@pytest.fixture
def judged(path: Path) -> Path:
    """A saved project with a verdict."""
    with Project.open(path) as project:
        project._backup_kept = True
        project.save(verdicts={"1-aaaaaaaa": VERDICT})
    return path


def place_of(path: Path, name: str) -> tuple[int, int]:
    extent = Project.open(path, lock=False)._file.table[name]
    return extent.offset, extent.nbytes


def test_altered_pixels_cost_nothing_else(judged: Path, new: Path) -> None:
    offset, _ = place_of(judged, "/images/pixels")
    with judged.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 9)
    before = judged.read_bytes()
    assert rescue(judged, new) == [LAST]
    assert judged.read_bytes() == before
    with Project.open(new) as project:
        assert project.names() == sorted(constructed.arrays())
        assert project.verdicts == {"1-aaaaaaaa": VERDICT}
    assert check(new) == []
    assert files_in(new.parent) == ["new.spurview", "x.spurview"]


def test_a_tail_cut_off_behind_the_data_costs_nothing(judged: Path, new: Path) -> None:
    os.truncate(judged, judged.stat().st_size - 100)
    assert rescue(judged, new) == [LAST]
    with Project.open(new) as project:
        assert project.verdicts == {"1-aaaaaaaa": VERDICT}
        assert project.names() == sorted(constructed.arrays())
    assert check(new) == []


def test_values_without_sense_go_with_their_group(judged: Path, new: Path) -> None:
    members = constructed.arrays()["/candidates/members"]
    overwrite(judged, "/candidates/members", members * 0 + 10**6)
    said = rescue(judged, new)
    assert said[0] == "What stood in /candidates is lost: run it again."
    with Project.open(new) as project:
        assert not any(name.startswith("/candidates/") for name in project.names())
        assert "candidates" not in project.info.stages
        assert project.has("/latents")
    assert check(new) == []


def test_verdicts_that_cannot_be_read_are_named(judged: Path, new: Path) -> None:
    offset, nbytes = place_of(judged, "/verdicts")
    with judged.open("r+b") as file:
        file.seek(offset)
        file.write(b"\0" * nbytes)
    assert "The verdicts are lost." in rescue(judged, new)
    assert Project.open(new, lock=False).verdicts == {}


@pytest.mark.parametrize(
    ("name", "words"), [("/images/role", "images or settings"), ("/settings", "its settings")]
)
def test_without_images_or_settings_nothing_is_made(
    judged: Path, new: Path, name: str, words: str
) -> None:
    offset, nbytes = place_of(judged, name)
    with judged.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * nbytes)
    with pytest.raises(DamagedError, match=rf"^Nothing of x\.spurview can be saved, .*{words}"):
        rescue(judged, new)
    assert files_in(new.parent) == ["x.spurview"]


def test_a_damaged_table_of_contents_points_to_the_backup(judged: Path, new: Path) -> None:
    with judged.open("r+b") as file:
        file.seek(512)
        file.write(b"\0" * 200)
    with pytest.raises(DamagedError, match=r"open the backup x\.spurview~"):
        rescue(judged, new)
    assert files_in(new.parent) == ["x.spurview"]


def test_images_cut_off_cannot_be_saved(judged: Path, new: Path) -> None:
    os.truncate(judged, place_of(judged, "/images/pixels")[0] + 10)
    with pytest.raises(DamagedError, match=r"^Nothing of x\.spurview can be saved"):
        rescue(judged, new)


def test_nothing_is_overwritten(judged: Path) -> None:
    with pytest.raises(InputError, match="exists already"):
        rescue(judged, judged)


def test_what_is_no_file_is_refused(tmp_path: Path, new: Path) -> None:
    with pytest.raises(NotAProjectError):
        rescue(tmp_path, new)


def test_the_outlook_of_a_damaged_project_names_the_command(judged: Path) -> None:
    os.truncate(judged, judged.stat().st_size - 100)
    before = files_in(judged.parent)
    assert (
        outlook(judged) == f"What is left of it can be saved: spurview check {judged} --rescue NEW"
    )
    assert files_in(judged.parent) == before


def test_the_outlook_where_nothing_can_be_saved_says_so(judged: Path) -> None:
    os.truncate(judged, 600)
    assert outlook(judged).startswith("Nothing of x.spurview can be saved, its table of contents")


def test_the_outlook_of_what_was_never_a_project_is_silent(tmp_path: Path) -> None:
    (tmp_path / "x.spurview").write_text("Dear reader, " * 100)
    assert outlook(tmp_path / "x.spurview") == ""


def test_the_outlook_of_a_newer_project_is_silent(judged: Path) -> None:
    with judged.open("r+b") as file:
        file.seek(8)
        file.write(b"\x63")
    assert outlook(judged) == ""


@pytest.mark.parametrize("name", ["missing.spurview", "folder"])
def test_the_outlook_of_what_cannot_be_opened_is_silent(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    assert outlook(tmp_path / name) == ""


def test_a_project_too_large_to_try_may_be_saved(
    judged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescuing, "MOST_CHECKED", 1000)
    assert outlook(judged).startswith("What is left of it can perhaps be saved: spurview check ")


def test_without_room_for_a_try_it_may_be_saved(
    judged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rescuing.tempfile, "TemporaryDirectory", no_room)
    assert outlook(judged).startswith("What is left of it can perhaps be saved: spurview check ")
