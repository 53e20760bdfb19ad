"""Rows of finished runs: what is written comes back, whatever befell the file meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from spurview.core.errors import InputError
from spurview.evaluation.rows import COLUMNS, Row, append_row, read_rows


def row(**changes: Any) -> Row:
    basis = Row(
        kind="strong", group="planted", source="digits:", seed=3, commit="abc", version="0.1.0",
        finished="2026-01-02T03:04:05Z", seconds=12.5, height=28, width=28, channels=1,
        n_train=4500, n_pool=5000, n_classes=5, interest="0 2 4 6 8", test_accuracy=0.98,
        candidates=12, alarms=1, false_alarms=0, suspects=2, model_score=0.75,
        pattern_class=("2",), pattern_kind=("noise-patch",), pattern_strength=(1.0,),
        pattern_class_share=(0.8,), pattern_pool_share=(0.05,), pattern_box=("1 2 5 5",),
        learnt=(1.0,), true_flip=(0.875,), n_carriers=(250.0,), rank=(1.0,), outcome=("alarm",),
        found_kind=("pattern",), precision=(1.0,), recall=(0.5,), f1=(0.666667,),
        carrier_ap=(1.0,), member_f1=(1.0,), pixel_ap=(1.0,), iou=(0.5,), ncc=(0.25,),
        effect=(1.0,), least_ratio=(1.25,), detectors=("residual+whole image",),
        literal_f1=(0.25,), literal_best_f1=(0.5,), literal_rank=(4.0,), known_f1=(1.0,),
        known_ap=(1.0,),
    )  # fmt: skip
    return msgspec.structs.replace(basis, **changes)


def three() -> Row:
    """A row of three patterns, of which the second was not found."""
    changes: dict[str, Any] = {}
    for name in COLUMNS:
        value = getattr(row(), name)
        if isinstance(value, tuple):
            changes[name] = (value[0], None, value[0])
    return row(kind="three", **(changes | {"pattern_class": ("2", "4", "8")}))


def clean() -> Row:
    nothing = {name: () for name in COLUMNS if isinstance(getattr(row(), name), tuple)}
    return row(kind="clean", group="clean", test_accuracy=None, **nothing)


@pytest.mark.parametrize("made", [row(), three(), clean(), row(rank=(None,), outcome=(None,))])
def test_a_row_comes_back_as_it_was_written(tmp_path: Path, made: Row) -> None:
    append_row(tmp_path / "runs.csv", made)
    assert read_rows(tmp_path / "runs.csv") == [made]


def test_rows_stand_in_the_order_they_finished_in(tmp_path: Path) -> None:
    path = tmp_path / "new" / "runs.csv"
    for seed in (5, 2, 9):
        append_row(path, row(seed=seed))
    assert [r.seed for r in read_rows(path)] == [5, 2, 9]
    assert path.read_text().count("test_accuracy") == 1


def test_no_file_is_no_rows(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "runs.csv") == []


@pytest.mark.parametrize("left", [1, 30, 200])
def test_a_line_cut_short_is_left_out_and_overwritten(tmp_path: Path, left: int) -> None:
    path = tmp_path / "runs.csv"
    append_row(path, row(seed=1))
    whole = path.stat().st_size
    append_row(path, row(seed=2))
    path.write_bytes(path.read_bytes()[: whole + left])
    assert [r.seed for r in read_rows(path)] == [1]
    append_row(path, row(seed=3))
    assert [r.seed for r in read_rows(path)] == [1, 3]


def test_a_header_cut_short_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("kind,group,sou")
    assert read_rows(path) == []
    append_row(path, row())
    assert read_rows(path) == [row()]


def test_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("kind,seed\nstrong,1\n")
    with pytest.raises(InputError, match=r"runs\.csv has other columns"):
        read_rows(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("12.5", "soon", "Line 2 of .* has 'soon' for seconds"),
        ("planted", "watered", "has 'watered' for group"),
        ("abc,", "", "cells, not"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "runs.csv"
    append_row(path, row())
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        read_rows(path)
