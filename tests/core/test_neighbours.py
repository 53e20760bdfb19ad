"""Neighbours by latent, worked out by hand on a line and against brute force."""

from __future__ import annotations

import numpy as np
import pytest

from spurview.core.neighbours import (
    Matcher,
    first_kept,
    mean_of,
    nearest,
    nearest_among,
    with_those_among,
)

LINE = np.array([[0], [1], [3], [7], [12]], np.float32)


def brute_force(latents, references, k, query):
    """Rows of the nearest references to one query, itself left out, by plain sorting."""
    others = [row for row in references if row != query]
    distance = np.linalg.norm(latents[others] - latents[query], axis=1)
    return [others[i] for i in np.argsort(distance, kind="stable")[:k]]


def test_nearest_on_a_line():
    found = nearest(np.array([[2.4], [8.0]], np.float32), LINE, 2)
    assert found.tolist() == [[2, 1], [3, 4]]


def test_own_place_is_never_returned():
    found = nearest(LINE, LINE, 2, np.arange(5))
    assert found.tolist() == [[1, 2], [0, 2], [1, 0], [2, 4], [3, 2]]


def test_rows_outside_the_references_keep_all_of_them():
    found = nearest_among(LINE, np.array([0, 2, 4]), 2)
    assert found.tolist() == [[2, 4], [0, 2], [0, 4], [2, 4], [2, 0]]


def test_only_queries_are_answered():
    assert nearest_among(LINE, np.array([0, 2, 4]), 1, np.array([3, 4])).tolist() == [[2], [2]]


def test_blocks_do_not_show(monkeypatch):
    latents = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    whole = nearest_among(latents, np.arange(0, 50, 2), 4)
    monkeypatch.setattr("spurview.core.neighbours._BLOCK", 7)
    assert np.array_equal(nearest_among(latents, np.arange(0, 50, 2), 4), whole)


@pytest.mark.parametrize("seed", range(5))
def test_matcher_without_equals_brute_force(seed):
    rng = np.random.default_rng(seed)
    latents = rng.normal(size=(90, 3)).astype(np.float32)
    rows = np.sort(rng.permutation(90)[:60])
    excluded = rng.random(90) < rng.uniform(0, 0.8)
    found = Matcher(latents, rows, 3).without(excluded)
    left = [row for row in rows if not excluded[row]]
    assert found.tolist() == [brute_force(latents, left, 3, query) for query in range(90)]


def test_matcher_finds_others_for_rows_that_lose_all_their_near_ones():
    latents = np.arange(60, dtype=np.float32)[:, None]
    excluded = np.arange(60) < 40
    found = Matcher(latents, np.arange(60), 2).without(excluded)
    assert found[0].tolist() == [40, 41]
    assert found[59].tolist() == [58, 57]


def test_mean_of_equals_the_plain_mean():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20, 7)).astype(np.float32)
    neighbours = rng.integers(0, 20, (12, 5))
    assert mean_of(values, neighbours) == pytest.approx(values[neighbours].mean(1), abs=1e-6)


def test_a_linear_score_of_residuals_needs_no_residuals():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(20, 7))
    neighbours = rng.integers(0, 20, (20, 5))
    weights = rng.normal(size=7)
    raw = values @ weights
    residual = values - mean_of(values, neighbours)
    assert residual @ weights == pytest.approx(raw - raw[neighbours].mean(1))


@pytest.mark.parametrize("n_left", [2, 5, 10])
def test_matcher_with_fewer_than_k_left_gives_only_those(n_left):
    latents = np.arange(60, dtype=np.float32)[:, None]
    found = Matcher(latents, np.arange(60), 10).without(np.arange(60) < 60 - n_left)
    assert set(found[0].tolist()) == set(range(60 - n_left, 60))


def test_matcher_of_fewer_references_than_k_gives_all_of_them():
    found = Matcher(LINE, np.array([0, 2, 4]), 10).without(np.zeros(5, bool))
    assert set(found[1].tolist()) == {0, 2, 4}


def test_matcher_with_nothing_left_says_so():
    matcher = Matcher(LINE, np.arange(5), 2)
    with pytest.raises(ValueError, match="every reference row is excluded"):
        matcher.without(np.ones(5, bool))


