"""Single image files: converted correctly, or refused with a reason; never a crash or a wait."""

from __future__ import annotations

import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spurview.sources.picture import Unusable, decode, read_file


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def ramp(height: int = 8, width: int = 8) -> np.ndarray:
    return np.linspace(0, 255, height * width).astype(np.uint8).reshape(height, width)


def huge_png(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def test_grey_keeps_its_pixels_and_one_channel() -> None:
    pixels = decode(encoded(Image.fromarray(ramp())), None)
    assert pixels.shape == (8, 8, 1)
    assert (pixels[..., 0] == ramp()).all()


def test_colour_image_without_colour_counts_as_grey() -> None:
    assert decode(encoded(Image.fromarray(ramp()).convert("RGB")), None).shape == (8, 8, 1)


def test_colour_keeps_three_channels() -> None:
    pixels = decode(encoded(Image.new("RGB", (4, 4), (10, 20, 30))), None)
    assert pixels[0, 0].tolist() == [10, 20, 30]


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    deep = (ramp().astype(np.uint16) << 8) + 7
    assert (decode(encoded(Image.fromarray(deep)), None)[..., 0] == ramp()).all()


def test_thirty_two_bits_beyond_sixteen_are_scaled_to_their_range() -> None:
    deep = ramp().astype(np.int32) * 1000 - 5
    pixels = decode(encoded(Image.fromarray(deep), "TIFF"), None)
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_float_tiff_is_scaled_and_nan_is_black() -> None:
    values = np.array([[0.5, 1.5], [np.nan, 1.0]], np.float32)
    pixels = decode(encoded(Image.fromarray(values), "TIFF"), None)
    assert pixels[..., 0].tolist() == [[0, 255], [0, 128]]


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_shows_mid_grey(mode: str) -> None:
    image = Image.new("RGBA", (4, 4), (255, 255, 255, 0)).convert(mode)
    assert (decode(encoded(image), None) == 128).all()


def test_palette_with_transparency_shows_mid_grey() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 200, 200, 200])
    image.putpixel((1, 0), 1)
    assert decode(encoded(image, transparency=0), None)[..., 0].tolist() == [[128, 200]]


def test_cmyk_becomes_rgb() -> None:
    data = encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")
    red, green, blue = decode(data, None)[0, 0].tolist()
    assert red > 200 > 60 > max(green, blue)


def test_one_bit_becomes_grey() -> None:
    assert (decode(encoded(Image.new("1", (3, 3), 1)), None) == 255).all()


def test_only_the_first_frame_counts() -> None:
    frames = [Image.new("L", (4, 4), value) for value in (50, 200)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (decode(data, None) == 50).all()


def test_exif_orientation_turns_the_image_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.fromarray(ramp(4, 6)), "PNG", exif=exif)
    assert (decode(data, None)[..., 0] == np.rot90(ramp(4, 6), -1)).all()


def test_unknown_orientation_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    assert decode(encoded(Image.fromarray(ramp(4, 6)), exif=exif), None).shape == (4, 6, 1)


def test_shorter_side_is_fitted_and_the_centre_kept() -> None:
    wide = np.zeros((10, 30), np.uint8)
    wide[:, 10:20] = 255
    assert (decode(encoded(Image.fromarray(wide)), (10, 10)) == 255).all()


def test_wrong_extension_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "picture.txt").write_bytes(encoded(Image.fromarray(ramp())))
    assert decode(read_file(tmp_path / "picture.txt").data, None).shape == (8, 8, 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not an image"),
        (b"Dear reader", "not an image"),
        (b"<svg xmlns='x'/>", "not an image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image"),
        (huge_png(10_000, 10_000), "too large"),
        (huge_png(2**31 - 1, 2**31 - 1), "too large"),
        (encoded(Image.effect_noise((64, 64), 50))[:900], "damaged"),
        (encoded(Image.fromarray(ramp(64, 64)))[:40], "damaged"),
        (encoded(Image.fromarray(ramp(64, 64)), "JPEG")[:-300], "damaged"),
        (huge_png(9, 9), "damaged"),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "eps",
        "bomb",
        "absurd",
        "cut png",
        "header",
        "cut jpeg",
        "no rows",
    ],
)
def test_bad_content_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        decode(data, None)


def test_flipped_byte_is_refused_or_read() -> None:
    good = bytearray(encoded(Image.fromarray(ramp(16, 16))))
    for place in range(8, len(good)):
        damaged = bytes(good[:place] + bytes([good[place] ^ 0x41]) + good[place + 1 :])
        try:
            pixels = decode(damaged, (16, 16))
        except Unusable:
            continue
        assert pixels.dtype == np.uint8


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(Unusable, match="not a regular file"):
        read_file(tmp_path / "pipe.png")


def test_folder_and_loop_and_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    for name in ("loop.png", ".", "missing.png"):
        with pytest.raises(Unusable, match=r"cannot be read|not a regular file"):
            read_file(tmp_path / name)
