"""Writes a whole project beside the old one and then swaps them; never changes a file in place.

A kill at any moment leaves the old or the new project, whole.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spurview.core.arrays import Array
from spurview.core.errors import SaveError
from spurview.project import codec, hdf5, schema
from spurview.project.codec import History, Verdicts
from spurview.project.data_file import DataFile
from spurview.project.header import Header, digest_of
from spurview.project.model import ProjectInfo
from spurview.project.schema import HISTORY, SETTINGS, VERDICTS, Extent
from spurview.project.sentences import not_saved

_BLOCK = 4 << 20
# HDF5's own headers: one object header for each dataset, then groups and the superblock.
_PER_DATASET, _PER_FILE = 4096, 65536


@dataclass(frozen=True)
class Content:
    """One dataset to write: its type and shape, and its bytes piece by piece."""

    dtype: str
    shape: tuple[int, ...]
    blocks: Callable[[], Iterable[bytes | memoryview]]

    @property
    def nbytes(self) -> int:
        return schema.nbytes_of(self.dtype, self.shape)


def of_array(name: str, array: Array) -> Content:
    """`array` as content for `name`; SaveError when the format has no such dataset."""
    dtype = array.dtype.newbyteorder("<").str
    problem = schema.misfit(name, dtype, array.shape)
    if problem:
        raise SaveError(f"{name} cannot be stored in a project file: {problem}.")
    return Content(dtype, array.shape, lambda: _pieces(array, dtype))


def of_file(file: DataFile, name: str) -> Content:
    """A dataset of an open project as content of the next."""
    extent = file.table[name]
    return Content(extent.dtype, extent.shape, lambda: file.blocks(name))


def of_trees(info: ProjectInfo, verdicts: Verdicts, history: History) -> dict[str, Content]:
    """The project's JSON trees as content; SaveError as `codec.encode` raises it."""
    return {
        SETTINGS: of_array(SETTINGS, codec.encode(info, ProjectInfo)),
        VERDICTS: of_array(VERDICTS, codec.encode(verdicts, Verdicts)),
        HISTORY: of_array(HISTORY, codec.encode(history, History)),
    }


def write(path: Path, contents: Mapping[str, Content], before_swap: Callable[[], None]) -> DataFile:
    """Make `path` (no symbolic link) hold `contents`; gives the new file, open.

    `before_swap` runs when the new file is complete; what it raises leaves all as it was.
    Raises SaveError with the reason; no temporary file stays.
    """
    needed = sum(c.nbytes for c in contents.values()) + _PER_DATASET * len(contents) + _PER_FILE
    temporary = None
    try:
        temporary = _temporary_beside(path)
        file = _write_new(temporary, path, contents, needed)
        before_swap()
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except (OSError, RuntimeError) as error:
        raise not_saved(path, error, needed) from error
    finally:
        if temporary is not None:
            _remove(temporary)
    return file


def is_leftover(name: str, project: str) -> bool:
    """Whether `name` is a temporary file that a killed save of `project` left beside it."""
    prefix, suffix = f".{project}.", ".tmp"
    middle = name[len(prefix) : -len(suffix)]
    return name == f"{prefix}{middle}{suffix}" and len(middle) == 8 and "." not in middle


def keep_backup(path: Path) -> None:
    """Keep the file at `path` as ``NAME~`` too, at no cost in space; nothing where links fail."""
    backup = path.with_name(path.name + "~")
    try:
        link = _temporary_beside(path)
        link.unlink()
        os.link(path, link)
    except OSError:
        return
    with contextlib.suppress(OSError):
        os.replace(link, backup)
    # Renaming one name of a file to another name of the same file does nothing at all.
    _remove(link)


def _temporary_beside(path: Path) -> Path:
    fd, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        os.close(fd)
    except OSError:
        _remove(Path(name))
        raise
    return Path(name)


def _remove(temporary: Path) -> None:
    """Remove it; where that fails the next opening of the project does."""
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)


