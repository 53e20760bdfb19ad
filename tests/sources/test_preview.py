"""A quick look at a source: classes, counts, a few pictures, what is skipped, what overlaps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spurview.core.errors import Cancelled, InputError
from spurview.sources import SourceSpec, find_overlap, preview
from tests.sources import made
from tests.sources.test_forms import (
    as_cifar_binary,
    as_csv,
    as_folder,
    as_h5,
    as_mnist,
    as_packed_npz,
    as_shards,
)


@pytest.mark.parametrize(
    ("make", "kind"),
    [(as_folder, "folder"), (as_mnist, "mnist"), (as_cifar_binary, "cifar10"),
     (as_packed_npz, "npz"), (as_h5, "h5"), (as_csv, "csv"), (as_shards, "shards")],
)  # fmt: skip
def test_a_look_at_any_form_shows_classes_counts_and_pictures(
    tmp_path: Path, make: object, kind: str
) -> None:
    text, pixels, key = make(tmp_path)  # type: ignore[operator]
    seen = preview(SourceSpec(text), "interest", examples=3, thumbnail_px=20)
    assert (seen.kind, seen.images, seen.skipped) == (kind, 12, [])
    assert [found.images for found in seen.classes] == [4, 4, 4]
    names = [key(number).split("/")[1] for number in range(3)]
    assert [found.name for found in seen.classes] == names
    assert all(found.examples.shape == (3, 20, 20, 3) for found in seen.classes)
    assert seen.sizes == [pixels.shape[1:3]]


def test_a_look_tells_what_would_be_skipped(tmp_path: Path) -> None:
    made.pool(tmp_path / "pool")
    (tmp_path / "pool" / "0.png").write_text("no image")
    seen = preview(SourceSpec(str(tmp_path / "pool")), "pool")
    assert [(found.name, found.images, len(found.examples)) for found in seen.classes] == [
        ("", 5, 4)
    ]
    assert [(file.path, file.reason) for file in seen.skipped] == [
        ("0.png", "not an image (JPEG, PNG, WebP, GIF, BMP or TIFF)")
    ]


def test_a_look_decodes_no_more_than_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["spurview.sources.preview"]
    monkeypatch.setattr(module, "MOST_DECODED", 2)
    seen = preview(SourceSpec(as_folder(tmp_path)[0]), "interest")
    assert [len(found.examples) for found in seen.classes] == [1, 1, 0]


def test_a_look_can_be_cancelled_and_refuses_in_a_sentence(tmp_path: Path) -> None:
    def report(done: int, total: int, message: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        preview(SourceSpec(as_folder(tmp_path)[0]), "interest", report=report)
    with pytest.raises(InputError, match=r"^There is no folder .*away\.$"):
        preview(SourceSpec(str(tmp_path / "away")), "interest")


def test_overlap_is_found_by_content_whatever_the_name(tmp_path: Path) -> None:
    text, pixels, _ = as_folder(tmp_path)
    folder = made.pool(tmp_path / "pool")
    interest, pool = [SourceSpec(text)], [SourceSpec(str(folder))]
    assert find_overlap(interest, pool).shown == []
    (folder / "other.png").write_bytes(made.png(pixels[3]))
    found = find_overlap(interest, pool)
    assert (found.shown, found.complete) == (["other.png"], True)


def test_a_cancelled_overlap_says_that_it_is_not_complete(tmp_path: Path) -> None:
    text, _, _ = as_folder(tmp_path)

    def report(done: int, total: int, message: str) -> None:
        if "comparing" in message:
            raise Cancelled

    assert not find_overlap([SourceSpec(text)], [SourceSpec(text)], report=report).complete


def test_a_look_loads_no_torch_and_no_hdf5(tmp_path: Path) -> None:
    text, _, _ = as_h5(tmp_path)
    code = f"""
import sys
from spurview.sources import SourceSpec, find_overlap, preview
assert preview(SourceSpec({text!r}), "interest").images == 12
print([name for name in ("torch", "h5py", "sklearn") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
