"""Whole sources: order, keys, roles, sizes, channels, what is left out, what is refused."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.core.errors import Cancelled, InputError
from spurview.core.settings import ImagesSettings
from spurview.sources import ImagesProduct, SourceSpec, read_sources
from spurview.sources.spec import natural_key, readable


def save(path: Path, value: int = 100, size: tuple[int, int] = (12, 12), mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    colour = value if mode == "L" else (value, 0, 0)
    Image.new(mode, size, colour).save(path)


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two classes of 10 images and a pool of 3."""
    for name in ("2", "10"):
        for number in range(10):
            save(tmp_path / "interest" / name / "deep" / f"{number}.png", number)
    for number in range(3):
        save(tmp_path / "pool" / f"{number}.png", 200 + number)
    return tmp_path


def read(
    root: Path,
    interest: Sequence[str] = ("interest",),
    pool: Sequence[str] = ("pool",),
    *,
    seed: int = 0,
    size_px: int = 0,
    classes: tuple[str, ...] | None = None,
) -> ImagesProduct:
    return read_sources(
        [SourceSpec(_named(root, name), classes) for name in interest],
        [SourceSpec(_named(root, name)) for name in pool],
        settings=ImagesSettings(size_px=size_px),
        seed=seed,
        project_dir=root,
    )


def _named(root: Path, name: str) -> str:
    return name if name == "digits:" else str(root / name)


def keys(product: ImagesProduct) -> list[bytes]:
    data, start, found = product.arrays["/images/keys"].tobytes(), 0, []
    for end in product.arrays["/images/keys_end"].tolist():
        found.append(data[start:end])
        start = end
    return found


def test_order_is_train_test_pool_and_classes_count_as_numbers(folders: Path) -> None:
    product = read(folders)
    role, label = product.arrays["/images/role"], product.arrays["/images/label"]
    assert product.class_names == ["2", "10"]
    assert role.tolist() == [0] * 18 + [1] * 2 + [2] * 3
    assert label[18:].tolist() == [0, 1, -1, -1, -1]
    assert keys(product)[0].startswith(b"interest/2/deep/")
    assert keys(product)[-1] == b"pool/2.png"


def test_same_seed_holds_out_the_same_images(folders: Path) -> None:
    first, again, other = read(folders, seed=1), read(folders, seed=1), read(folders, seed=4)
    assert keys(first) == keys(again)
    assert keys(first) != keys(other)


def test_keys_belong_to_their_pixels(folders: Path) -> None:
    product = read(folders)
    for key, pixels in zip(keys(product), product.arrays["/images/pixels"], strict=True):
        number = int(key.split(b"/")[-1].split(b".")[0])
        assert pixels[0, 0, 0] == number + (200 if key.startswith(b"pool/") else 0)


def test_own_size_is_kept_and_grey_has_one_channel(folders: Path) -> None:
    assert read(folders).arrays["/images/pixels"].shape == (23, 12, 12, 1)


def test_one_image_of_another_size_brings_all_to_64(folders: Path) -> None:
    save(folders / "pool" / "large.png", size=(40, 20))
    assert read(folders).arrays["/images/pixels"].shape == (24, 64, 64, 1)


def test_damaged_image_of_another_size_changes_nothing(folders: Path) -> None:
    save(folders / "pool" / "large.png", size=(60, 50))
    data = (folders / "pool" / "large.png").read_bytes()
    (folders / "pool" / "large.png").write_bytes(data[:45])
    product = read(folders)
    assert product.arrays["/images/pixels"].shape == (23, 12, 12, 1)
    assert [file.path for file in product.skipped] == ["large.png"]


def test_large_images_are_brought_to_64(folders: Path) -> None:
    for number, path in enumerate(sorted(folders.rglob("*.png"))):
        save(path, number, size=(97, 97))
    assert read(folders).arrays["/images/pixels"].shape[1:3] == (64, 64)


def test_chosen_size_wins(folders: Path) -> None:
    assert read(folders, size_px=20).arrays["/images/pixels"].shape[1:3] == (20, 20)


def test_one_coloured_image_gives_all_three_channels(folders: Path) -> None:
    save(folders / "pool" / "red.png", mode="RGB")
    pixels = read(folders).arrays["/images/pixels"]
    assert pixels.shape == (24, 12, 12, 3)
    assert pixels[-1, 0, 0].tolist() == [100, 0, 0]
    assert (pixels[0, ..., :1] == pixels[0]).all()


def test_what_is_left_out_is_listed_with_reasons(folders: Path) -> None:
    interest = folders / "interest"
    (interest / "README.txt").write_text("about these images")
    (interest / "2" / "notes.txt").write_text("notes")
    (interest / "2" / ".hidden.png").write_text("hidden files are nobody's business")
    (interest / "10" / "cut.png").write_bytes(
        (interest / "10" / "deep" / "1.png").read_bytes()[:50]
    )
    (folders / "pool" / "more").symlink_to(interest)
    reasons = {file.path: file.reason for file in read(folders).skipped}
    assert set(reasons) == {"README.txt", "2/notes.txt", "10/cut.png", "more"}
    assert reasons["README.txt"] == "not in the folder of a class"
    assert reasons["2/notes.txt"].startswith("not an image")
    assert reasons["10/cut.png"].startswith("damaged")
    assert reasons["more"] == "a link to a folder is not followed"


