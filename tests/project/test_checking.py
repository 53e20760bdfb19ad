from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spurview.core.arrays import Array
from spurview.core.errors import SaveError
from spurview.project.checking import check
from spurview.project.store import Project
from tests import constructed

from .conftest import overwrite

pytestmark = pytest.mark.usefixtures("quick_opening")


def test_a_good_project_has_no_problems(path: Path) -> None:
    assert check(path) == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("/images/role", 3, "/images/role has values outside 0 to 2."),
        ("/images/label", -2, "/images/label has values outside -1 to 2."),
        ("/images/source", 2, "/images/source has values outside 0 to 1."),
        ("/predictions/class", 3, "/predictions/class has values outside 0 to 2."),
        ("/embedding/neighbours", 300, "/embedding/neighbours has values outside 0 to 299."),
        ("/latents", np.nan, "/latents has values that are not finite."),
        ("/predictions/logits", np.inf, "/predictions/logits has values that are not finite."),
        ("/classifier/weights/fc.bias", np.nan, "fc.bias has values that are not finite."),
        ("/candidates/mask", 1.5, "/candidates/mask has values outside 0 to 1."),
        ("/images/keys_end", -1, "/images/keys_end does not cut up /images/keys."),
        ("/candidates/members_end", 9**9, "members_end does not cut up /candidates/members."),
        ("/images/keys", ord("a"), "/images/keys has the same key twice."),
        ("/candidates/records", 0, "/candidates/records: JSON is malformed"),
    ],
)
def test_values_out_of_range_are_named(path: Path, name: str, value: float, problem: str) -> None:
    array = constructed.arrays()[name]
    array[...] = value
    overwrite(path, name, array)
    assert any(problem in said for said in check(path)), check(path)


@pytest.mark.parametrize(
    "record",
    [
        {"counts": [], "found": 0, "interval": [0, 1]},
        {"counts": [0, -1], "found": 0, "interval": [0, 1]},
        {"counts": [0], "found": 0},
    ],
)
def test_a_chance_record_that_makes_no_sense_is_named(tmp_path: Path, record: object) -> None:
    arrays = constructed.with_chance()
    Project.create(tmp_path / "good.spurview", constructed.info(), arrays).close()
    assert check(tmp_path / "good.spurview") == []
    arrays["/chance/record"] = constructed.as_json(record)
    Project.create(tmp_path / "x.spurview", constructed.info(), arrays).close()
    (said,) = check(tmp_path / "x.spurview")
    assert said.startswith("/chance/record: ")


def test_an_incomplete_group_is_named(tmp_path: Path) -> None:
    arrays = constructed.arrays()
    del arrays["/images/digest"]
    Project.create(tmp_path / "x.spurview", constructed.info(), arrays).close()
    problem = "/images/digest is missing beside the rest of /images."
    assert check(tmp_path / "x.spurview") == [problem]


def test_a_file_that_does_not_open_is_one_problem(tmp_path: Path) -> None:
    assert check(tmp_path / "none")[0].startswith("none does not exist.")


def saved(path: Path, changed: dict[str, Array]) -> Path:
    Project.create(path, constructed.info(), constructed.moved() | changed).close()
    return path


def test_places_of_moved_patterns_are_kept_as_they_are(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.spurview", {})
    places = constructed.moved()["/candidates/places"]
    assert check(path) == []
    with Project.open(path, lock=False) as project:
        read = project.read("/candidates/places")
    assert read.dtype == np.int16
    assert np.array_equal(read, places)


@pytest.mark.parametrize("shape", [(2, 299, 2), (1, 300, 2), (2, 300, 3), (2, 300)])
def test_places_of_another_shape_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(SaveError):
        saved(tmp_path / "x.spurview", {"/candidates/places": np.zeros(shape, np.int16)})


@pytest.mark.parametrize("offset", [(16, 0), (0, -16)])
def test_places_beyond_the_image_are_named(tmp_path: Path, offset: tuple[int, int]) -> None:
    places = constructed.moved()["/candidates/places"]
    places[1, 7] = offset
    path = saved(tmp_path / "x.spurview", {"/candidates/places": places})
    assert check(path) == ["/candidates/places has values outside ±15 down and ±15 right."]


def test_a_moved_pattern_without_places_is_named(tmp_path: Path) -> None:
    arrays = constructed.moved()
    del arrays["/candidates/places"]
    Project.create(tmp_path / "x.spurview", constructed.info(), arrays).close()
    (said,) = check(tmp_path / "x.spurview")
    assert said.startswith("/candidates/records has a pattern that moves, but /candidates/places")


def test_places_alone_are_no_candidates(tmp_path: Path) -> None:
    arrays = {n: a for n, a in constructed.arrays().items() if "/candidates/" not in n}
    arrays["/candidates/places"] = constructed.moved()["/candidates/places"]
    Project.create(tmp_path / "x.spurview", constructed.info(), arrays).close()
    assert any(
        "missing beside the rest of /candidates." in s for s in check(tmp_path / "x.spurview")
    )
