"""Jobs: progress, ends, cancelling, brief work between the steps of long work."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from spurview.core.errors import InputError
from spurview.jobs import JobRunner, watch


@pytest.fixture
def runner(qapp):
    made = JobRunner()
    yield made
    made.close()


def test_result_arrives_on_the_window_thread(runner, qtbot):
    seen = []

    def work(report, deliver):
        return threading.get_ident()

    job = runner.submit("work", work)
    job.finished.connect(lambda result: seen.append((result, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worked_in, told_in = seen[0]
    assert told_in == threading.get_ident() != worked_in


def test_our_own_error_is_shown_word_for_word(runner, qtbot):
    def work(report, deliver):
        raise InputError("The folder is empty.", details="looked in photos")

    job = runner.submit("work", work)
    with qtbot.waitSignal(job.failed) as failed:
        pass
    failure = failed.args[0]
    assert failure.sentence == "The folder is empty."
    assert "looked in photos" in failure.details
    assert "Traceback" in failure.details


def test_foreign_error_is_told_in_one_sentence(runner, qtbot):
    def work(report, deliver):
        raise KeyError("nothing\nhere")

    job = runner.submit("work", work)
    with qtbot.waitSignal(job.failed) as failed:
        pass
    assert failed.args[0].sentence.count("\n") == 0


def test_cancel_stops_at_the_next_report(runner, qtbot):
    begun = threading.Event()

    def work(report, deliver):
        begun.set()
        while True:
            report(0, 0, "turning")

    job = runner.submit("work", work)
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert runner.jobs == ()


def test_cancelled_before_its_turn_is_never_begun(runner, qtbot):
    gate, begun = threading.Event(), []
    first = runner.submit("first", lambda report, deliver: gate.wait(10))
    second = runner.submit("second", lambda report, deliver: begun.append(1))
    second.cancel()
    with qtbot.waitSignals([first.finished, second.cancelled]):
        gate.set()
    assert begun == []


def test_brief_work_goes_between_the_steps_of_long_work(runner, qtbot):
    saved = threading.Event()

    def long_work(report, deliver):
        while not saved.is_set():
            report(0, 0, "turning")
        return "long"

    order = []
    long_job = runner.submit("run", long_work)
    brief_job = runner.submit("save", lambda report, deliver: saved.set(), brief=True)
    brief_job.finished.connect(lambda _: order.append("save"))
    long_job.finished.connect(lambda _: order.append("run"))
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["save", "run"]


def test_parts_arrive_in_order_and_before_the_end(runner, qtbot):
    seen = []

    def work(report, deliver):
        for part in range(5):
            deliver(part)
        return "end"

    job = runner.submit("work", work)
    job.delivered.connect(seen.append)
    job.finished.connect(seen.append)
    qtbot.waitUntil(lambda: len(seen) == 6)
    assert seen == [0, 1, 2, 3, 4, "end"]


def test_a_flood_of_reports_reaches_the_window_as_a_trickle(runner, qtbot):
    seen = []

    def work(report, deliver):
        for step in range(20_000):
            report(step, 100_000, "embedding: epoch 1 of 2")

    job = runner.submit("work", work)
    job.progressed.connect(lambda done, total, message: seen.append(done))
    with qtbot.waitSignal(job.finished):
        pass
    assert 1 <= len(seen) < 200


SLEEPS = [sys.executable, "-u", "-c", "print('step 3'); import time; time.sleep(600)"]


@pytest.fixture
def children(monkeypatch):
    """The processes that are started."""
    started = []
    make = subprocess.Popen

    def popen(*args, **kwargs):
        started.append(make(*args, **kwargs))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    return started


def steps_of(said):
    return said.count("step"), 5, said.strip()


def test_cancelling_ends_the_process_that_a_job_watches(runner, qtbot, children):
    seen = []
    job = runner.submit("child", lambda report, _: watch(SLEEPS, steps_of, report, name="It"))
    job.progressed.connect(lambda *steps: seen.append(steps))
    qtbot.waitUntil(lambda: (1, 5, "step 3") in seen)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert children[0].returncode is not None


def test_closing_the_runner_ends_the_process(qapp, qtbot, children):
    runner = JobRunner()
    runner.submit("child", lambda report, _: watch(SLEEPS, steps_of, report, name="It"))
    qtbot.waitUntil(lambda: bool(children))
    runner.close()
    assert children[0].returncode is not None


def test_a_process_that_fails_is_told_with_what_it_said(runner, qtbot):
    fails = [sys.executable, "-c", "raise SystemExit('no room left')"]
    failures = []
    job = runner.submit("child", lambda report, _: watch(fails, steps_of, report, name="t-SNE"))
    job.failed.connect(failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].sentence.startswith("t-SNE ended early (code 1)")
    assert "no room left" in failures[0].details
