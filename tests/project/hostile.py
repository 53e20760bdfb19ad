"""Hostile files: what SAFETY's table of attacks names, each behind a header that fits.

`HOSTILE` are changes of a good project's HDF5, `FORGED` of its bytes, `STRANGE` make something
else at a path. Every one must be refused.
"""

from __future__ import annotations

import gzip
import os
import struct
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from spurview.project.header import MAGIC

from .conftest import sign

Change = Callable[[h5py.File], object]
WEIGHT = "classifier/weights/x"


def _new(name: str, *arguments: object, **options: object) -> Change:
    """Put a dataset made with these arguments in the place of `name`."""

    def change(file: h5py.File) -> None:
        if name in file:
            del file[name]
        file.create_dataset(name, *arguments, **options)

    return change


def _link(name: str, link: object) -> Change:
    def change(file: h5py.File) -> None:
        if name in file:
            del file[name]
        file[name] = link

    return change


def _same(name: str, other: str) -> Change:
    """A second hard link to `other`."""
    return lambda file: _link(name, file[other])(file)


def _attribute(owner: str, value: object) -> Change:
    def change(file: h5py.File) -> None:
        file[owner].attrs.create("note", value)

    return change


def _many_attributes(file: h5py.File) -> None:
    for index in range(200):
        file["images"].attrs[f"a{index}"] = index


def _virtual(source: str, name: str = "latents") -> Change:
    def change(file: h5py.File) -> None:
        if name in file:
            del file[name]
        layout = h5py.VirtualLayout((300, 4), "<f4")
        layout[:] = h5py.VirtualSource(source, name, (300, 4))
        file.create_virtual_dataset(name, layout)

    return change


def _outside(file_name: str) -> Change:
    return _new("latents", (300, 4), "<f4", external=[(file_name, 0, 4800)])


def _filtered(code: int) -> Change:
    """Chunks of a filter that HDF5 would look for among its plug-ins."""

    def change(file: h5py.File) -> None:
        del file["latents"]
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((300, 4))
        plist.set_filter(code, h5py.h5z.FLAG_OPTIONAL, (1, 2))
        space = h5py.h5s.create_simple((300, 4))
        h5py.h5d.create(file.id, b"latents", h5py.h5t.IEEE_F32LE, space, plist)

    return change


def _short_chunk(data: bytes, mask: int = 0) -> Change:
    """One gzip chunk whose stored bytes are `data`."""

    def change(file: h5py.File) -> None:
        del file["latents"]
        made = file.create_dataset("latents", (300, 4), "<f4", chunks=(300, 4), compression="gzip")
        made.id.write_direct_chunk((0, 0), data, mask)

    return change


def _deep(file: h5py.File) -> None:
    file.create_group("images/" + "/".join("g" * 500))


def _crowd(file: h5py.File) -> None:
    group = file["classifier/weights"]
    for index in range(9000):
        group[f"w{index}"] = h5py.SoftLink("/latents")


def _raw_type(name: str, kind: object) -> Change:
    def change(file: h5py.File) -> None:
        if name in file:
            del file[name]
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(file.id, name.encode(), kind, space)

    return change


def _opaque(tag: bytes, size: int = 8) -> object:
    kind = h5py.h5t.create(h5py.h5t.OPAQUE, size)
    kind.set_tag(tag)
    return kind


def _compact(file: h5py.File) -> None:
    del file["images/role"]
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((300,))
    h5py.h5d.create(file.id, b"images/role", h5py.h5t.STD_U8LE, space, plist)


def _text(name: str, text: bytes) -> Change:
    """`text` where the JSON of `name` should be."""
    return _new(name, data=np.frombuffer(text, np.uint8))


def _gone(name: str) -> Change:
    def change(file: h5py.File) -> None:
        del file[name]

    return change


_COMPOUND = np.dtype([("a", "<f4"), ("b", "<i4")])
_ENUM = h5py.enum_dtype({"A": 0, "B": 1}, basetype="u1")
_BOMB = gzip.compress(gzip.compress(b"\0" * 5_000_000))

