"""Small real runs from images to row."""

from __future__ import annotations

from pathlib import Path

import pytest

from spurview.core.errors import StageError
from spurview.evaluation.cells import Cell, Planting
from spurview.evaluation.rows import COLUMNS, NO_CLASS, PATTERN_COLUMNS, Row, append_row, read_rows
from spurview.evaluation.running import run_cell

SMALL = {
    "interest_images": 150,
    "pool_images": 700,
    "n_interest": 3,
    "settings": {
        "classifier.batch": 16,
        "embedding.epochs": 4,
        "embedding.latent_dims": 8,
        "verification.insertions": 100,
        "verification.controls": 2,
    },
}
PATCH = Planting(pattern="noise-patch", side_px=7, share_of_pool=0.1)


@pytest.fixture(scope="module")
def planted(one_thread: None) -> Row:
    return run_cell(Cell(kind="small", seed=4, plantings=(PATCH,), **SMALL))


@pytest.fixture(scope="module")
def clean(one_thread: None) -> Row:
    decoy = Planting(pattern="full-noise", level="R2", where="decoy", share_of_pool=0.5)
    return run_cell(Cell(kind="decoy", group="clean", seed=4, plantings=(decoy,), **SMALL))


def test_a_strong_pattern_is_learnt_found_and_measured(planted: Row) -> None:
    assert (planted.n_train, planted.n_pool, planted.n_classes) == (405, 700, 3)
    assert planted.n_carriers == (70.0,)
    assert planted.learnt == (1.0,)
    assert planted.rank == (1.0,)
    assert (planted.f1[0] or 0) > 0.8
    assert (planted.known_f1[0] or 0) > 0.9
    assert (planted.iou[0] or 0) > 0.5
    assert planted.false_alarms == 0
    assert (planted.test_accuracy or 0) > 0.7


def test_nothing_is_left_unknown_of_what_was_found(planted: Row) -> None:
    empty = {name for name in COLUMNS if getattr(planted, name) in (None, (), (None,))}
    assert empty <= {"highest_false_ratio", "literal_f1", "literal_best_f1", "literal_rank"}


def test_a_clean_run_tells_what_was_planted_and_measures_no_finding(clean: Row) -> None:
    assert clean.pattern_class == (NO_CLASS,)
    assert clean.pattern_kind == ("full-noise",)
    known = {name for name in PATTERN_COLUMNS if getattr(clean, name) != (None,)}
    assert known == {
        "pattern_class", "pattern_kind", "pattern_strength", "pattern_class_share",
        "pattern_pool_share", "pattern_box", "n_carriers",
    }  # fmt: skip
    assert clean.chance_f1 is clean.discovery is clean.false_discovery is None
    assert clean.alarms == clean.false_alarms


def test_rows_of_runs_are_kept_as_they_are(tmp_path: Path, planted: Row, clean: Row) -> None:
    for row in (planted, clean):
        append_row(tmp_path / "runs.csv", row)
    kept = read_rows(tmp_path / "runs.csv")
    assert [r.key for r in kept] == [("small", 4), ("decoy", 4)]
    assert kept[0].f1 == pytest.approx(planted.f1, rel=1e-5)
    assert kept[1].pattern_box == clean.pattern_box


def test_a_pool_too_small_to_search_says_so() -> None:
    with pytest.raises(StageError, match="The pool has 5 images"):
        run_cell(Cell(kind="small", seed=0, interest_images=10, pool_images=5))