def _pieces(array: Array, dtype: str) -> Iterator[memoryview]:
    """The bytes of `array` in C order, little-endian, about 4 MiB at a time."""
    if not array.nbytes:
        return
    rows = array.reshape(1) if array.ndim == 0 else array
    step = max(1, _BLOCK * len(rows) // array.nbytes)
    for start in range(0, len(rows), step):
        yield np.ascontiguousarray(rows[start : start + step], dtype).data.cast("B")


def _write_new(
    temporary: Path, path: Path, contents: Mapping[str, Content], needed: int
) -> DataFile:
    table = _lay_out(temporary, contents, needed)
    fd = os.open(temporary, os.O_RDWR | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    try:
        for name, content in contents.items():
            _write_blocks(fd, table[name].offset, content.blocks())
        # Data first, then the header that vouches for them, each safely on the disk.
        os.fsync(fd)
        header = Header(os.fstat(fd).st_size, digest_of(fd, path))
        _write_blocks(fd, 0, [header.packed()])
        _set_mode(fd, path)
        os.fsync(fd)
    except BaseException:
        os.close(fd)
        raise
    return DataFile(fd, path, table, header.digest)


def _write_blocks(fd: int, offset: int, blocks: Iterable[bytes | memoryview]) -> None:
    for block in blocks:
        done = 0
        while done < len(block):
            done += _write_some(fd, offset + done, block[done:])
        offset += done


def _write_some(fd: int, offset: int, block: bytes | memoryview) -> int:
    if hasattr(os, "pwrite"):
        return os.pwrite(fd, block, offset)
    os.lseek(fd, offset, os.SEEK_SET)
    return os.write(fd, block)


def _lay_out(temporary: Path, contents: Mapping[str, Content], needed: int) -> dict[str, Extent]:
    """Have HDF5 write all headers and reserve each dataset's place; gives the places.

    HDF5 crashes over a full disk when its caches hold data: the space is taken first, no cache.
    """
    h5py = hdf5.load()
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fclose_degree(h5py.h5f.CLOSE_STRONG)
    access.set_file_locking(False, True)
    access.set_sieve_buf_size(0)
    access.set_cache(0, 1, 0, 0.75)
    creation = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    creation.set_userblock(schema.USER_BLOCK)
    file = h5py.h5f.create(os.fsencode(temporary), h5py.h5f.ACC_TRUNC, creation, access)
    try:
        _reserve(file.get_vfd_handle(), temporary.parent, needed)
        table = {name: _create(h5py, file, name, c) for name, c in contents.items()}
        h5py.h5f.flush(file)
        size = file.get_filesize()
    finally:
        file.close()
    # What was reserved in excess would stay as a tail of zeros.
    os.truncate(temporary, size)
    return table


def _create(h5py: Any, file: Any, name: str, content: Content) -> Extent:
    h5d, h5p, h5s = h5py.h5d, h5py.h5p, h5py.h5s
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_layout(h5d.CONTIGUOUS)
    plist.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    plist.set_fill_time(h5d.FILL_TIME_NEVER)
    plist.set_obj_track_times(False)
    links = h5p.create(h5p.LINK_CREATE)
    links.set_create_intermediate_group(True)
    space = h5s.create_simple(content.shape) if content.shape else h5s.create(h5s.SCALAR)
    dtype = hdf5.types()[content.dtype]
    dataset = h5d.create(file, name.encode("ascii"), dtype, space, plist, links)
    offset = dataset.get_offset() if content.nbytes else schema.USER_BLOCK
    return Extent(content.dtype, content.shape, int(offset), content.nbytes)


def _reserve(fd: int, folder: Path, nbytes: int) -> None:
    """Take the space now, so that a full disk shows here as a plain OSError."""
    try:
        os.posix_fallocate(fd, 0, nbytes)
        return
    except AttributeError:
        pass
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise
    if shutil.disk_usage(folder).free < nbytes * 1.1:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _set_mode(fd: int, path: Path) -> None:
    """The permissions of the file that is replaced, or those of any new file."""
    if not hasattr(os, "fchmod"):
        return
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    os.fchmod(fd, mode)


def _sync_folder(folder: Path) -> None:
    """Make the swap outlast a power cut, where the system can; the swap itself has happened."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
