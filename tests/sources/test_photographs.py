"""Crops of photographs: real, drawn by the seed, and a clear sentence without scikit-image."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from spurview.core.errors import InputError
from spurview.core.settings import ImagesSettings
from spurview.sources import SourceSpec, read_sources
from spurview.sources.photographs import CROPS_EACH, PHOTOGRAPHS, load_photographs


def test_every_photograph_is_at_hand_and_shows_something() -> None:
    pytest.importorskip("skimage")
    crops, names = load_photographs(each=4)
    assert crops.shape == (4 * len(PHOTOGRAPHS), 48, 48, 3)
    assert names == [name for name in PHOTOGRAPHS for _ in range(4)]
    assert (crops.std(axis=(1, 2)).max(1) > 2).all()


def test_no_photograph_has_a_colour_of_its_own() -> None:
    """Else colours alone would tell the classes apart, and nothing planted would be learnt."""
    pytest.importorskip("skimage")
    for name in ("coffee", "moon"):
        crops, _ = load_photographs([name], each=60)
        strongest = crops.mean(axis=(1, 2)).argmax(1)
        assert np.bincount(strongest, minlength=3).min() >= 10


def test_crops_follow_the_seed_and_the_photograph_alone() -> None:
    pytest.importorskip("skimage")
    coffee, _ = load_photographs(["coffee"], seed=3, each=5)
    both, _ = load_photographs(["moon", "coffee"], seed=3, each=5)
    other, _ = load_photographs(["coffee"], seed=4, each=5)
    assert (both[5:] == coffee).all()
    assert (other != coffee).any(axis=(1, 2, 3)).all()
    assert len(np.unique(coffee, axis=0)) == 5


def test_photographs_are_a_source() -> None:
    pytest.importorskip("skimage")
    product = read_sources(
        [SourceSpec("photographs:2", ("moon", "coffee"))],
        [SourceSpec("photographs:2", ("text",))],
        settings=ImagesSettings(),
        seed=0,
        project_dir=Path(),
    )
    assert product.class_names == ["coffee", "moon"]
    assert product.arrays["/images/pixels"].shape == (1200, 48, 48, 3)
    expected, _ = load_photographs(["text"], seed=2)
    assert (product.arrays["/images/pixels"][800:] == expected).all()


def test_an_index_in_a_key_counts_before_the_choice_of_classes() -> None:
    pytest.importorskip("skimage")
    keys = {}
    for classes in (("moon", "coffee"), ("coffee",)):
        product = read_sources(
            [SourceSpec("photographs:2", classes)],
            [SourceSpec("digits:", ("5",))],
            settings=ImagesSettings(size_px=16),
            seed=0,
            project_dir=Path(),
        )
        told = product.arrays["/images/keys"].tobytes().decode()
        keys[classes] = set(re.findall(r"interest/coffee/[0-9]+", told))
    assert len(keys[("coffee",)]) == CROPS_EACH
    assert keys[("coffee",)] == keys[("moon", "coffee")]
    assert "interest/coffee/800" in keys[("coffee",)]


@pytest.mark.parametrize(
    ("text", "classes", "message"),
    [
        ("photographs:x", None, "photographs:x is no source"),
        ("photographs:", ("dog",), "photographs: has no class dog; its classes are astronaut"),
    ],
)
def test_what_is_not_there_is_said(
    text: str, classes: tuple[str, ...] | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_sources(
            [SourceSpec(text, classes)],
            [SourceSpec("digits:")],
            settings=ImagesSettings(),
            seed=0,
            project_dir=Path(),
        )


def test_without_scikit_image_a_sentence_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['skimage'] = None\n"
        "from spurview.sources.photographs import load_photographs\n"
        "try: load_photographs()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == (
        "InputError The photographs need scikit-image: "
        "install it with pip install 'spurview[photos]'."
    )
