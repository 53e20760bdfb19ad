"""Suites: every cell that ships can be named, drawn anew and read from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from spurview.core.errors import InputError
from spurview.evaluation.kinds import cell_of
from spurview.evaluation.suites import SHIPPED, read_suite, suite_named

FULL = SHIPPED["full"]


@pytest.mark.parametrize("kind", FULL.kinds, ids=lambda kind: kind.name)
def test_seeds_draw_cells_within_the_ranges_of_their_kind(kind) -> None:
    for seed in (0, 1, 2, 1000, 2**31 - 1):
        cell = cell_of(kind, seed)
        assert cell == cell_of(kind, seed)
        assert (cell.kind, cell.seed, cell.group) == (kind.name, seed, kind.group)
        assert len(cell.plantings) == sum(drawn.times for drawn in kind.plantings)
        for planting, drawn in zip(cell.plantings, _each(kind), strict=True):
            assert planting.pattern in drawn.patterns
            assert drawn.sides_px[0] <= planting.side_px <= drawn.sides_px[1]
            assert drawn.strengths[0] <= planting.strength <= drawn.strengths[1]
            assert drawn.class_shares[0] <= planting.share_of_class <= drawn.class_shares[1]
            assert planting.where == drawn.where
    assert {p.pattern for s in range(8) for p in cell_of(kind, s).plantings} == {
        name for drawn in kind.plantings for name in drawn.patterns
    }


def _each(kind):
    return [drawn for drawn in kind.plantings for _ in range(drawn.times)]


def test_clean_kinds_meet_both_sources_with_both_patterns() -> None:
    for name in ("noised-pool", "all-classes", "decoy"):
        cells = [cell_of(FULL.kind(name), seed) for seed in range(20)]
        met = {(cell.source, cell.plantings[0].pattern) for cell in cells}
        assert len(met) == 4
        assert all(cell.plantings[0].where != "class" for cell in cells)


def test_clean_kinds_run_eighty_times_together() -> None:
    clean = [kind for kind in FULL.kinds if kind.group == "clean"]
    assert sum(kind.least for kind in clean) >= 80
    assert all(kind.least == kind.most for kind in clean)


def test_quick_runs_the_same_cells_as_full() -> None:
    for kind in SHIPPED["quick"].kinds:
        assert cell_of(kind, 0) == cell_of(FULL.kind(kind.name), 0)


def test_an_unknown_kind_is_told_with_those_there_are() -> None:
    with pytest.raises(InputError, match="full has no kind 'weak': its kinds are strong, R3"):
        FULL.kind("weak")


SUITE = """
name = "mine"
[[kinds]]
name = "bright"
least = 2
most = 3
learnt = 1
[[kinds.plantings]]
patterns = ["solid-patch"]
sides_px = [5, 5]
jitter_px = "free"
"""


def test_a_suite_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SUITE)
    suite = suite_named(str(path))
    cell = cell_of(suite.kind("bright"), 4)
    assert (suite.name, suite.kind("bright").most) == ("mine", 3)
    assert (cell.plantings[0].side_px, cell.plantings[0].jitter_px) == (5, "free")
    assert cell_of(suite.kind("bright"), 4) == cell


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "mine"', "name = ", "describes no suite"),
        ("least = 2", "least = 9", "bright takes at least 9 runs but at most 3"),
        ("solid-patch", "blot", r"describes no suite: .*'blot'.* at `\$.kinds"),
        ("sides_px = [5, 5]", "sides_px = [6, 5]", "sides_px goes from 6 down to 5"),
        ("learnt = 1", "lernt = 1", "unknown field `lernt`"),
    ],
)
def test_a_file_that_is_no_suite_says_why(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SUITE.replace(old, new))
    with pytest.raises(InputError, match=message):
        read_suite(path)


def test_there_is_no_other_suite(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no suite 'fast': there are full and quick"):
        suite_named("fast")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        suite_named(str(tmp_path / "none.toml"))
