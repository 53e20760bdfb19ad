"""Reads all sources into working images of one size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spurview.core.errors import InputError
from spurview.core.progress import Report, silent
from spurview.core.settings import ImagesSettings
from spurview.sources.assembly import Read, assembled
from spurview.sources.blocks import (
    BlockStore,
    Shape,
    SizesDiffer,
    block_names,
    clear_kept,
    read_blocks,
)
from spurview.sources.forms import gather_all
from spurview.sources.gathering import Gathered
from spurview.sources.spec import ImagesProduct, SourceSpec, readable

COMMON_SIZE_PX = 64


def read_sources(
    interest: Sequence[SourceSpec],
    pool: Sequence[SourceSpec],
    *,
    settings: ImagesSettings,
    seed: int,
    project_dir: Path,
    work_dir: Path | None = None,
    report: Report = silent,
) -> ImagesProduct:
    """All images of the sources at working size, with keys, labels, roles and digests.

    The size is the images' own when all share one of 8 to 96 px, else 64 px square;
    `settings.size_px` overrides both. One channel when every image is grey, else three. Files that
    cannot be used are left out and listed, and so are images of the pool that are among those of
    interest too. With `work_dir` what was read is kept there, and a reading that was stopped goes
    on; large pixels stay there, mapped, until `forget_reading`. Raises InputError when a source
    has no usable image.
    """
    specs = [*interest, *pool]
    gathered = gather_all(interest, pool, project_dir, report)
    return read_gathered(
        specs, gathered, settings=settings, seed=seed, work_dir=work_dir, report=report
    )


def read_gathered(
    specs: Sequence[SourceSpec],
    gathered: Sequence[Gathered],
    *,
    settings: ImagesSettings,
    seed: int,
    work_dir: Path | None,
    report: Report = silent,
) -> ImagesProduct:
    """As `read_sources`, of sources whose images are listed already."""
    items = [item for source in gathered for item in source.items]
    told = (settings.size_px, settings.aspect)
    store = BlockStore.for_items(work_dir, items, told)
    shape = _read(gathered, settings, store, report)
    names = [name for name, _ in block_names(items, shape)]
    read = Read(gathered, items, names, store)
    _check_all_used(specs, gathered, read)
    return assembled(read, settings.test_share, seed, report)


def forget_reading(work_dir: Path) -> None:
    """Remove what readings kept in `work_dir`: the images are in a project, or nobody wants them.

    Arrays of a product that lie there must not be touched any more.
    """
    clear_kept(work_dir)


def _read(
    gathered: Sequence[Gathered], settings: ImagesSettings, store: BlockStore, report: Report
) -> Shape:
    """Read everything into the store; gives what the images were brought to."""
    items = [item for source in gathered for item in source.items]
    side = settings.size_px or COMMON_SIZE_PX
    common = Shape((side, side), settings.aspect)
    if settings.size_px or store.sizes_differ:
        read_blocks(items, common, store, report)
        return common
    own = Shape(None)
    try:
        read_blocks(items, own, store, report)
    except SizesDiffer:
        store.mark_sizes_differ()
        read_blocks(items, common, store, report)
        return common
    return own


def _check_all_used(specs: Sequence[SourceSpec], gathered: Sequence[Gathered], read: Read) -> None:
    for index, (spec, source) in enumerate(zip(specs, gathered, strict=True)):
        if read.usable[index]:
            continue
        reasons = [file.reason for file in read.skipped if file.source == index]
        what = "images of interest" if source.role == "interest" else "the pool"
        left_out = "1 file was" if len(reasons) == 1 else f"{len(reasons)} files were"
        tail = f": {left_out} left out, the first as {reasons[0]!r}" if reasons else ""
        raise InputError(f"{readable(spec.text)} holds no usable image for {what}{tail}.")
