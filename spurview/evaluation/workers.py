"""Running a suite in worker processes, each run appended to the table as it finishes.

The parent alone writes. Runs that the table has are not run again, and a run that fails is told of
and passed over, so that a suite can always be taken up where it stopped.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from spurview.core.errors import SpurviewError
from spurview.core.progress import Report, silent
from spurview.evaluation.cells import Cell
from spurview.evaluation.kinds import RunKind, Suite, cell_of
from spurview.evaluation.rows import Row, append_row, read_rows
from spurview.evaluation.running import run_cell

Run = Callable[[Cell], Row]
# How often a wish to stop is asked for while all workers are busy.
_ASK_S = 0.5
# One thread each: more would only stand in each other's way, and sums of floats would depend on
# how many there are.
_THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Failure:
    """One run that failed: a sentence, and all that is known in `details`."""

    kind: str
    seed: int
    message: str
    details: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.seed} failed: {self.message}"


def run_suite(
    suite: Suite,
    table: Path,
    *,
    jobs: int = 1,
    first_seed: int = 0,
    run: Run = run_cell,
    on_end: Callable[[Row | Failure], None] = lambda ended: None,
    report: Report = silent,
) -> list[Failure]:
    """Run what the table lacks of the suite, and give back what failed.

    A kind takes seeds from `first_seed` on. on_end: told of every run as it ends. Raises
    InputError for a table that cannot be used, and Cancelled from `report`; what had finished by
    then is in the table.
    """
    kinds = [Progress(kind, first_seed) for kind in suite.kinds]
    wanted = {kind.kind.name: kind for kind in kinds}
    for row in read_rows(table):
        if row.kind in wanted:
            wanted[row.kind].add(row)
    failures: list[Failure] = []
    with _workers(jobs, run) as workers:
        while True:
            _give_work(workers, kinds)
            busy = [worker for worker in workers if worker.cell is not None]
            done = sum(kind.n_done for kind in kinds)
            total = sum(kind.n_expected for kind in kinds)
            report(done, total, f"evaluation: {done} of about {total} runs")
            if not busy:
                return failures
            for worker, cell, ended in _ended(busy):
                if isinstance(ended, Failure):
                    failures.append(ended)
                    wanted[cell.kind].failed(cell.seed)
                else:
                    append_row(table, ended)
                    wanted[cell.kind].add(ended)
                if not worker.is_alive:
                    workers[workers.index(worker)] = _Worker(run)
                on_end(ended)


class Progress:
    """How far one kind has come, and which seed it takes next.

    Runs whose network learnt a pattern are counted as they end. No more are under way than would
    be needed if all of them learnt theirs, so that which seeds are run depends on nothing else.
    """

    def __init__(self, kind: RunKind, first_seed: int = 0) -> None:
        self.kind = kind
        self._first = first_seed
        self._learnt: dict[int, bool] = {}
        self._failed: set[int] = set()
        self._under_way: set[int] = set()

    @property
    def n_done(self) -> int:
        """Runs that have ended."""
        return len(self._learnt) + len(self._failed)

    @property
    def n_expected(self) -> int:
        """Runs that it takes as far as is known."""
        return max(self.kind.least, self.n_done + len(self._under_way))

    def add(self, row: Row) -> None:
        """A run that finished, now or long ago; those of other seeds do not count."""
        self._under_way.discard(row.seed)
        if self._first <= row.seed < self._first + self.kind.most:
            self._learnt[row.seed] = any(row.learnt)

    def failed(self, seed: int) -> None:
        """A run that failed."""
        self._under_way.discard(seed)
        self._failed.add(seed)

    def next(self) -> int | None:
        """The next seed to run, now under way; None where none is needed for now."""
        for seed in range(self._first, self._first + self.kind.most):
            ended = seed in self._learnt or seed in self._failed
            if not ended and seed not in self._under_way and self._needs(seed):
                self._under_way.add(seed)
                return seed
        return None

    def _needs(self, seed: int) -> bool:
        """Whether the seeds before it are too few, all that have not ended counted as learnt."""
        before = range(self._first, seed)
        if len(before) < self.kind.least:
            return True
        learnt = sum(self._learnt.get(s, s not in self._failed) for s in before)
        return learnt < self.kind.learnt


class _Worker:
    """One process, and the cell that it is at."""

    def __init__(self, run: Run) -> None:
        # Spawned, since a fork of a process that has run torch may hang.
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, run), daemon=True)
        self.cell: Cell | None = None
        before = {name: os.environ.get(name) for name in _THREADS}
        os.environ.update(_THREADS)
        try:
            self._process.start()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        other.close()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def give(self, cell: Cell) -> None:
        self.cell = cell
        self.connection.send(cell)

    def taken(self) -> Row | Failure:
        """What came of the cell."""
        assert self.cell is not None
        cell, self.cell = self.cell, None
        try:
            ended: Row | Failure = self.connection.recv()
        except (EOFError, OSError):
            self._process.join()
            return Failure(
                cell.kind,
                cell.seed,
                f"its process ended with exit code {self._process.exitcode}, "
                "perhaps for want of memory.",
            )
        return ended

    def stop(self) -> None:
        self._process.terminate()
        self._process.join()
        self.connection.close()


@contextmanager
def _workers(jobs: int, run: Run) -> Iterator[list[_Worker]]:
    """Workers, started when work is given; all are ended on the way out."""
    workers: list[_Worker] = []
    try:
        workers += [_Worker(run) for _ in range(max(1, jobs))]
        yield workers
    finally:
        for worker in workers:
            worker.stop()


def _give_work(workers: Sequence[_Worker], kinds: Sequence[Progress]) -> None:
    for worker in workers:
        if worker.cell is not None:
            continue
        for kind in kinds:
            seed = kind.next()
            if seed is not None:
                worker.give(cell_of(kind.kind, seed))
                break


def _ended(busy: Sequence[_Worker]) -> Iterator[tuple[_Worker, Cell, Row | Failure]]:
    """Workers that are through, what they were at and what came of it; waits a moment for one."""
    ready = wait([worker.connection for worker in busy], _ASK_S)
    for worker in busy:
        if worker.connection in ready and worker.cell is not None:
            cell = worker.cell
            yield worker, cell, worker.taken()


def _serve(connection: Connection, run: Run) -> None:
    """The work of a process: one cell after the other, until the parent is gone."""
    # The parent stops its workers; a key press in the terminal reaches them as well.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            cell: Cell = connection.recv()
        except EOFError:
            return
        connection.send(_tried(cell, run))


def _tried(cell: Cell, run: Run) -> Row | Failure:
    import torch

    torch.set_num_threads(1)
    try:
        return run(cell)
    except SpurviewError as error:
        return Failure(cell.kind, cell.seed, str(error), error.details)
    # Whatever goes wrong in one run, the others go on.
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        return Failure(cell.kind, cell.seed, told, traceback.format_exc())
