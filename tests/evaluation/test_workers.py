"""Suites in worker processes: which seeds are run, resuming, and runs that fail."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from spurview.core.errors import Cancelled, InputError
from spurview.evaluation.cells import Cell
from spurview.evaluation.kinds import RunKind, Suite
from spurview.evaluation.rows import Row, append_row, read_rows
from spurview.evaluation.workers import Failure, Progress, run_suite
from tests.evaluation.test_rows import row as any_row


def made(kind: str, seed: int, learnt: bool = True) -> Row:
    return any_row(kind=kind, seed=seed, learnt=(float(learnt),))


def without_work(cell: Cell) -> Row:
    """A run that learns its pattern at even seeds, and fails in every way there is."""
    if cell.kind == "broken" and cell.seed == 1:
        raise InputError("There is nothing to run on.")
    if cell.kind == "broken" and cell.seed == 2:
        raise ZeroDivisionError("by nought")
    if cell.kind == "broken" and cell.seed == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return msgspec.structs.replace(
        made(cell.kind, cell.seed, cell.seed % 2 == 0),
        commit=f"{os.environ['OMP_NUM_THREADS']} {os.getpid() != 0}",
    )


def kind(name: str = "odd", least: int = 3, most: int = 9, learnt: int = 3) -> RunKind:
    return RunKind(name=name, least=least, most=most, learnt=learnt)


def run_through(progress: Progress, learns: Callable[[int], bool], jobs: int) -> set[int]:
    """The seeds that are run, always as many at once as there are jobs and work."""
    run: set[int] = set()
    under_way: list[int] = []
    while True:
        while len(under_way) < jobs and (seed := progress.next()) is not None:
            under_way.append(seed)
        if not under_way:
            return run
        # The last one started ends first: the order must not matter.
        seed = under_way.pop()
        run.add(seed)
        progress.add(made(progress.kind.name, seed, learns(seed)))


@pytest.mark.parametrize("jobs", [1, 2, 5, 20])
def test_a_kind_runs_until_enough_are_learnt_however_many_jobs(jobs: int) -> None:
    def even(seed: int) -> bool:
        return seed % 2 == 0

    assert run_through(Progress(kind()), even, jobs) == {0, 1, 2, 3, 4}
    assert run_through(Progress(kind(least=7)), even, jobs) == set(range(7))
    assert run_through(Progress(kind(most=4)), even, jobs) == {0, 1, 2, 3}
    assert run_through(Progress(kind()), lambda seed: False, jobs) == set(range(9))
    assert run_through(Progress(kind(least=4, learnt=0)), even, jobs) == {0, 1, 2, 3}
    assert run_through(Progress(kind(), 1000), even, jobs) == set(range(1000, 1005))


def test_rows_of_other_seeds_do_not_count() -> None:
    progress = Progress(kind(), 0)
    for seed in range(1000, 1010):
        progress.add(made("odd", seed))
    assert progress.next() == 0


def test_a_suite_writes_every_run_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"
    append_row(table, made("odd", 1, learnt=True))
    told: list[Row | Failure] = []
    suite = Suite(name="s", kinds=(kind(),))
    assert run_suite(suite, table, jobs=2, run=without_work, on_end=told.append) == []
    rows = read_rows(table)
    assert sorted(r.seed for r in rows) == [0, 1, 2]
    assert [r.key for r in told if isinstance(r, Row)] == [r.key for r in rows[1:]]
    assert {r.commit for r in rows[1:]} == {"1 True"}
    before = table.read_bytes()
    assert run_suite(suite, table, run=without_work) == []
    assert table.read_bytes() == before


def test_a_failing_run_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"
    suite = Suite(
        name="s", kinds=(kind("broken", least=5, learnt=0), kind("fine", least=1, learnt=0))
    )
    failed = run_suite(suite, table, jobs=2, run=without_work)
    assert sorted(r.key for r in read_rows(table)) == [("broken", 0), ("broken", 4), ("fine", 0)]
    told = {failure.seed: failure for failure in failed}
    assert str(told[1]) == "broken:1 failed: There is nothing to run on."
    assert told[2].message == "ZeroDivisionError: by nought"
    assert "without_work" in told[2].details
    assert "process ended with exit code -9" in told[3].message


def test_stopping_keeps_what_had_finished(tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"

    def stop_after_one(done: int, total: int, message: str) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_suite(Suite(name="s", kinds=(kind(),)), table, run=without_work, report=stop_after_one)
    assert [r.seed for r in read_rows(table)] == [0]
