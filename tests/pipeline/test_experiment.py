"""Experiments: what is planted, in which images, and what stays as it was."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PIL import Image

from spurview.core.arrays import MemoryReader
from spurview.core.errors import InputError
from spurview.core.network_description import NetworkDescription
from spurview.pipeline.experiment import Plan, look, make_experiment, why_trained_here
from spurview.project.model import INTEREST_TRAIN, POOL
from spurview.project.store import Project
from tests import constructed

READER = MemoryReader(constructed.arrays())
INFO = constructed.info()


def changed(path):
    """Roles and labels of the images that the experiment changed, and the project's info."""
    with Project.open(path, lock=False) as project:
        pixels, info = project.read("/images/pixels"), project.info
        digest = project.read("/images/digest")
    rows = (pixels != READER.read("/images/pixels")).any((1, 2, 3))
    assert ((digest != READER.read("/images/digest")).any(1) == rows).all()
    return READER.read("/images/role")[rows], READER.read("/images/label")[rows], info


@pytest.mark.parametrize(
    "what", ["solid", "noise", "watermark", "strokes", "tint", "noise everywhere"]
)
def test_only_training_images_of_the_class_and_of_the_pool_get_it(what, tmp_path) -> None:
    path = tmp_path / "e.spurview"
    make_experiment(READER, INFO, Plan("b", what, "fixed", share_of_pool=0.1), path)
    role, label, info = changed(path)
    assert (role == POOL).sum() == 24
    assert set(role.tolist()) == {INTEREST_TRAIN, POOL}
    assert set(label[role == INTEREST_TRAIN].tolist()) == {1}
    assert [p.class_name for p in info.planted] == [*(p.class_name for p in INFO.planted), "b"]
    assert set(info.stages) == {"images"}


def test_a_jittered_pattern_stands_in_several_places() -> None:
    plan = Plan("b", "solid", "jittered", side_px=3, jitter_px=3)
    found = look(READER, INFO, plan, shown=6)
    differs = (found.after != found.before).any(-1)
    places = {tuple(np.argwhere(image)[0]) for image in differs}
    assert len(places) > 2


def test_a_picture_of_ones_own_is_planted(tmp_path) -> None:
    picture = tmp_path / "mark.png"
    Image.new("RGB", (8, 8), (250, 250, 250)).save(picture)
    found = look(READER, INFO, Plan("b", "picture", side_px=4, picture=picture), shown=3)
    assert (found.after == 250).all(-1).sum((1, 2)).tolist() == [16] * 6


def test_what_cannot_be_planted_is_told_in_one_sentence(tmp_path) -> None:
    text = tmp_path / "mark.png"
    text.write_text("no picture")
    for plan, words in (
        (Plan("b", share_of_pool=0.01), "at least 4 images are needed"),
        (Plan("b", side_px=16), "does not fit into images of 16 × 16"),
        (Plan("b", "picture"), "Choose the picture"),
        (Plan("b", "picture", picture=text), "cannot be planted"),
    ):
        with pytest.raises(InputError, match=words):
            look(READER, INFO, plan)


def test_of_a_network_of_ones_own_only_classes_with_images_are_kept(tmp_path) -> None:
    """A network may know a thousand classes, of which the images of interest are a few."""
    arrays = constructed.arrays()
    label = arrays["/images/label"]
    arrays["/images/label"] = np.where(label >= 0, 2 * label + 1, -1).astype(np.int32)
    names = ["u", "a", "v", "b", "w", "c"]
    network = NetworkDescription(form="python", name="net", file="net.py", n_classes=6)
    info = msgspec.structs.replace(INFO, class_names=names, label_names=names, network=network)
    path = tmp_path / "e.spurview"
    make_experiment(MemoryReader(arrays), info, Plan("b"), path)
    _, _, made = changed(path)
    with Project.open(path, lock=False) as project:
        assert project.read("/images/label").tolist() == label.tolist()
    assert (made.class_names, made.network) == (["a", "b", "c"], None)
    assert "trains a network here" in why_trained_here(info)
    assert why_trained_here(INFO) == ""
