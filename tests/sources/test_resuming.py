"""Readings that were stopped or killed go on; memory stays bounded; nothing is read twice."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.core.errors import Cancelled
from spurview.core.settings import ImagesSettings, Settings
from spurview.pipeline.create import create_project
from spurview.project.store import Project
from spurview.sources import ImagesProduct, SourceSpec, array_files, blocks, read_sources
from tests.sources import made, many_files


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 4)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Twenty images of two classes, five of a pool, all of one size."""
    for number, pixels in enumerate(made.images(20)):
        path = tmp_path / "tree" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.png(pixels))
    made.pool(tmp_path / "pool")
    return tmp_path


def read(root: Path, *, stop_at: int | None = None, work: bool = True) -> ImagesProduct:
    def report(done: int, total: int, message: str) -> None:
        if stop_at is not None and done >= stop_at:
            raise Cancelled

    return read_sources(
        [SourceSpec(str(root / "tree"))],
        [SourceSpec(str(root / "pool"))],
        settings=ImagesSettings(),
        seed=0,
        project_dir=root,
        work_dir=root / ".work" if work else None,
        report=report,
    )


def same(one: ImagesProduct, other: ImagesProduct) -> bool:
    return all((one.arrays[name] == other.arrays[name]).all() for name in one.arrays)


def count_decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    decoded = [0]
    plain = blocks.decode

    def counted(*arguments: object) -> object:
        decoded[0] += 1
        return plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(blocks, "decode", counted)
    return decoded


def test_a_stopped_reading_goes_on_where_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(root, work=False)
    with pytest.raises(Cancelled):
        read(root, stop_at=17)
    decoded = count_decoded(monkeypatch)
    assert same(read(root), whole)
    assert decoded == [25 - 16]


def test_other_files_or_settings_begin_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(root)
    decoded = count_decoded(monkeypatch)
    (root / "tree" / "a" / "0.png").write_bytes(made.png(made.images(1, seed=5)[0]))
    os.utime(root / "tree" / "a" / "0.png", (1, 1))
    product = read(root)
    assert decoded == [25]
    assert same(product, read(root, work=False))


def test_sizes_that_differ_are_found_out_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "pool" / "large.png").write_bytes(made.png(made.images(1, 30)[0]))
    whole = read(root, work=False)
    assert whole.arrays["/images/pixels"].shape == (26, 64, 64, 1)
    with pytest.raises(Cancelled):
        read(root, stop_at=26)
    decoded = count_decoded(monkeypatch)
    assert same(read(root), whole)
    assert decoded[0] < 26


def test_a_damaged_block_is_read_again(root: Path) -> None:
    with pytest.raises(Cancelled):
        read(root, stop_at=17)
    kept = sorted((root / ".work").rglob("*.npz"))
    assert len(kept) == 4
    kept[1].write_bytes(kept[1].read_bytes()[:100])
    assert same(read(root), read(root, work=False))


def test_a_killed_import_goes_on_and_leaves_no_work_folder(root: Path) -> None:
    killed = """
import os, sys
from pathlib import Path
from spurview.core.settings import Settings
from spurview.pipeline.create import create_project
from spurview.sources import SourceSpec, blocks
blocks.BLOCK = 4
def report(done, total, message):
    if done >= 17:
        os.kill(os.getpid(), 9)
create_project(Path("case.spurview"), [SourceSpec("tree")], [SourceSpec("pool")], Settings(),
               report=report)
"""
    ran = subprocess.run([sys.executable, "-c", killed], cwd=root, check=False)
    assert ran.returncode == -9
    assert len(list(root.glob(".case.spurview.work/*/*.npz"))) == 4
    seen = []
    cwd = Path.cwd()
    os.chdir(root)
    try:
        project, _ = create_project(
            Path("case.spurview"),
            [SourceSpec("tree")],
            [SourceSpec("pool")],
            Settings(),
            report=lambda done, total, message: seen.append((done, message)),
        )
    finally:
        os.chdir(cwd)
    project.close()
    reading = [done for done, message in seen if "reading" in message]
    assert reading[:5] == [4, 8, 12, 16, 16]
    assert not list(root.glob("*.work"))
    assert not list(root.glob(".*.work"))
    with Project.open(root / "case.spurview", lock=False) as opened:
        assert opened.shape("/images/pixels") == (25, 10, 10, 1)


def test_large_pixels_lie_in_the_work_folder_and_reach_the_project(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(root, work=False)
    monkeypatch.setattr(blocks, "MOST_IN_MEMORY", 100)
    product = read(root)
    assert isinstance(product.arrays["/images/pixels"], np.memmap)
    assert same(product, whole)
    project, _ = create_project(
        root / "a.spurview", [SourceSpec(str(root / "tree"))], [SourceSpec(str(root / "pool"))],
        Settings(),
    )  # fmt: skip
    with project:
        assert (project.read("/images/pixels") == whole.arrays["/images/pixels"]).all()
    assert not list(root.glob(".a.spurview.work"))


def test_memory_holds_one_block_and_not_all_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """250 images of 48 KB, 12 MB in all, twice: from an array file and from single files."""
    monkeypatch.setattr(blocks, "BLOCK", 16)
    monkeypatch.setattr(blocks, "MOST_IN_MEMORY", 1 << 20)
    monkeypatch.setattr(array_files, "_BLOCK_BYTES", 1 << 20)
    count, side = 250, 128
    pixels = np.zeros((count, side, side, 3), np.uint8)
    pixels[:, 0, 0, 0], pixels[:, 0, 1, 1] = np.arange(count) % 251, np.arange(count) // 251
    np.savez(tmp_path / "a.npz", images=pixels, labels=np.arange(count) % 2)
    (tmp_path / "pool").mkdir()
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(tmp_path / "pool" / f"{number}.bmp")
    del pixels
    tracemalloc.start()
    product = read_sources(
        [SourceSpec(str(tmp_path / "a.npz"))],
        [SourceSpec(str(tmp_path / "pool"))],
        settings=ImagesSettings(size_px=side),
        seed=0,
        project_dir=tmp_path,
        work_dir=tmp_path / ".work",
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert product.arrays["/images/pixels"].nbytes > 22 << 20
    assert peak < 9 << 20


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak memory there")
def test_a_hundred_thousand_files_within_memory_although_killed_twice(tmp_path: Path) -> None:
    told = many_files.main(tmp_path, 100_000)
    assert (told["images"], told["skipped"]) == (99_900, 100)
    assert told["blocks_read_again"] == 0
    assert told["blocks_kept"] > 200
    assert told["left_over"] == []
    # The working images take 293 MiB, of which a file holds all.
    assert told["most_mib"] < 800
