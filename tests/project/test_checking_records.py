"""Records and settings that are out of step with the arrays beside them are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from spurview.core.errors import DamagedError
from spurview.project import structure
from spurview.project.checking import problems_in
from spurview.project.model import HandMade, Verdict
from spurview.project.store import Project
from tests import constructed

from .conftest import alter
from .test_refusals import HOSTILE


def problems(path: Path, *, info: dict[str, Any] | None = None, **arrays: Any) -> list[str]:
    """What is said of the constructed project with these changes; `a__b` stands for /a/b."""
    changed = {"/" + name.replace("__", "/"): value for name, value in arrays.items()}
    about = msgspec.structs.replace(constructed.info(), **info or {})
    with Project.create(path, about, constructed.arrays() | changed) as project:
        return problems_in(project)


def records(name: str, **changes: Any) -> np.ndarray:
    """The JSON records of this name, all with the same changes."""
    made = msgspec.json.decode(constructed.arrays()[name].tobytes())
    return constructed.as_json([record | changes for record in made])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.spurview"


def test_a_candidate_of_no_class_is_named(path: Path) -> None:
    wrong = records("/candidates/records", class_index=7)
    assert "/candidates: class 7 of 3." in problems(path, candidates__records=wrong)


def test_two_candidates_of_one_id_are_named(path: Path) -> None:
    same = records("/candidates/records", id="1-aaaaaaaa")
    said = problems(path, candidates__records=same)
    assert "/candidates/records has the same id twice." in said
    assert "/verification/records and /candidates/records differ in ids." in said


def test_a_candidate_less_than_maps_is_named(path: Path) -> None:
    made = msgspec.json.decode(constructed.arrays()["/candidates/records"].tobytes())
    said = problems(path, candidates__records=constructed.as_json(made[:1]))
    assert "/candidates/records and /candidates/map differ in length." in said


def test_members_by_hand_that_are_no_images_are_named(path: Path) -> None:
    own = HandMade(id="h-1", class_name="nothing", members=[999])
    said = problems(path, info={"by_hand": [own]})
    assert "/settings: 'h-1' of by_hand has members that are no images." in said
    assert "/settings: 'h-1' of by_hand is of no class of the project." in said


def test_labels_that_do_not_begin_with_the_classes_are_named(path: Path) -> None:
    said = problems(path, info={"label_names": ["x", "y", "z"]})
    assert "/settings: label_names does not begin with class_names." in said


def test_a_verdict_on_what_is_no_image_is_named(path: Path) -> None:
    with Project.create(path, constructed.info(), constructed.arrays()) as project:
        project.save(verdicts={"1-aaaaaaaa": Verdict(class_name="b", members=[-1])})
        said = problems_in(project)
    assert said == ["/verdicts: '1-aaaaaaaa' has members that are no images."]


def test_a_project_without_images_has_nothing_beyond_them(tmp_path: Path) -> None:
    """Made by `spurview new` that was killed, or by another program."""
    arrays = {name: a for name, a in constructed.arrays().items() if name == "/latents"}
    info = msgspec.structs.replace(constructed.info(), stages={})
    with Project.create(tmp_path / "x.spurview", info, arrays) as project:
        assert project.keys() == []
        assert problems_in(project) == []


def test_keys_that_are_not_cut_up_cannot_be_read(path: Path) -> None:
    ends = constructed.arrays()["/images/keys_end"].copy()
    ends[-1] += 1
    arrays = constructed.arrays() | {"/images/keys_end": ends}
    with Project.create(path, constructed.info(), arrays) as project:
        assert problems_in(project) == ["/images/keys_end does not cut up /images/keys."]
        with pytest.raises(DamagedError, match=r"^x\.spurview is damaged"):
            project.keys()


def test_the_child_finds_what_was_written(path: Path) -> None:
    """The program of the child, called here: what it says of a whole file."""
    Project.create(path, constructed.info(), constructed.arrays()).close()
    table = structure.structure(str(path))["table"]
    assert set(constructed.arrays()) < set(table)
    assert table["/latents"].shape == constructed.arrays()["/latents"].shape


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_child_refuses_hostile_structure(path: Path, kind: str) -> None:
    change, reason = HOSTILE[kind]
    Project.create(path, constructed.info(), constructed.arrays()).close()
    alter(path, change)
    with pytest.raises((structure.Refused, *structure.LIBRARY_ERRORS), match=r".+") as caught:
        structure.structure(str(path))
    assert reason in f"{type(caught.value).__name__}: {caught.value}"
