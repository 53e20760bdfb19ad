"""`spurview new` on sources of all kinds: options about images, and one sentence for each error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.project.store import Project
from tests.sources import made
from tests.sources.test_forms import LABELS, as_csv, as_folder, as_h5
from tests.test_cli import assert_refused, spurview


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Twelve images of three classes in `tree`, five others in `pool`."""
    as_folder(tmp_path)
    made.pool(tmp_path / "pool")
    return tmp_path


def test_several_pools_and_options_shape_the_images(root: Path) -> None:
    second = root / "second" / "zebras"
    second.mkdir(parents=True)
    Image.fromarray(made.images(1, 40)[0, :20, :, 0]).save(second / "wide.png")
    ran = spurview(
        *("new", "case.spurview", "--interest", "tree", "--pool", "pool", "--pool", "second"),
        *("--size", "16", "--aspect", "pad", "--interest-classes", "0,2"),
        cwd=root,
    )
    assert ran.returncode == 0, ran.stderr
    with Project.open(root / "case.spurview", lock=False) as project:
        assert project.info.class_names == ["0", "2"]
        assert project.info.label_names == ["0", "2", "zebras"]
        assert project.info.settings.images.aspect == "pad"
        keys = project.keys()
        assert keys[-1] == "pool/2/zebras/wide.png"
        wide = project.read("/images/pixels")[-1, :, :, 0]
    assert wide.shape == (16, 16)
    assert (wide[:4] == 128).all()
    assert (wide[-4:] == 128).all()
    assert (wide[4:-4] != 128).any()


def test_pool_classes_choose_of_a_list(root: Path) -> None:
    (root / "set").mkdir()
    as_csv(root / "set")
    np.savez(root / "a.npz", images=made.images(seed=7), labels=LABELS)
    options = ["--pool-classes", "1"]
    ran = spurview(
        *("new", "a.spurview", "--interest", "a.npz", "--pool", "set/list.csv", *options), cwd=root
    )
    assert ran.returncode == 0, ran.stderr
    assert "pool: 4 images" in ran.stdout


def test_info_lists_what_was_skipped_with_reasons(root: Path) -> None:
    (root / "pool" / "notes.txt").write_text("notes")
    (root / "pool" / "same.png").write_bytes((root / "tree" / "0" / "0.png").read_bytes())
    ran = spurview("new", "a.spurview", "--interest", "tree", "--pool", "pool", cwd=root)
    assert "1 image of the pool is an image of interest too, and left out of the pool." in (
        ran.stdout
    )
    told = spurview("info", "a.spurview", cwd=root).stdout
    assert "2 files were left out:" in told
    assert "notes.txt: not an image (JPEG, PNG, WebP, GIF, BMP or TIFF)" in told
    assert "same.png: the same image is among those of interest (0/0.png)" in told


@pytest.mark.parametrize(
    ("interest", "words"),
    [
        ("mnist:pool", ["There is no MNIST in pool", "train-images-idx3-ubyte"]),
        ("cifar10:away", ["There is no folder away"]),
        ("coco:pool", ["There is no source coco:", "mnist:"]),
        ("imagefolder:", ["imagefolder: names no folder"]),
        ("imagefolder:pool", ["has no sub-folders", "one for each class"]),
        ("nothing.npz", ["There is no file nothing.npz"]),
        ("plain.npz", ["plain.npz has no labels"]),
        ("text.h5", ["text.h5 cannot be used"]),
        ("text.csv", ["text.csv has no labels"]),
        ("away-*.tar", ["There is no file away-*.tar"]),
        ("text.tar", ["text.tar is damaged or no tar file"]),
        ("digits:7", ["digits: stands alone"]),
        ("photographs:x", ["may be followed by a number alone"]),
    ],
)
def test_sources_that_cannot_be_used_are_refused_in_one_sentence(
    root: Path, interest: str, words: list[str]
) -> None:
    np.savez(root / "plain.npz", images=made.images())
    for ending in ("h5", "csv", "tar"):
        (root / f"text.{ending}").write_text("a text\n" * 200)
    ran = spurview("new", "case.spurview", "--interest", interest, "--pool", "pool", cwd=root)
    assert_refused(ran, *words)
    assert not list(root.glob("*case.spurview*"))


def test_a_pool_that_is_all_of_interest_is_refused(root: Path) -> None:
    ran = spurview("new", "case.spurview", "--interest", "tree", "--pool", "tree", cwd=root)
    assert_refused(ran, "Every image of the pool is among the images of interest")


def test_hdf5_goes_in_and_a_project_comes_out(root: Path) -> None:
    text, pixels, _ = as_h5(root)
    ran = spurview("new", "a.spurview", "--interest", text, "--pool", "pool", cwd=root)
    assert ran.returncode == 0, ran.stderr
    with Project.open(root / "a.spurview", lock=False) as project:
        row = project.keys().index("interest/dog/1")
        assert (project.read("/images/pixels", row, row + 1)[0] == pixels[1]).all()
        assert project.info.sources[0].kind == "h5"
    assert LABELS[1] == 1
