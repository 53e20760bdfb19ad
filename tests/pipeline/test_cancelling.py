"""Stopping at any report of any stage, or failing there: the project stays, and goes on."""

from __future__ import annotations

import random

import pytest

from spurview.core.errors import Cancelled
from spurview.pipeline import run as running
from spurview.pipeline.findings import collect
from spurview.project.checking import check
from spurview.project.store import Project

from . import tiny

pytestmark = pytest.mark.usefixtures("quick_opening", "one_thread")


class Stop:
    """A report that raises at its `after`-th call."""

    def __init__(self, after: int, error: type[BaseException] = Cancelled) -> None:
        self.left, self.error = after, error

    def __call__(self, done: int, total: int, message: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise self.error(message)


def ids_of(project: Project) -> list[str]:
    found = collect(project, project.info, project.verdicts, project.keys())
    return [finding.id for finding in found.findings]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    with tiny.create(tmp_path_factory.mktemp("whole") / "a.spurview") as project:
        tiny.run(project)
        return ids_of(project)


def test_stopped_again_and_again_it_ends_as_undisturbed(tmp_path, undisturbed):
    path, chance, stops = tmp_path / "a.spurview", random.Random(0), 0
    tiny.create(path).close()
    while True:
        # Each try gets further, so that all stages are met in few tries.
        after = chance.randrange(1, 20) + 16 * stops
        with Project.open(path) as project:
            try:
                tiny.run(project, report=Stop(after))
                found = ids_of(project)
                break
            except Cancelled:
                stops += 1
                assert not project.read_only
    assert stops >= 4
    assert found == undisturbed
    assert check(path) == []
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("after", range(1, 200, 3))
def test_stopped_at_each_report_it_goes_on(tmp_path, undisturbed, after):
    path = tmp_path / "a.spurview"
    with tiny.create(path) as project:
        try:
            tiny.run(project, report=Stop(after))
        except Cancelled:
            assert check(path) == []
            tiny.run(project)
        assert ids_of(project) == undisturbed


@pytest.mark.parametrize("error", [MemoryError, ValueError, OSError])
def test_a_stage_that_fails_leaves_what_came_before(tmp_path, monkeypatch, error):
    path = tmp_path / "a.spurview"
    real = running._function

    def failing(name):
        def work(_):
            raise error("inside")

        return work if name == "embedding" else real(name)

    monkeypatch.setattr(running, "_function", failing)
    with tiny.create(path) as project, pytest.raises(error, match="inside"):
        tiny.run(project)
    assert check(path) == []
    with Project.open(path) as project:
        assert project.has("/predictions/class")
        assert not project.has("/latents")
