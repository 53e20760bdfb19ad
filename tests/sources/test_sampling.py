"""A few images of sources: every class has one, and another turn gives others."""

from __future__ import annotations

from pathlib import Path

import pytest

from spurview.core.settings import ImagesSettings
from spurview.sources import SourceSpec
from spurview.sources.sampling import _spread, read_sample
from tests.sources import made


def sampled(folder: Path, n: int, turn: int = 0):
    product = read_sample(
        [SourceSpec(str(folder / "marks"))],
        [SourceSpec(str(folder / "pool"))],
        settings=ImagesSettings(),
        n_interest=n,
        n_pool=2,
        turn=turn,
        project_dir=folder,
    )
    role, label = product.arrays["/images/role"], product.arrays["/images/label"]
    return product, label[role != 2].tolist(), int((role == 2).sum())


def made_in(folder: Path) -> Path:
    made.pool(folder / "pool")
    for number, pixels in enumerate(made.images(60)):
        place = folder / "marks" / "abc"[number % 3]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(made.png(pixels))
    return folder


def test_classes_come_in_turn_and_each_has_one(tmp_path) -> None:
    folder = made_in(tmp_path)
    _, labels, n_pool = sampled(folder, 7)
    assert sorted(labels) == [0, 0, 0, 1, 1, 2, 2]
    assert n_pool == 2
    assert sorted(sampled(folder, 1)[1]) == [0, 1, 2]


def test_another_turn_gives_other_images_and_the_same_turn_the_same(tmp_path) -> None:
    folder = made_in(tmp_path)
    first, again, other = (
        sampled(folder, 6, turn)[0].arrays["/images/digest"].tobytes() for turn in (0, 0, 1)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("n_items", [14, 21, 40, 70])
def test_no_turn_of_the_first_few_gives_what_another_gave(n_items: int) -> None:
    drawn = [tuple(_spread(range(n_items), 2, turn)) for turn in range(4)]
    assert len(set(drawn)) == 4
    assert all(0 <= first < second < n_items for first, second in drawn)
