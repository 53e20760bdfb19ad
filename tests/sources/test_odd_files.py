"""One folder with a real file of every odd kind: converted right, or skipped with its reason."""

from __future__ import annotations

import io
import os
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.core.settings import ImagesSettings
from spurview.sources import ImagesProduct, SourceSpec, read_sources
from tests.sources import made

SIDE = 16
NOT_AN_IMAGE = "not an image (JPEG, PNG, WebP, GIF, BMP or TIFF)"
TOO_LARGE = "too large: more than 89 million pixels"


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *extra: bytes, data: bytes = b"") -> bytes:
    """A grey PNG of this size with other chunks between its head and its data."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(data, 1))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + body + chunk(b"IEND", b"")


def ramp() -> np.ndarray:
    return np.linspace(0, 255, SIDE * SIDE).astype(np.uint8).reshape(SIDE, SIDE)


def noise(seed: int = 3) -> Image.Image:
    return Image.fromarray(made.images(1, SIDE, 3, seed=seed)[0])


def bomb(kind: bytes, megabytes: int) -> bytes:
    return chunk(kind, b"x\0\0" + zlib.compress(bytes(megabytes << 20), 1))


def flipped() -> bytes:
    data = bytearray(encoded(noise(), "PNG"))
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


@cache
def skipped_files() -> dict[str, tuple[bytes, str]]:
    """Content and how the reason begins, by name."""
    jpeg = encoded(noise().resize((200, 200)), "JPEG")
    return {
        "100-mp.png": (png(10_000, 10_000), TOO_LARGE),
        "400-mp.png": (png(20_000, 20_000), TOO_LARGE),
        "endless.png": (png(2**31 - 1, 2**31 - 1), TOO_LARGE),
        "text-bomb.png": (png(SIDE, SIDE, bomb(b"zTXt", 200)), "damaged"),
        "profile-bomb.png": (png(SIDE, SIDE, bomb(b"iCCP", 300)), "damaged"),
        "cut.jpg": (jpeg[: len(jpeg) // 2], "damaged"),
        "cut.png": (encoded(noise(), "PNG")[:-60], "damaged"),
        "head.png": (png(SIDE, SIDE)[:20], "damaged"),
        "flipped.png": (flipped(), "damaged"),
        "empty.png": (b"", NOT_AN_IMAGE),
        "text.jpg": (b"no image at all", NOT_AN_IMAGE),
        "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', NOT_AN_IMAGE),
        "no-width.png": (png(0, SIDE), "damaged"),
        "page.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", NOT_AN_IMAGE),
        "photo.psd": (b"8BPS\0\1" + bytes(30), NOT_AN_IMAGE),
    }


@cache
def good_files() -> dict[str, tuple[bytes, np.ndarray | None]]:
    """Content and, where it is exact, the expected pixels (H, W, C), by name."""
    grey, colour = Image.fromarray(ramp()), noise()
    deep = Image.fromarray((ramp().astype(np.uint16) << 8) + 5)
    floats = ramp().astype(np.float32) * 7 - 90
    floats[0, 0] = np.nan
    alpha = Image.merge("LA", (grey, Image.new("L", grey.size, 0)))
    turned = Image.Exif()
    turned[0x0112] = 6
    unknown = Image.Exif()
    unknown[0x0112] = 99
    second = Image.new("L", grey.size, 9)
    animated = {"save_all": True, "append_images": [second]}
    all_zero = png(8000, 8000, data=bytes(8001 * 8000))
    shown_grey = np.full((SIDE, SIDE, 1), 128, np.uint8)
    return {
        "64-mp.png": (all_zero, np.zeros((SIDE, SIDE, 1), np.uint8)),
        "wrong-name.jpg": (encoded(colour, "PNG"), np.asarray(colour)),
        "16-bits.png": (encoded(deep, "PNG"), ramp()[..., None]),
        "16-bits.tif": (encoded(deep, "TIFF"), ramp()[..., None]),
        "32-bits.tif": (
            encoded(Image.fromarray(ramp().astype(np.int32) * 256), "TIFF"),
            ramp()[..., None],
        ),
        "floats.tif": (encoded(Image.fromarray(floats), "TIFF"), None),
        "cmyk.jpg": (encoded(colour.convert("CMYK"), "JPEG"), None),
        "clear.png": (encoded(alpha, "PNG"), shown_grey),
        "palette.gif": (encoded(colour.convert("P"), "GIF"), None),
        "moving.gif": (encoded(grey, "GIF", **animated), ramp()[..., None]),
        "moving.webp": (encoded(grey.convert("RGB"), "WEBP", lossless=True, **animated),
                        ramp()[..., None]),
        "plain.bmp": (encoded(colour, "BMP"), np.asarray(colour)),
        "turned.png": (encoded(colour, "PNG", exif=turned), np.rot90(np.asarray(colour), -1)),
        "odd-turn.png": (encoded(colour.rotate(90), "PNG", exif=unknown),
                         np.asarray(colour.rotate(90))),
        "broken-exif.png": (
            png(SIDE, SIDE, chunk(b"eXIf", b"MM\0*\0\0\xff\xff"),
                data=b"".join(b"\0" + bytes(row) for row in ramp())),
            ramp()[..., None],
        ),
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pool of all of them beside two classes of plain images."""
    for number, pixels in enumerate(made.images(4, SIDE, 3, seed=50)):
        path = tmp_path / "tree" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.png(pixels))
    (tmp_path / "pool").mkdir()
    for name, (data, _) in {**skipped_files(), **good_files()}.items():
        (tmp_path / "pool" / name).write_bytes(data)
    return tmp_path


