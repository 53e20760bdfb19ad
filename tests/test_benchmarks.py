"""The benchmarks run and give numbers; how large the numbers are no test says."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks import (
    clocked,
    engine,
    grid,
    networks,
    opening,
    reading,
    sampling,
    saving,
    scatter,
    stalls,
    start,
    streaming,
    thumbnails,
)
from benchmarks.constructed import Case, constructed
from benchmarks.drawn_pool import DrawnPool
from benchmarks.figures import Figure, exponent, measured, table
from benchmarks.scatter_peer import plain_inside
from spurview.ui.latent.lasso import inside_area

TINY = engine.pool_series((240, 300), n_classes=2, side_px=16)


@pytest.fixture(scope="module")
def timings() -> dict[Case, engine.Timing]:
    with engine.one_thread():
        return {case: engine.time_case(constructed(case)) for case in TINY.cases}


def test_engine_finds_the_planted_pattern_and_gives_finite_figures(
    timings: dict[Case, engine.Timing],
) -> None:
    figures = engine.figures_of(TINY, [timings[case] for case in TINY.cases])
    measured_of = {figure.name.split(" | ")[0] for figure in figures}
    assert measured_of == {"candidates", "verification", "testing the planted pattern"}
    assert all(math.isfinite(figure.value) for figure in figures)
    assert all(f.value > 0 for f in figures if f.unit == "s")


def test_shares_of_the_families_add_up(timings: dict[Case, engine.Timing]) -> None:
    for timing in timings.values():
        assert sum(timing.shares.values()) == pytest.approx(1)
        assert timing.shares["local"] > 0


def test_constructed_pool_gives_its_carriers_to_the_target() -> None:
    made = constructed(Case(400, 5))
    material = made.material
    in_pool = made.carriers & material.pool
    assert in_pool.sum() == 20
    assert (material.predicted[in_pool] == made.target).mean() > 0.9
    free = np.bincount(material.predicted[material.pool & ~made.carriers], minlength=5)
    assert free.min() > 40


def test_exponent_of_a_square_is_two() -> None:
    assert exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)


def test_exponent_needs_two_sizes() -> None:
    with pytest.raises(ValueError, match="no growth can be fitted"):
        exponent([2, 2], [1, 3])


def test_the_quickest_of_two_rounds_counts_for_each_call() -> None:
    one = engine.Timing(2.0, 5.0, None, 3, 1.0, {"local": 1.0})
    other = engine.Timing(3.0, 4.0, 0.5, 3, 1.0, {"moved": 1.0})
    assert engine.quickest(one, other) == engine.Timing(2.0, 4.0, 0.5, 3, 1.0, {"local": 1.0})


def test_series_share_the_cases_they_have_in_common() -> None:
    series = [engine.pool_series((1000, 2000), 10), engine.class_series((2, 10), 1000)]
    assert engine.cases_of(series) == [Case(1000, 10), Case(2000, 10), Case(1000, 2)]


def test_extrapolation_follows_the_last_step() -> None:
    series = engine.pool_series((1000, 10_000), n_classes=10)
    steps = [engine.Timing(s, 1.0, None, 1, 0.1, {}) for s in (6.0, 60.0)]
    (ahead,) = (f for f in engine.figures_of(series, steps) if "extrapolated" in f.name)
    assert ahead.value == pytest.approx(10)


@pytest.mark.parametrize(("module", "function"), engine.FAMILIES)
def test_families_are_told_by_what_the_engine_still_has(module: str, function: str) -> None:
    found = import_module(module)
    assert not function or callable(getattr(found, function))


def test_outermost_known_function_names_the_part() -> None:
    parts = {(__name__, "_outer"): "outer", (__name__, "_inner"): "inner"}
    assert sampling.part_of(_outer(), parts) == "outer"
    assert sampling.part_of(_inner(), parts) == "inner"
    assert sampling.part_of(sys._getframe(), parts) == sampling.OTHER


def test_command_prints_and_keeps_the_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = Figure(name="search", value=3.0, unit="s", base=1.5, base_name="s at 10", goal="x")
    result = measured("engine", "quick", [figure], cores=2, threads=1, load=0.0)
    monkeypatch.setattr(command, "_runner", lambda name: lambda scale, say: result)
    path = tmp_path / "new" / "figures.json"
    ran = CliRunner().invoke(command.main, ["engine", "--quick", "--json", str(path)])
    assert ran.exit_code == 0, ran.output
    assert table([figure]).splitlines()[1] in ran.output
    (kept,) = json.loads(path.read_text(encoding="utf-8"))
    assert kept["figures"][0]["base"] == 1.5
    assert {"spurview", "torch", "python"} <= set(kept["versions"])
    assert kept["cores"] == 2
    assert kept["date"]


def test_command_knows_the_engine() -> None:
    assert command._runner("engine") is engine.run


def test_table_shows_the_ratio_to_the_base() -> None:
    figure = Figure(name="search", value=3.0, unit="s", base=1.5, base_name="s at 10")
    line = table([figure]).splitlines()[1]
    assert line.split() == ["search", "3", "s", "1.5", "s", "at", "10", "2.00"]


def _outer() -> FrameType:
    return _inner()


def _inner() -> FrameType:
    return sys._getframe()


def test_scatter_measures_ours_and_the_peer(qapp: object) -> None:
    figures = scatter.figures_of(600)
    assert [figure.name.split(" | ")[0] for figure in figures] == [
        "first paint",
        "hover",
        "pan",
        "zoom",
        "lasso",
        "brush",
    ]
    assert all(figure.value > 0 and figure.base for figure in figures)
    assert all(figure.note.startswith("processor: ") for figure in figures)


def test_a_step_is_clocked_without_what_making_it_takes() -> None:
    made = []

    def steps() -> Iterator[clocked.Step]:
        for index in range(4):
            made.append(index)
            yield lambda: None

    times = clocked.spent(steps(), cpu=iter(range(8)).__next__)
    assert [one.cpu_ms for one in times] == [1000] * 4
    assert clocked.slow(times).cpu_ms == clocked.middle(times).cpu_ms == 1000


def test_a_lasso_of_the_peer_and_ours_agree() -> None:
    at, _ = scatter.clouds(5000)
    corners = np.array([(p.x() / 50 - 6, p.y() / 50 - 4) for p in scatter.outline_px()])
    ours = inside_area(at[:, 0], at[:, 1], corners)
    assert len(ours) > 200
    assert np.array_equal(ours, np.flatnonzero(plain_inside(at, corners)))


def test_grid_measures_ours_and_the_peer(qapp: object) -> None:
    costs = grid.costs_of(3000)
    figures = grid.figures_of(costs)
    assert [figure.name for figure in figures] == [
        "open | 3,000 images",
        "scroll, p95 | 3,000 images",
        "memory | 3,000 images",
    ]
    assert all(costs.peer[what] > 0 for what in ("open", "scroll, p95"))
    assert costs.ours["scroll, p95"] > 0


def test_applying_and_importing_are_measured_beside_plain_loops() -> None:
    classify, embed = networks.figures_of(40)
    (imported,) = reading.figures_of(60)
    for figure in (classify, embed, imported):
        assert figure.value > 0
        assert figure.base


def test_random_images_are_read_beside_compressed_chunks() -> None:
    (figure,) = thumbnails.figures_of(200)
    assert figure.value > 0
    assert figure.base


def test_saving_and_opening_are_measured_beside_a_copy() -> None:
    figures = saving.figures_of(1)
    assert [figure.name for figure in figures] == ["save | 1 MB", "open | 1 MB"]
    assert all(figure.value > 0 and figure.base for figure in figures)


def test_the_start_is_clocked_and_loads_nothing_slow_before_the_first_paint() -> None:
    painted, shown, slow = start.figures_of(1)
    assert 0 < painted.value <= shown.value
    assert painted.base
    assert slow.value == 0, slow.note


def test_gaps_of_the_window_are_clocked_while_a_network_trains(qapp: object) -> None:
    middle, worst = stalls.figures_of(200, idle_ms=50)
    assert 0 < middle.value <= worst.value
    assert middle.base


def test_a_drawn_pool_tells_the_same_of_a_row_however_it_is_asked() -> None:
    pool = DrawnPool(40, 10, 400, 32)
    labels = pool.described()["/images/label"]
    content, carriers = pool._content(np.arange(450))
    for first in (0, 37, 210):
        rows = np.arange(first, 450)
        assert np.array_equal(pool._content(rows)[0], content[first:])
        assert np.array_equal(pool._content(rows)[1], carriers[first:])
    assert (labels[:50] >= 0).all()
    assert (labels[50:] == -1).all()
    assert pool[10:450].shape == (440, 32, 32, 3)


def test_growth_of_the_window_is_counted_when_it_opens_a_project() -> None:
    stays, most = opening.figures_of(300, calm_s=0.05)
    assert stays.value > 0
    assert most.value >= stays.value - 20


@pytest.mark.slow
def test_a_whole_run_is_followed_stage_by_stage() -> None:
    ran = {300: streaming.run_of(DrawnPool(120, 40, 300, 28), "embedding.epochs=1")}
    figures = streaming.figures_of(300, ran)
    assert {"classifier", "embedding", "candidates", "layout"} <= set(ran[300].stages)
    assert all(figure.value > 100 for figure in figures)
