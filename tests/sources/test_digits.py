"""The digits that ship: whole, in a fixed order, and the packing script that made them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from spurview.sources import load_digits

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def packer() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "pack_digits", REPOSITORY / "resources" / "pack_digits.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ten_thousand_digits_stand_in_order() -> None:
    images, labels = load_digits()
    assert images.shape == (10_000, 28, 28, 1)
    assert images.dtype == np.uint8
    assert (np.diff(labels.astype(int)) >= 0).all()
    assert sorted(set(labels)) == list(range(10))


def test_digits_never_change() -> None:
    images, labels = load_digits()
    hashed = hashlib.blake2b(images.tobytes() + labels.tobytes(), digest_size=16).hexdigest()
    assert hashed == "3a570c5f15a4584089e4fa7ff824b285"


def test_packing_undoes_the_rounding_exactly(packer: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "src" / "digits"
    folder.mkdir(parents=True)
    grey = np.resize(np.arange(256), 2 * 28 * 28)
    for digit in range(10):
        data = [round(value / 255, 3) for value in grey.tolist()]
        (folder / f"{digit}.json").write_text(json.dumps({"data": data}))
    images, labels = packer.read_package(tmp_path)
    assert images.shape == (20, 28, 28)
    assert (images[:2].ravel() == grey).all()
    assert labels.tolist() == sorted([*range(10)] * 2)


def test_packing_twice_gives_the_same_bytes(packer: ModuleType, tmp_path: Path) -> None:
    arrays = {"images": np.arange(784, dtype=np.uint8).reshape(1, 28, 28)}
    packer.pack(arrays, tmp_path / "a.npz")
    packer.pack(arrays, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