def tinted_latents():
    """Content along the first direction; hits, every fourth, are five away along the second."""
    rng = np.random.default_rng(2)
    latents = np.c_[rng.normal(size=80), rng.normal(0, 0.01, 80)].astype(np.float32)
    hits = np.arange(80) % 4 == 0
    # As much content among hits as among the others, so that the directions do not mix.
    latents[hits, 0] = np.sort(latents[~hits, 0])[::3][:20]
    latents[~hits, 0] -= latents[~hits, 0].mean() - latents[hits, 0].mean()
    latents[hits, 1] += 5
    return latents, hits


def test_across_compares_hits_with_others_of_like_content():
    latents, hits = tinted_latents()
    rows = np.arange(80)
    found = Matcher(latents, rows, 3).across(hits)
    left = [row for row in rows if not hits[row]]
    content = latents[:, :1]
    wanted = [brute_force(content, left, 3, query) for query in range(80)]
    alike = [set(a) == set(b) for a, b in zip(found.tolist(), wanted, strict=True)]
    assert np.mean(alike) > 0.9
    assert not hits[found].any()


def test_without_takes_the_few_that_lie_towards_the_hits():
    """What `across` is for: one odd image near the hits would stand for them all."""
    latents, hits = tinted_latents()
    odd = np.flatnonzero(~hits)[:3]
    latents[odd, 1] = 5
    matcher = Matcher(latents, np.arange(80), 3)
    assert np.isin(matcher.without(hits)[hits], odd).all()
    assert not np.isin(matcher.across(hits)[hits], odd).mean() > 0.2


def test_across_leaves_the_image_itself_out():
    latents, hits = tinted_latents()
    found = Matcher(latents, np.arange(80), 3).across(hits)
    assert not (found == np.arange(80)[:, None]).any()


def test_across_takes_evenly_spread_rows_where_there_are_many(monkeypatch):
    monkeypatch.setattr("spurview.core.neighbours.MOST_ACROSS", 20)
    latents, hits = tinted_latents()
    found = Matcher(latents, np.arange(80), 3).across(hits)
    assert np.isin(found, np.flatnonzero(~hits)[::3]).all()


@pytest.mark.parametrize("n", [1, 2, 199, 401, 1000, 1001, 1202])
def test_queries_in_parts_have_the_neighbours_of_all_at_once(n):
    rng = np.random.default_rng(n)
    queries, references = (rng.normal(size=(m, 5)).astype(np.float32) for m in (n, 300))
    distances = np.linalg.norm(queries[:, None].astype(float) - references, axis=2)
    assert np.array_equal(nearest(queries, references, 4), np.argsort(distances, axis=1)[:, :4])


def test_the_first_kept_are_taken_in_their_order():
    rng = np.random.default_rng(0)
    near = rng.permuted(np.tile(np.arange(30), (200, 1)), axis=1)
    kept = rng.random(near.shape) < 0.4
    first = first_kept(near, kept, 6)
    for row in range(len(near)):
        wanted = near[row][kept[row]]
        assert len(wanted) < 6 or np.array_equal(first[row], wanted[:6])


def test_rows_that_keep_too_few_do_not_hold_up_the_others():
    near = np.array([[4, 5, 6, 7], [3, 2, 1, 0]])
    kept = np.array([[False, False, False, True], [False, True, False, True]])
    assert first_kept(near, kept, 2)[1].tolist() == [2, 0]


def test_those_among_the_hits_are_found_and_no_others():
    """Two groups apart: a few hits in the one lead to all of it and to none of the other."""
    rng = np.random.default_rng(0)
    latents = rng.normal(0, 1, (300, 4)).astype(np.float32)
    latents[:60] += 20
    near = nearest_among(latents, np.arange(300), 10)
    hits = np.zeros(300, bool)
    hits[:60:3] = True
    assert with_those_among(hits, near).nonzero()[0].tolist() == list(range(60))


def test_scattered_hits_have_few_among_them():
    latents = np.random.default_rng(1).normal(0, 1, (600, 8)).astype(np.float32)
    near = nearest_among(latents, np.arange(600), 10)
    hits = np.arange(600) % 40 == 0
    assert with_those_among(hits, near).mean() < 0.25
