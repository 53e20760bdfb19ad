"""CIFAR-10 on disk: the binary version, or the one that torchvision keeps, whose batches are
pickles and are read without running them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spurview.core.errors import InputError
from spurview.sources.gathering import Asked, Gathered, array_items, stamp_of
from spurview.sources.idx import Split
from spurview.sources.opcodes import Called, Stored, Unreadable, values
from spurview.sources.packed_rows import JoinedRows, PackedRows
from spurview.sources.spec import readable

NAMES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
_SHAPE = (3, 32, 32)
_NBYTES = 3 * 32 * 32
_BATCHES = {"train": [f"data_batch_{n}" for n in range(1, 6)], "test": ["test_batch"]}
_MOST_IN_BATCH = 100_000


@dataclass(frozen=True)
class _Batch:
    rows: PackedRows
    labels: list[int]


def gather_cifar10(asked: Asked, split: Split = "") -> Gathered:
    """Training images, then test images, or one split. Raises InputError where none is there."""
    root = Path(asked.argument)
    if not root.is_dir():
        raise InputError(f"There is no folder {readable(str(root))}.")
    wanted = [name for part in ([split] if split else _BATCHES) for name in _BATCHES[part]]
    paths = _paths(root, wanted)
    if not paths:
        raise InputError(
            f"There is no CIFAR-10 in {readable(str(root))}: {wanted[0]}.bin (the binary version) "
            f"or {wanted[0]} (the Python version) is missing."
        )
    batches: list[_Batch] = []
    stamp: tuple[int, ...] = ()
    for number, path in enumerate(paths):
        asked.report(number, len(paths), f"images: looking at {path.name}")
        batches.append(_binary(path) if path.suffix == ".bin" else _python(path))
        stamp += stamp_of(path)
    labels = [_name(label) for batch in batches for label in batch.labels]
    rows = JoinedRows([(batch.rows.count, batch.rows.row) for batch in batches])
    items = array_items(asked, labels, rows, stamp)
    missing = len(wanted) - len(paths)
    notes = [f"{asked.shown} has {len(paths)} of {len(wanted)} batches."] if missing else []
    return asked.gathered("cifar10", items, location=asked.location(root), notes=notes)


def _name(label: int) -> str:
    return NAMES[label] if 0 <= label < len(NAMES) else str(label)


def _paths(root: Path, wanted: list[str]) -> list[Path]:
    """The batches that are there, of the first folder and version that has one."""
    for folder, suffix in (
        (root / "cifar-10-batches-bin", ".bin"),
        (root, ".bin"),
        (root / "cifar-10-batches-py", ""),
        (root, ""),
    ):
        found = [folder / (name + suffix) for name in wanted]
        found = [path for path in found if path.is_file()]
        if found:
            return found
    return []


def _binary(path: Path) -> _Batch:
    """One byte of label, then 3072 of colour planes, image after image."""
    size, stride = path.stat().st_size, _NBYTES + 1
    count = size // stride
    if size % stride or not count:
        raise InputError(f"{readable(str(path))} is cut short or no batch of CIFAR-10.")
    labels = _every(path, stride, count)
    return _Batch(PackedRows(path, 1, stride, _SHAPE, count), labels)


def _every(path: Path, stride: int, count: int) -> list[int]:
    with path.open("rb") as file:
        labels = []
        for index in range(count):
            file.seek(index * stride)
            labels.append(file.read(1)[0])
    return labels


def _python(path: Path) -> _Batch:
    try:
        with path.open("rb") as file:
            found = values(file)
        labels, data = found[b"labels"], found[b"data"]
        count, stored = _place(data)
    except (Unreadable, OSError, KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(
            f"{readable(str(path))} is no batch of CIFAR-10 that can be read without running it "
            f"({error}): fetch it again, or use the binary version."
        ) from error
    fits = isinstance(labels, list) and len(labels) == count and stored.length == count * _NBYTES
    if not fits or not all(isinstance(label, int) for label in labels):
        raise InputError(f"{readable(str(path))} is damaged: images and labels do not fit.")
    if stored.offset + stored.length > path.stat().st_size:
        raise InputError(f"{readable(str(path))} is cut short: fetch it again.")
    return _Batch(PackedRows(path, stored.offset, _NBYTES, _SHAPE, count), labels)


def _place(data: Any) -> tuple[int, Stored]:
    """How many images an array written as `numpy` does holds, and where its bytes are."""
    if not isinstance(data, Called) or not isinstance(data.state, tuple):
        raise ValueError("data is no array")
    _, shape, dtype, by_columns, content = data.state
    plain = isinstance(dtype, Called) and dtype.arguments[0] in (b"u1", b"|u1")
    if not plain or by_columns or len(shape) != 2 or shape[1] != _NBYTES:
        raise ValueError("data is no array of images")
    if not isinstance(content, Stored) or not 0 < shape[0] <= _MOST_IN_BATCH:
        raise ValueError("data is of a strange size")
    return int(shape[0]), content
