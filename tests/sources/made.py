"""Small real sources of every form, made on the spot."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from pathlib import Path

import h5py
import numpy as np
from PIL import Image


def images(count: int = 12, side: int = 10, channels: int = 1, seed: int = 0) -> np.ndarray:
    """Different images (count, side, side, channels) u8."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, side, side, channels), np.uint8)


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(buffer, "PNG")
    return buffer.getvalue()


def pool(folder: Path, side: int = 10) -> Path:
    """A folder of five images that are in no other source."""
    folder.mkdir()
    for number, pixels in enumerate(images(5, side, seed=99)):
        (folder / f"{number}.png").write_bytes(png(pixels))
    return folder


def idx(folder: Path, split: str, pixels: np.ndarray, labels: list[int], packed: bool) -> None:
    """MNIST's two files for one split."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rank, array in (
        ("images", 3, pixels[..., 0]),
        ("labels", 1, np.array(labels, np.uint8)),
    ):
        data = bytes([0, 0, 8, rank]) + struct.pack(f">{rank}I", *array.shape) + array.tobytes()
        path = folder / f"{split}-{name}-idx{rank}-ubyte{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(data) if packed else data)


def cifar_binary(folder: Path, name: str, pixels: np.ndarray, labels: list[int]) -> None:
    """A batch of CIFAR-10's binary version."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        bytes([n]) + i.transpose(2, 0, 1).tobytes() for n, i in zip(labels, pixels, strict=True)
    ]
    (folder / f"{name}.bin").write_bytes(b"".join(rows))


def cifar_python(folder: Path, name: str, pixels: np.ndarray, labels: list[int]) -> None:
    """A batch of CIFAR-10's Python version, instruction for instruction as the original's."""
    folder.mkdir(parents=True, exist_ok=True)
    data = pixels.transpose(0, 3, 1, 2).tobytes()
    told = b"".join(b"K" + bytes([label]) for label in labels)
    (folder / name).write_bytes(
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x05batchq\x03U\x06labelsq\x04]q\x05("
        + told
        + b"eU\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08"
        + b"K\x00\x85U\x01b\x87Rq\t(K\x01M"
        + struct.pack("<H", len(pixels))
        + b"M\x00\x0c\x86cnumpy\ndtype\nq\nU\x02u1K\x00K\x01\x87Rq\x0b"
        + b"(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
        + struct.pack("<i", len(data))
        + data
        + b"tbu."
    )


def shard(path: Path, samples: dict[str, tuple[bytes, str | None]]) -> None:
    """A tar of name.png and name.cls."""
    with tarfile.open(path, "w") as tar:
        for name, (picture, label) in samples.items():
            for ending, data in (("png", picture), ("cls", (label or "").encode())):
                if ending == "png" or label is not None:
                    member = tarfile.TarInfo(f"{name}.{ending}")
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))


def h5(path: Path, **arrays: object) -> None:
    """An HDF5 file as people write it: packed in chunks."""
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            packed = {"compression": "gzip", "chunks": True} if name == "images" else {}
            file.create_dataset(name, data=array, **packed)