HOSTILE: dict[str, Change] = {
    "soft link": _link("latents", h5py.SoftLink("/images/role")),
    "soft link to itself": _link("latents", h5py.SoftLink("/latents")),
    "soft links in a ring": _link("layout/content", h5py.SoftLink("/layout/content/x")),
    "dangling soft link": _link("latents", h5py.SoftLink("/nowhere")),
    "external link": _link("latents", h5py.ExternalLink("/etc/passwd", "/")),
    "external link to a pipe": _link("latents", h5py.ExternalLink("pipe", "/latents")),
    "external link to itself": _link("latents", h5py.ExternalLink("x.spurview", "/latents")),
    "external link as a group": _link("layout", h5py.ExternalLink("other.h5", "/layout")),
    "hard link twice": _same("latents", "images/role"),
    "hard link to the root": _same("images/pool", "/"),
    "hard link of a group to itself": _same("classifier/weights/images", "images"),
    "external storage": _outside("/etc/passwd"),
    "external storage of zeros": _outside("/dev/zero"),
    "external storage in a pipe": _outside("pipe"),
    "external storage of a relative name": _outside("../other"),
    "virtual, of itself": _virtual("."),
    "virtual, of another file": _virtual("other.h5"),
    "virtual, of a pipe": _virtual("pipe"),
    "unknown filter": _filtered(32099),
    "filter blosc": _filtered(32001),
    "filter n-bit": _filtered(h5py.h5z.FILTER_NBIT),
    "filter scale-offset": _new("images/label", data=np.zeros(300, "<i4"), scaleoffset=3),
    "filter shuffle": _new("latents", data=np.zeros((300, 4), "<f4"), shuffle=True),
    "filter fletcher32": _new("latents", data=np.zeros((300, 4), "<f4"), fletcher32=True),
    "filter lzf": _new("latents", data=np.zeros((300, 4), "<f4"), compression="lzf"),
    "filter gzip": _new("latents", data=np.zeros((300, 4), "<f4"), compression="gzip"),
    "gzip stream too short": _short_chunk(gzip.compress(b"abc")),
    "gzip chunk too short": _short_chunk(b"abc"),
    "gzip chunk passed over": _short_chunk(b"abc", mask=1),
    "gzip bomb": _short_chunk(_BOMB),
    "chunked": _new("latents", data=np.zeros((300, 4), "<f4"), chunks=(10, 4)),
    "chunked without end": _new("latents", data=np.zeros((300, 4), "<f4"), maxshape=(None, 4)),
    "one huge chunk": _new("latents", (300, 4), "<f4", chunks=(1 << 20, 256), maxshape=(None,) * 2),
    "compact": _compact,
    "nothing stored": _new("latents", (300, 4096), "<f4"),
    "a terabyte of nothing": _new(WEIGHT, (1 << 38,), "<f4"),
    "a length over 64 bits": _new(WEIGHT, ((1 << 62) - 1,), "<f4"),
    "rank 6": _new(WEIGHT, data=np.zeros((1,) * 6, "<f4")),
    "rank 32": _new(WEIGHT, data=np.zeros((1,) * 32, "<f4")),
    "wrong rank": _new("latents", data=np.zeros(300, "<f4")),
    "scalar text": _link("settings", "{}"),
    "fixed text": _new("settings", data=np.array([b"{}"], "S4")),
    "huge opaque": _raw_type("latents", _opaque(b"x", 1 << 30)),
    "opaque objects": _raw_type("latents", _opaque(b"NUMPY:|O")),
    "variable text": _new(WEIGHT, data=["a", "b"], dtype=h5py.string_dtype()),
    "variable integers": _new(WEIGHT, (3,), h5py.vlen_dtype(np.int32)),
    "object references": _new(WEIGHT, (3,), h5py.ref_dtype),
    "region references": _new(WEIGHT, (3,), h5py.regionref_dtype),
    "compound": _new(WEIGHT, data=np.zeros(3, _COMPOUND)),
    "enum": _new("images/role", (300,), _ENUM),
    "array type": _raw_type("latents", h5py.h5t.array_create(h5py.h5t.IEEE_F32LE, (4,))),
    "big-endian": _new(WEIGHT, data=np.zeros(3, ">f4")),
    "float64": _new("latents", data=np.zeros((300, 4), "<f8")),
    "complex": _new(WEIGHT, data=np.zeros(3, "<c8")),
    "boolean": _new("images/role", data=np.zeros(300, bool)),
    "bit field": _raw_type("images/role", h5py.h5t.STD_B8LE),
    "time type": _raw_type("images/role", h5py.h5t.UNIX_D32LE),
    "null space": _new(WEIGHT, data=h5py.Empty("<f4")),
    "committed type": _link("latents", np.dtype("<f4")),
    "attribute of the root": _attribute("/", 1),
    "attribute of a group": _attribute("images", np.zeros(3)),
    "attribute of data": _attribute("latents", "text"),
    "many attributes": _many_attributes,
    "large attribute": _attribute("latents", np.zeros(7000)),
    "deep groups": _deep,
    "a crowd of links": _crowd,
    "unknown data": _new("run_me", data=1),
    "unknown group": lambda file: file.create_group("plugins"),
    "name with a newline": _new("a\nb", data=1),
    "name written from right to left": _new("a\u202egnp.b", data=1),
    "name of dots": _new("classifier/weights/..x", data=np.zeros(3, "<f4")),
    "name that is not UTF-8": lambda f: h5py.h5g.create(f["images"].id, b"\xff\xfe"),
    "name of 300 letters": _new("classifier/weights/" + "w" * 300, data=np.zeros(3, "<f4")),
    "lengths that disagree": _new("images/role", data=np.zeros(299, np.uint8)),
    "classes that disagree": _new("predictions/logits", data=np.zeros((300, 4), "<f2")),
    "no settings": _gone("settings"),
    "no verdicts": _gone("verdicts"),
    "settings: trailing bytes": _text("settings", b"{}{}"),
    "settings: deep nesting": _text("settings", b"[" * 100_000),
    "settings: not UTF-8": _text("settings", b'{"project_id":"\xff"}'),
    "settings: infinite": _text("settings", b'{"revision":1e999}'),
    "settings: huge number": _text("settings", b'{"revision":' + b"9" * 5000 + b"}"),
    "settings: empty": _text("settings", b""),
    "verdicts: unknown field": _text("verdicts", b'{"x":{"class_name":"a","run":"me"}}'),
    "verdicts: a list": _text("verdicts", b"[]"),
    "history: pickled": _text("history", b"\x80\x04cos\nsystem\n."),
}


