from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import msgspec
import pytest

from spurview.core.settings import with_setting
from spurview.project import journal
from spurview.project.journal import Edits, Entry
from spurview.project.model import HandMade, Verdict
from tests import constructed

INFO = constructed.info()
ID = INFO.project_id
NOTE = Verdict(class_name="b", note="a patch", tags=["é"], members=[60])
OWN = HandMade(id="h-1", class_name="b", members=[60, 61])


def entry(note: str, candidate_id: str = "1-aaaaaaaa") -> Entry:
    verdict = Verdict(class_name="b", note=note, members=[60])
    return Entry(time="2026-01-02T03:04:05Z", verdicts={candidate_id: verdict})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "x.spurview"


def test_what_is_appended_comes_back_in_order(project: Path) -> None:
    entries = [entry("one"), entry("two"), Entry(time="t", verdicts={"1-aaaaaaaa": None})]
    for each in entries:
        journal.append(project, ID, each)
    assert journal.read(project, ID) == entries


def test_a_difference_applied_gives_what_it_was_made_from() -> None:
    before = journal.edits_of(INFO, {"a": NOTE, "b": NOTE})
    settings = with_setting(INFO.settings, "seed", "7")
    after = Edits(verdicts={"b": NOTE, "c": NOTE}, settings=settings, by_hand=[OWN])
    change = journal.difference(before, after)
    assert change is not None
    assert change.verdicts == {"a": None, "c": NOTE}
    assert journal.applied(before, [change]) == after
    assert journal.difference(after, after) is None


def test_unsaved_is_what_the_file_lacks(project: Path) -> None:
    journal.append(project, ID, entry("one"))
    journal.append(project, ID, entry("two", "0-bbbbbbbb"))
    found = journal.unsaved(project, INFO, {})
    assert found is not None
    assert list(found.verdicts) == ["0-bbbbbbbb", "1-aaaaaaaa"]
    assert found.time == "2026-01-02T03:04:05Z"
    saved = {i: v for i, v in found.verdicts.items() if v is not None}
    assert journal.unsaved(project, INFO, saved) is None


def test_without_a_journal_nothing_is_unsaved(project: Path) -> None:
    assert journal.unsaved(project, INFO, {}) is None
    journal.clear(project)


def test_another_projects_journal_counts_as_none(project: Path) -> None:
    journal.append(project, "0" * 32, entry("one"))
    assert journal.read(project, ID) == []


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_a_line_that_was_cut_short_costs_only_itself(project: Path, cut: int) -> None:
    journal.append(project, ID, entry("one"))
    journal.append(project, ID, entry("two"))
    path = journal.journal_of(project)
    os.truncate(path, path.stat().st_size - cut)
    journal.append(project, ID, entry("three"))
    assert journal.read(project, ID) == [entry("one"), entry("three")]


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[" * 9999,
        b"\xff",
        b'{"time":1}',
        b'{"time":"t","run":"me"}',
        b"\x80\x04c",
        b"1e999",
    ],
)
def test_lines_that_are_not_ours_are_passed_over(project: Path, line: bytes) -> None:
    journal.append(project, ID, entry("one"))
    with journal.journal_of(project).open("ab") as file:
        file.write(line + b"\n")
    journal.append(project, ID, entry("two"))
    assert journal.read(project, ID) == [entry("one"), entry("two")]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "huge"])
def test_strange_things_in_its_place_are_no_journal(project: Path, kind: str) -> None:
    path = journal.journal_of(project)
    other = project.with_name("other")
    other.write_bytes(b"precious")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(other)
    else:
        path.touch()
        os.truncate(path, journal.MAX_BYTES + 1)
    assert journal.read(project, ID) == []
    if kind != "huge":
        with pytest.raises(OSError, match=r".+"):
            journal.append(project, ID, entry("one"))
    assert other.read_bytes() == b"precious"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_no_kill_loses_what_was_confirmed(project: Path) -> None:
    code = """
import sys
from pathlib import Path
from spurview.project import journal
from tests.project.test_journal import ID, killed_appends
print(*killed_appends(Path(sys.argv[1]), 100))
"""
    from .conftest import run_python

    lost, confirmed = map(int, run_python(code, project).split())
    assert lost == 0
    assert confirmed > 100


def killed_appends(project: Path, kills: int) -> tuple[int, int]:
    """How many confirmed changes were lost, and how many were confirmed, over all kills."""
    chance, total, lost = random.Random(0), 0, 0
    for kill in range(kills):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            _append_without_end(project, kill, writing)
        os.close(writing)
        for _ in range(chance.randrange(1, 6)):
            os.read(reading, 1)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with open(reading, "rb") as rest:
            rest.read()
        here = [e for e in journal.read(project, ID) if f"k{kill}" in e.verdicts]
        numbers = [v.note for e in here for v in e.verdicts.values() if v is not None]
        confirmed = _confirmed(project, kill)
        total += confirmed
        lost += numbers[:confirmed] != [str(n) for n in range(confirmed)]
    return lost, total


def _append_without_end(project: Path, kill: int, to: int) -> None:
    try:
        tally = os.open(project.with_name(f"confirmed{kill}"), os.O_CREAT | os.O_WRONLY)
        for number in range(10_000):
            journal.append(project, ID, entry(str(number), f"k{kill}"))
            os.write(tally, b"1")
            os.write(to, b"1")
    finally:
        os._exit(1)


def _confirmed(project: Path, kill: int) -> int:
    return project.with_name(f"confirmed{kill}").stat().st_size


def test_entries_stay_small(project: Path) -> None:
    assert b"settings" not in msgspec.json.encode(entry("one"))
