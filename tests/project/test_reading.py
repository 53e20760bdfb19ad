from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from spurview.core.errors import DamagedError, ProjectError
from spurview.project import data_file
from spurview.project.store import Project
from tests import constructed

PIXELS = "/images/pixels"


@pytest.mark.parametrize("bounds", [(0, None), (10, 20), (290, 400), (-5, None), (20, 10)])
def test_read_counts_rows_as_slicing_does(project: Project, bounds: tuple[int, int]) -> None:
    expected = constructed.arrays()[PIXELS][bounds[0] : bounds[1]]
    assert np.array_equal(project.read(PIXELS, *bounds), expected)


@pytest.mark.parametrize(
    "rows",
    [[], [5], [0, 299], [3, 3, 4, 5], [9, 8, 7], [7, 9, 8], list(range(50, 90)), [2, 1, 2, 1]],
)
@pytest.mark.parametrize("block", [300, 4 << 20])
def test_rows_come_in_the_order_asked_for(
    project: Project, rows: list[int], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_file, "_BLOCK", block)
    for name in (PIXELS, "/images/role"):
        expected = constructed.arrays()[name][np.array(rows, int)]
        assert np.array_equal(project.read_rows(name, rows), expected)


def test_random_rows_equal_indexing(project: Project) -> None:
    rows = np.random.default_rng(0).integers(0, 300, 500)
    assert np.array_equal(project.read_rows(PIXELS, rows), constructed.arrays()[PIXELS][rows])


def test_neighbouring_rows_are_read_in_one_go(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    real = os.preadv
    monkeypatch.setattr(os, "preadv", lambda fd, b, at: calls.append(at) or real(fd, b, at))
    project.read_rows(PIXELS, range(100, 200))
    assert len(calls) == 1


@pytest.mark.parametrize("rows", [[300], [-1]])
def test_a_row_that_is_not_there_is_an_error(project: Project, rows: list[int]) -> None:
    with pytest.raises(IndexError, match="/images/pixels has rows 0 to 299"):
        project.read_rows(PIXELS, rows)


def test_a_missing_array_is_a_key_error(project: Project) -> None:
    assert not project.has("/images/none")
    assert not project.has("/settings")
    with pytest.raises(KeyError, match="/images/none"):
        project.read("/images/none")


def test_what_is_read_may_be_written_to(project: Project) -> None:
    project.read(PIXELS)[:] = 0
    assert project.read(PIXELS).any()


def test_threads_read_while_another_saves(project: Project) -> None:
    expected = constructed.arrays()["/latents"]
    wrong: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            if not np.array_equal(project.read("/latents"), expected):
                wrong.append("different")

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        project.save(verdicts={})
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_file_cut_short_while_open_says_so(project: Project) -> None:
    path = project.path
    os.truncate(path, 5000)
    with pytest.raises(DamagedError, match=r"x\.spurview was cut short while it was open"):
        project.read(PIXELS)


def test_a_failing_disk_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "preadv", fail)
    with pytest.raises(ProjectError, match=r"x\.spurview cannot be read \(Input/output error\)"):
        project.read(PIXELS)


def test_reading_works_without_preadv(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "preadv")
    assert np.array_equal(project.read(PIXELS, 3, 9), constructed.arrays()[PIXELS][3:9])