def _bytes(change: Callable[[bytearray], object], *, signed: bool) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        data = bytearray(path.read_bytes())
        change(data)
        path.write_bytes(data)
        if signed:
            sign(path)

    return build


def _set(place: int, values: bytes) -> Callable[[bytearray], object]:
    def change(data: bytearray) -> None:
        data[place : place + len(values)] = values

    return change


FORGED: dict[str, Callable[[Path], None]] = {
    "version 0": _bytes(_set(8, struct.pack("<I", 0)), signed=False),
    "version 2**31": _bytes(_set(8, struct.pack("<I", 1 << 31)), signed=False),
    "another user block": _bytes(_set(12, struct.pack("<I", 1024)), signed=False),
    "length 2**63": _bytes(_set(16, struct.pack("<Q", 1 << 63)), signed=False),
    "length 0": _bytes(_set(16, struct.pack("<Q", 0)), signed=False),
    "script in the header": _bytes(_set(100, b"#!/bin/sh\n"), signed=False),
    "no HDF5 inside": _bytes(_set(512, b"\0" * 64), signed=True),
    "HDF5 moved to 1024": _bytes(
        lambda d: d.__setitem__(slice(512, 512), b"\0" * 512), signed=True
    ),
    "superblock of version 9": _bytes(_set(520, b"\x09"), signed=True),
    "half of it": _bytes(lambda d: d.__delitem__(slice(len(d) // 2, None)), signed=True),
    "only a header": _bytes(lambda d: d.__delitem__(slice(512, None)), signed=True),
    "bytes beyond the end": _bytes(lambda d: d.extend(b"\0" * 512), signed=False),
}


def _endless(path: Path) -> None:
    """A sparse file of 3 TiB that claims to be whole."""
    path.unlink()
    with path.open("wb") as file:
        file.write(struct.pack("<8sIIQ32s", MAGIC, 1, 512, 3 << 40, b"").ljust(512, b"\0"))
        file.truncate(3 << 40)


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        path.unlink()
        make(path)

    return build


STRANGE: dict[str, Callable[[Path], None]] = {
    "a pipe": _instead(os.mkfifo),
    "a folder": _instead(Path.mkdir),
    "a device": _instead(lambda path: path.symlink_to("/dev/zero")),
    "a link to itself": _instead(lambda path: path.symlink_to(path)),
    "nothing in it": _instead(Path.touch),
    "text": _instead(lambda path: path.write_text("hello\n" * 500)),
    "plain HDF5": _instead(lambda path: h5py.File(path, "w").close()),
    "a pickle": _instead(lambda path: path.write_bytes(b"\x80\x04cposix\nsystem\n" * 99)),
    "larger than any project": _endless,
}
