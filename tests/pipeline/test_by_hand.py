"""Candidates made by hand: what is computed of a choice, and how it stands beside the found."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from spurview.core.arrays import MemoryReader, OverlayReader
from spurview.core.errors import InputError, StageError
from spurview.pipeline.by_hand import (
    Choice,
    arrays_of,
    hand_made,
    laid_over,
    made_in,
    stale_ids,
    with_by_hand,
)
from spurview.pipeline.carry_over import by_hand_carried_over
from spurview.pipeline.checkpoints import Checkpoints
from spurview.pipeline.findings import candidate_records, candidate_rows, collect
from spurview.pipeline.run import Work
from spurview.project.checking import check
from spurview.project.model import HandMade
from spurview.project.store import Project
from tests import constructed
from tests.made import made_of
from tests.ui.conftest import ALARM, fresh_info

SAMPLE = Path(__file__).parents[2] / "sample_projects" / "planted-patch.spurview"
ROWS = constructed.CARRIERS[:20].tolist()


def with_one(info, rows=ROWS, **choice):
    own = hand_made(info, Choice("b", rows, **choice))
    return msgspec.structs.replace(info, by_hand=[own]), own


def keys_of(arrays):
    ends = arrays["/images/keys_end"].tolist()
    data = arrays["/images/keys"].tobytes().decode()
    return [data[a:b] for a, b in pairwise([0, *ends])]


def found_in(reader, info):
    return {f.id: f for f in collect(reader, info, {}, keys_of(constructed.arrays())).findings}


# Beside the found ones.


@pytest.fixture
def base():
    return MemoryReader(constructed.arrays())


def test_it_is_listed_with_its_rows_and_how_it_was_made(base):
    info, own = with_one(fresh_info())
    reader = laid_over(base, info, {own.id: made_of(own, info)})
    found = found_in(reader, info)
    assert found[own.id].origin == "selection"
    assert sorted(candidate_rows(reader)[own.id].members.tolist()) == ROWS
    assert found[ALARM].origin == ""
    assert sorted(f.rank for f in found.values()) == [1, 2, 3]


def test_every_array_has_it_last_and_the_found_as_they_were(base):
    info, own = with_one(fresh_info())
    reader = laid_over(base, info, {own.id: made_of(own, info)})
    for name in base.names():
        if name.startswith(("/candidates/", "/verification/pair")) and "record" not in name:
            below = base.read(name)
            above = reader.read(name)
            assert reader.shape(name) == above.shape
            if name != "/candidates/classes":
                assert len(above) > len(below)
            assert (above[: len(below)] == below).all()
    assert reader.read("/candidates/hits", 2, 3)[0].sum() == len(ROWS)
    assert reader.read("/candidates/hits", 1, 3).shape[0] == 2
    assert reader.read("/verification/pair_rows").shape == (3, 4)


def test_what_it_replaces_is_not_listed(base):
    info, own = with_one(fresh_info(), origin="split", replaces={ALARM: ROWS})
    found = found_in(laid_over(base, info, {own.id: made_of(own, info)}), info)
    assert own.id in found
    assert ALARM not in found


def test_it_is_stale_when_what_it_rests_on_changes_and_until_it_is_computed():
    info, own = with_one(fresh_info())
    made = {own.id: made_of(own, info)}
    assert stale_ids(info, made) == []
    assert stale_ids(info, {}) == [own.id]
    other = msgspec.structs.replace(info.settings, seed=5)
    assert stale_ids(msgspec.structs.replace(info, settings=other), made) == [own.id]


def test_a_file_keeps_it(tmp_path):
    info, own = with_one(fresh_info())
    path = tmp_path / "case.spurview"
    arrays = constructed.arrays() | arrays_of([made_of(own, info)])
    Project.create(path, info, arrays).close()
    assert check(path) == []
    with Project.open(path) as project:
        assert project.info.by_hand == [own]
        again = made_in(project)[own.id]
        assert again.members.tolist() == ROWS
        assert again.arrays["hits"].sum() == len(ROWS)
        assert own.id in found_in(with_by_hand(project, project.info), project.info)
        # From the file itself as well: the command line asks so.
        assert own.id in found_in(project, project.info)


def test_members_beyond_the_images_are_told_by_the_check(tmp_path):
    info, own = with_one(fresh_info())
    wrong = msgspec.structs.replace(own, members=[5, 100_000])
    path = tmp_path / "case.spurview"
    info = msgspec.structs.replace(info, by_hand=[wrong])
    Project.create(path, info, constructed.arrays()).close()
    assert any("members that are no images" in problem for problem in check(path))


def test_after_a_rerun_it_replaces_the_same_candidate_under_its_new_name(base):
    info, _ = with_one(
        fresh_info(), origin="split", replaces={"1-99999999": constructed.CARRIERS[:28].tolist()}
    )
    carried = by_hand_carried_over(info, base)
    assert list(carried.by_hand[0].replaces) == [ALARM]


def test_too_few_images_are_refused():
    with pytest.raises(InputError, match="3 images of class b cannot show"):
        hand_made(fresh_info(), Choice("b", ROWS[:3]))


# Computed for real, on the sample with its trained network.


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    path = folder / "sample.spurview"
    shutil.copy(SAMPLE, path)
    with Project.open(path) as project:
        yield project


def computed(project, choices, tmp_path):
    from spurview.pipeline.hand_work import compute_by_hand

    own = [hand_made(project.info, choice) for choice in choices]
    kept = Checkpoints(tmp_path, "manual", "0" * 32)
    work = Work(project, project.info, kept, "cpu", lambda *_: None)
    return compute_by_hand(work, own)


def test_images_with_a_planted_patch_give_its_place_and_an_alarm(sample, tmp_path, one_thread):
    planted = sample.info.planted[0]
    best = next(iter(collect(sample, sample.info, {}, sample.keys()).findings))
    rows = candidate_rows(sample)[best.id].members
    # Three quarters of the carriers and some of the class that carry nothing.
    predicted = sample.read("/predictions/class")
    role = sample.read("/images/role")
    target = sample.info.class_names.index(planted.class_name)
    others = np.setdiff1d(np.flatnonzero((role == 2) & (predicted == target)), rows)[:10]
    chosen = np.concatenate([rows[: 3 * len(rows) // 4], others])
    made = computed(sample, [Choice(planted.class_name, chosen.tolist())], tmp_path)[0]
    assert made.result.verified.outcome in ("alarm", "suspect")
    inside = made.arrays["mask"][
        planted.top : planted.top + planted.height, planted.left : planted.left + planted.width
    ]
    assert inside.mean() > 0.5
    assert inside.sum() > 0.5 * made.arrays["mask"].sum()
    # Those that were left out are found to carry it all the same.
    left_out = rows[3 * len(rows) // 4 :]
    assert made.arrays["hits"][left_out].mean() > 0.8
    assert set(made.members) == set(chosen.tolist())


def test_images_of_no_common_pattern_raise_no_alarm(sample, tmp_path, one_thread):
    predicted, role = sample.read("/predictions/class"), sample.read("/images/role")
    rows = np.flatnonzero((role == 2) & (predicted == 0))
    rows = np.random.default_rng(2).permutation(rows)[:40]
    made = computed(sample, [Choice(sample.info.class_names[0], rows.tolist())], tmp_path)[0]
    assert made.result.verified.outcome == "candidate"


def test_too_few_of_the_half_that_draws_are_refused(sample, tmp_path):
    from spurview.core.material import split_pool

    role, predicted = sample.read("/images/role"), sample.read("/predictions/class")
    half_b = (role == 2) & ~split_pool(role == 2, sample.info.settings.seed) & (predicted == 0)
    rows = np.flatnonzero(half_b)[:40].tolist()
    with pytest.raises(StageError, match="Only 0 of these images are in the half"):
        computed(sample, [Choice(sample.info.class_names[0], rows)], tmp_path)


@pytest.mark.parametrize("n_others", [0, 1, 19])
def test_a_class_that_nearly_all_images_got_is_refused(sample, tmp_path, n_others):
    """There is nothing to compare its images with."""
    from spurview.pipeline.hand_work import compute_by_hand

    predicted = np.ones_like(sample.read("/predictions/class"))
    pool = np.flatnonzero(sample.read("/images/role") == 2)
    predicted[pool[:n_others]] = 0
    one_class = OverlayReader(MemoryReader({"/predictions/class": predicted}), sample)
    choice = hand_made(sample.info, Choice(sample.info.class_names[1], pool[-60:].tolist()))
    work = Work(one_class, sample.info, Checkpoints(tmp_path, "m", "0" * 32), "cpu", lambda *_: 0)
    with pytest.raises(StageError, match=f"of which there are {n_others}, and 20 are needed"):
        compute_by_hand(work, [choice])


def test_where_a_parent_moves_its_places_are_kept():
    from spurview.pipeline.hand_work import moved_from

    reader = MemoryReader(constructed.moved())
    ids = [record.id for record in candidate_records(reader)]
    places = reader.read("/candidates/places")
    moving = [i for i, offsets in zip(ids, places, strict=True) if offsets.any()]
    still = [i for i in ids if i not in moving]
    assert moving
    choice = HandMade(
        id="1-00000000",
        class_name="b",
        members=ROWS,
        origin="merge",
        replaces={**{i: list(ROWS) for i in still}, moving[0]: [ROWS[0]]},
    )
    found = moved_from(reader, choice, places.shape[1])
    assert np.array_equal(found.places, places[ids.index(moving[0])])
    assert np.array_equal(found.mask, reader.read("/candidates/mask")[ids.index(moving[0])] > 0)
    # Of other images the places say nothing.
    assert moved_from(reader, choice, places.shape[1] + 1) is None
    assert moved_from(MemoryReader(constructed.arrays()), choice, places.shape[1]) is None