def test_an_image_of_interest_is_no_image_of_the_pool(folders: Path) -> None:
    (folders / "pool" / "link.png").symlink_to(folders / "interest" / "2" / "deep" / "7.png")
    product = read(folders)
    assert b"pool/link.png" not in keys(product)
    assert "1 image of the pool is an image of interest too, and left out of the pool." in (
        product.notes
    )
    assert [(file.path, file.reason) for file in product.skipped] == [
        ("link.png", "the same image is among those of interest (2/deep/7.png)")
    ]


def test_a_pool_of_images_of_interest_alone_is_refused(folders: Path) -> None:
    with pytest.raises(InputError, match="Every image of the pool is among the images of interest"):
        read(folders, pool=("interest",))


def test_names_that_are_not_utf8_survive_as_bytes(folders: Path) -> None:
    odd = os.fsencode(folders / "pool") + b"/\xff 1.png"
    try:
        Path(os.fsdecode(odd)).write_bytes((folders / "pool" / "1.png").read_bytes())
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    assert b"pool/\xff 1.png" in keys(read(folders))


def test_sub_folders_of_a_pool_become_labels_behind_the_classes(folders: Path) -> None:
    save(folders / "pool" / "cats" / "1.png")
    product = read(folders)
    assert product.label_names == ["2", "10", "cats"]
    assert product.arrays["/images/label"][-1] == 2


def test_two_pools_are_numbered(folders: Path) -> None:
    save(folders / "second" / "1.png")
    product = read(folders, pool=("pool", "second"))
    assert keys(product)[-1] == b"pool/2/1.png"
    assert keys(product)[-2] == b"pool/1/2.png"


def test_folder_and_digits_together(folders: Path) -> None:
    product = read(folders, pool=("digits:",))
    assert keys(product)[-1] == b"pool/9999"
    assert product.arrays["/images/pixels"].shape[1:3] == (64, 64)


def test_index_of_a_digit_counts_before_the_choice_of_classes() -> None:
    product = read_sources(
        [SourceSpec("digits:", ("1", "2"))],
        [SourceSpec("digits:", ("9",))],
        settings=ImagesSettings(),
        seed=0,
        project_dir=Path(),
    )
    assert min(int(key.split(b"/")[-1]) for key in keys(product)[:100]) >= 1001
    assert keys(product)[-1] == b"pool/9999"


def test_class_choice_takes_only_these(folders: Path) -> None:
    save(folders / "interest" / "a" / "1.png")
    assert read(folders, classes=("10", "a")).class_names == ["10", "a"]


def test_class_without_usable_image_is_told(folders: Path) -> None:
    (folders / "interest" / "a").mkdir()
    (folders / "interest" / "a" / "notes.txt").write_text("nothing here")
    product = read(folders)
    assert product.class_names == ["2", "10"]
    assert "The class a has no usable image and is left out." in product.notes


@pytest.mark.parametrize(
    ("interest", "pool", "sentence"),
    [
        ("missing", "pool", r"There is no folder .*missing\.$"),
        ("interest", "missing", r"There is no folder .*missing\.$"),
        ("file.txt", "pool", r"file\.txt is not a folder of images\.$"),
        ("empty", "pool", r"The folder .*empty holds no images\.$"),
        ("pool", "pool", r"has no sub-folders: images of interest need one for each class\.$"),
        ("interest", "empty", r"empty holds no usable image for the pool\.$"),
        ("interest", "texts", r"no usable image for the pool: 1 file was left out, .*not an image"),
        ("svhn:x", "pool", r"^There is no source svhn: in svhn:x: a source is a path, or one of"),
        ("imagefolder:", "pool", r"^imagefolder: names no folder: write the path"),
    ],
)
def test_unusable_sources_are_refused_in_one_sentence(
    folders: Path, monkeypatch: pytest.MonkeyPatch, interest: str, pool: str, sentence: str
) -> None:
    monkeypatch.chdir(folders)
    (folders / "empty").mkdir()
    (folders / "texts").mkdir()
    (folders / "texts" / "a.txt").write_text("text")
    (folders / "file.txt").write_text("text")
    with pytest.raises(InputError, match=sentence):
        read_sources(
            [SourceSpec(interest)],
            [SourceSpec(pool)],
            settings=ImagesSettings(),
            seed=0,
            project_dir=folders,
        )


def test_unknown_class_is_named_with_those_there_are(folders: Path) -> None:
    with pytest.raises(InputError, match=r"has no class 7; its classes are 2, 10\.$"):
        read(folders, classes=("2", "7"))


def test_reading_can_be_cancelled(folders: Path) -> None:
    def report(done: int, total: int, message: str) -> None:
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_sources(
            [SourceSpec(str(folders / "interest"))],
            [SourceSpec(str(folders / "pool"))],
            settings=ImagesSettings(),
            seed=0,
            project_dir=folders,
            report=report,
        )


def test_natural_order() -> None:
    names = ["10", "2", "a10", "a2", "01", "1", "b"]
    assert sorted(names, key=natural_key) == ["01", "1", "2", "10", "a2", "a10", "b"]


def test_bytes_that_are_no_text_are_percent_encoded() -> None:
    assert readable(b"caf\xc3\xa9 \xff") == "café %FF"


def test_sources_are_named_relative_to_the_project(folders: Path) -> None:
    product = read(folders)
    assert [(s.role, s.kind, s.location, s.images) for s in product.sources] == [
        ("interest", "folder", "interest", 20),
        ("pool", "folder", "pool", 3),
    ]
    assert np.unique(product.arrays["/images/source"]).tolist() == [0, 1]
