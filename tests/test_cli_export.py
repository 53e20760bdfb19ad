"""The command `export`: reports with sensitivity and of unfinished projects, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from spurview.cli.exporting import write
from spurview.core.errors import InputError
from spurview.evaluation.own_images import own_images
from spurview.evaluation.rows import append_row
from spurview.project.store import Project
from tests import constructed
from tests.evaluation.made_rows import clean, planted


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "made.spurview"
    Project.create(path, constructed.info(), constructed.arrays()).close()
    return path


def page_of(project: Path, trials: Path | None = None) -> str:
    folder = project.parent / "out"
    write(project, folder, [], ["html"], trials=trials, replace=True)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_report_tells_what_trials_on_the_same_images_said(project: Path) -> None:
    trials, mark = project.parent / "trials", own_images(project).mark
    trials.mkdir()
    for row in (planted(source=mark), clean(source=mark)):
        append_row(trials / "runs.csv", row)
    page = page_of(project, trials)
    assert "would have been found in 1 of 1" in page.replace("\u00a0", " ")
    assert "is not known yet" not in page


def test_trials_on_other_images_are_refused(project: Path) -> None:
    append_row(project.parent / "runs.csv", planted(source="0123456789abcdef"))
    with pytest.raises(InputError, match=r"runs on other images .* evaluate made\.spurview anew"):
        page_of(project, project.parent)
    with pytest.raises(InputError, match="There is no finished run in"):
        page_of(project, project.parent / "nowhere")


def test_a_project_that_has_not_run_has_a_report_that_says_so(tmp_path: Path) -> None:
    arrays = {n: a for n, a in constructed.arrays().items() if n.startswith("/images")}
    path = tmp_path / "new.spurview"
    Project.create(path, constructed.info(), arrays).close()
    assert "There are no findings to report." in page_of(path)


def test_a_file_that_is_there_is_kept(project: Path) -> None:
    page_of(project)
    report = project.parent / "out" / "report.html"
    report.write_text("mine")
    with pytest.raises(InputError, match=r"report\.html is there already: .* --replace"):
        write(project, report.parent, [], ["html"], trials=None, replace=False)
    assert report.read_text() == "mine"
