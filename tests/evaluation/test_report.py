"""The files of a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from spurview.core.errors import InputError
from spurview.evaluation.report import write_report
from spurview.evaluation.summary import summarised
from tests.evaluation.made_rows import clean, planted

ROWS = [planted(), clean()]


def test_all_files_are_written_and_the_same_again(tmp_path: Path) -> None:
    summary = summarised(ROWS)
    written = write_report(tmp_path, ROWS, summary)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {path.name for path in written} == set(before)
    assert {"summary.md", "summary.csv", "index.html", "rates.svg", "rates.png"} <= set(before)
    write_report(tmp_path, ROWS, summary)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"summary\.md cannot be written"):
        write_report(tmp_path / "missing", ROWS, summarised(ROWS))
