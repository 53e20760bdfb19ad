"""The project's JSON trees as bytes and back, and image keys as text."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

import msgspec
import numpy as np

from spurview.core.arrays import Array, Reader
from spurview.core.errors import SaveError
from spurview.project.model import HistoryEvent, Verdict

MAX_BYTES = 16 << 20

Verdicts = dict[str, Verdict]
History = list[HistoryEvent]
T = TypeVar("T")


class Undecodable(Exception):
    """Bytes that are no such JSON; the caller knows which file they came from."""


def as_bytes(value: object) -> Array:
    """`value` as JSON, (bytes,) uint8: records that stand beside arrays."""
    return np.frombuffer(msgspec.json.encode(value), np.uint8).copy()


def encode(value: T, kind: type[T]) -> Array:
    """`value` as (bytes,) uint8, after making sure that `decode` gives it back.

    Raises SaveError for text or numbers that JSON cannot carry, or more than 16 MiB.
    """
    try:
        data = np.frombuffer(msgspec.json.encode(value), np.uint8)
        decode(data, kind)
    except (Undecodable, ValueError, TypeError, OverflowError) as error:
        raise SaveError(
            "The settings, verdicts or history hold something that cannot be stored in a project.",
            details=str(error),
        ) from error
    return data


def decode(data: Array, kind: type[T]) -> T:
    """The value that `encode` was given; Undecodable for anything else."""
    if data.size > MAX_BYTES:
        raise Undecodable(f"{data.size} bytes of JSON, at most {MAX_BYTES} are read")
    try:
        return msgspec.json.decode(data.tobytes(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(str(error)) from error


def keys_of(joined: Array, ends: Array) -> list[str]:
    """The texts of /images/keys and /images/keys_end."""
    data = joined.tobytes()
    return [key_text(data[start:end]) for start, end in pairwise([0, *ends.tolist()])]


def image_keys(reader: Reader) -> list[str]:
    """The key of every image as findings show it."""
    return keys_of(reader.read("/images/keys"), reader.read("/images/keys_end"))


def key_text(key: bytes) -> str:
    """An image's key as text: bytes that are not UTF-8, and every %, as %XX."""
    text = key.replace(b"%", b"%25").decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(c) - 0xDC00:02X}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)
