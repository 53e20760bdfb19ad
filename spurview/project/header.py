"""The 512 bytes in front of a project: what it is, how long it must be, and the digest of the rest.

Read before HDF5 sees anything of a file. It is no signature: anybody can recompute it.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

import spurview
from spurview.core.errors import NewerFormatError, ProjectError
from spurview.core.progress import Report, silent
from spurview.project import raw
from spurview.project.model import FORMAT_VERSION
from spurview.project.schema import MAX_FILE, USER_BLOCK
from spurview.project.sentences import cut_short, damaged, no_project, shown

MAGIC = b"\x89SPURV\r\n"
_LAYOUT = struct.Struct("<8sIIQ32s")
_BLOCK = 4 << 20


@dataclass(frozen=True)
class Header:
    """length: of the whole file, bytes; digest: BLAKE2b-256 of all after the header."""

    length: int
    digest: bytes
    version: int = FORMAT_VERSION

    def packed(self) -> bytes:
        """The header's 512 bytes."""
        fields = _LAYOUT.pack(MAGIC, self.version, USER_BLOCK, self.length, self.digest)
        return fields.ljust(USER_BLOCK, b"\0")


def open_regular(path: Path) -> int:
    """A descriptor to read `path` with; never waits, as opening a named pipe would.

    Raises NotAProjectError for what is no regular file, ProjectError where it cannot be opened.
    """
    try:
        fd = os.open(path, raw.READ_ONLY)
    except FileNotFoundError as error:
        raise ProjectError(f"{shown(path)} does not exist.", details=str(error)) from error
    except IsADirectoryError as error:
        raise no_project(path, "it is a folder") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ProjectError(
            f"{shown(path)} cannot be opened: {reason}.", details=str(error)
        ) from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise no_project(path, "it is no regular file")
    return fd


def read_header(fd: int, path: Path) -> Header:
    """The header, after comparing it with the format we read and with the file's size.

    Raises NotAProjectError, NewerFormatError or DamagedError.
    """
    size = os.fstat(fd).st_size
    block = raw.read_bytes(fd, path, 0, min(size, USER_BLOCK))
    if block[: len(MAGIC)] != MAGIC:
        raise no_project(path, f"it begins with {block[:16]!r}")
    if size < USER_BLOCK:
        raise cut_short(path, size, USER_BLOCK)
    _, version, user_block, length, digest = _LAYOUT.unpack_from(block)
    if version > FORMAT_VERSION:
        raise NewerFormatError(
            f"{shown(path)} has format {version}, and spurview {spurview.__version__} reads "
            f"format {FORMAT_VERSION}: open it with a newer spurview."
        )
    if version < 1 or user_block != USER_BLOCK or any(block[_LAYOUT.size :]):
        raise damaged(path, "the header is malformed")
    _compare_size(path, size, length)
    return Header(length, digest, version)


def digest_of(fd: int, path: Path, report: Report = silent) -> bytes:
    """BLAKE2b-256 of everything after the header; `report` counts bytes."""
    size = os.fstat(fd).st_size
    digest = hashlib.blake2b(digest_size=32)
    for position in range(USER_BLOCK, size, _BLOCK):
        report(position, size, "checking the file")
        digest.update(raw.read_bytes(fd, path, position, min(_BLOCK, size - position)))
    return digest.digest()


def _compare_size(path: Path, size: int, length: int) -> None:
    if size < length <= MAX_FILE:
        raise cut_short(path, size, length)
    if size != length or size > MAX_FILE:
        raise damaged(path, f"{size} bytes, but the header says {length}")