def read(root: Path) -> ImagesProduct:
    return read_sources(
        [SourceSpec(str(root / "tree"))],
        [SourceSpec(str(root / "pool"))],
        settings=ImagesSettings(size_px=SIDE),
        seed=0,
        project_dir=root,
    )


def pool_pixels(product: ImagesProduct) -> dict[str, np.ndarray]:
    data, start, found = product.arrays["/images/keys"].tobytes(), 0, {}
    for end, pixels in zip(
        product.arrays["/images/keys_end"].tolist(), product.arrays["/images/pixels"], strict=True
    ):
        found[os.fsdecode(data[start:end])] = pixels
        start = end
    return {k.removeprefix("pool/"): v for k, v in found.items() if k.startswith("pool/")}


def test_every_odd_file_is_converted_or_skipped_with_its_reason(folder: Path) -> None:
    pool = folder / "pool"
    os.mkfifo(pool / "pipe.png")
    (pool / "loop.png").symlink_to(pool / "loop.png")
    (pool / "linked").symlink_to(folder / "tree")
    odd = os.fsdecode(b"caf\xe9.png")
    (pool / odd).write_bytes(encoded(noise(8), "PNG"))
    product = read(folder)

    reasons = {file.path: file.reason for file in product.skipped}
    expected = {name: reason for name, (_, reason) in skipped_files().items()}
    expected |= {
        "pipe.png": "not a regular file",
        "loop.png": "cannot be read: too many levels of symbolic links",
        "linked": "a link to a folder is not followed",
    }
    assert set(reasons) == set(expected)
    wrong = {n: r for n, r in reasons.items() if not r.startswith(expected[n])}
    assert not wrong

    found = pool_pixels(product)
    assert set(found) == {*good_files(), odd}
    for name, (_, pixels) in good_files().items():
        if pixels is not None:
            assert (found[name] == pixels).all(), name
    assert found["floats.tif"][0, 1, 0] < 3
    assert found["floats.tif"].max() == 255
    assert product.sources[1].images == len(found)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_skipped(folder: Path) -> None:
    (folder / "pool" / "16-bits.png").chmod(0)
    reasons = {file.path: file.reason for file in read(folder).skipped}
    assert reasons["16-bits.png"] == "cannot be read: permission denied"
