"""Looks at the structure of one strange HDF5 file; run as a program, in a child process.

Prints JSON: the file's stamp and {name: [type, shape, offset, bytes]}, or {"problem": "..."}.
HDF5 may crash, hang or eat memory over a hostile file: here it takes only this process with it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # The interpreter is isolated (-I): it does not find spurview where it is not installed.
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from spurview.project import hdf5, schema
from spurview.project.schema import Extent

hdf5.load()
from h5py import h5d, h5f, h5g, h5l, h5o, h5p, h5s  # noqa: E402  # after hdf5.load()

_TYPES = hdf5.types()
LIBRARY_ERRORS = (OSError, LookupError, RuntimeError, ValueError, TypeError, MemoryError)


class Refused(Exception):
    """The file is not built as a project may be."""


def main(path: str) -> None:
    """Print what is in the file, or why it is refused."""
    limit_this_process()
    try:
        answer = structure(path)
    except Refused as error:
        answer = {"problem": str(error)}
    except LIBRARY_ERRORS as error:
        answer = {"problem": f"{type(error).__name__}: {error}"[:2000]}
    print(json.dumps(answer))


def structure(path: str) -> dict[str, Any]:
    """The file's stamp and its table of datasets; Refused when anything is not as it may be."""
    access = h5p.create(h5p.FILE_ACCESS)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_file_locking(False, True)
    file = h5f.open(os.fsencode(path), h5f.ACC_RDONLY, access)
    try:
        status = os.fstat(file.get_vfd_handle())
        _need(file.get_create_plist().get_userblock() == schema.USER_BLOCK, "no user block")
        table = _walk(h5g.open(file, b"/"))
    finally:
        file.close()
    problem = schema.misplacement(table.values(), status.st_size)
    _need(problem is None, str(problem))
    stamp = [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]
    return {"stamp": stamp, "table": table}


def limit_this_process() -> None:
    """Bounds on memory, time and writing, so that a hostile file costs little."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time-out alone has to do
        return
    for limit, value in (
        (resource.RLIMIT_AS, 1 << 30),
        (resource.RLIMIT_CPU, 20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _need(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Refused(otherwise)


def _walk(root: Any) -> dict[str, Extent]:
    """Every dataset below `root`. Our own loop: h5py's `visit` follows what we refuse."""
    _need(h5o.get_info(root).num_attrs == 0, "/ has attributes")
    table: dict[str, Extent] = {}
    waiting = [(root, "", 0)]
    n_links = 0
    while waiting:
        group, prefix, depth = waiting.pop()
        n_links += group.get_num_objs()
        _need(n_links <= schema.MAX_LINKS, "too many objects")
        for index in range(group.get_num_objs()):
            key = group.get_objname_by_idx(index)
            name = f"{prefix}/{key.decode('ascii', 'backslashreplace')}"
            if _is_group(group, key, name):
                _need(depth < schema.MAX_DEPTH and name in schema.GROUPS, f"{name!r}: a group")
                waiting.append((h5g.open(group, key), name, depth + 1))
            else:
                table[name] = _dataset(group, key, name)
    return table


def _is_group(group: Any, key: bytes, name: str) -> bool:
    """Whether it is a group; a hard link to one nameless-elsewhere, attribute-free object."""
    _need(group.links.get_info(key).type == h5l.TYPE_HARD, f"{name!r}: a soft or external link")
    about = h5o.get_info(group, key)
    _need(about.rc == 1, f"{name!r}: {about.rc} hard links")
    # Opening or even counting attributes one by one would load them, whatever their size.
    _need(about.num_attrs == 0, f"{name!r}: attributes")
    _need(about.type in (h5o.TYPE_GROUP, h5o.TYPE_DATASET), f"{name!r}: a strange object")
    return bool(about.type == h5o.TYPE_GROUP)


def _dataset(group: Any, key: bytes, name: str) -> Extent:
    _need(schema.rule_for(name) is not None, f"{name!r} is no name of the format")
    dataset = h5d.open(group, key)
    stored = dataset.get_type()
    dtype = next((d for d, t in _TYPES.items() if stored.equal(t)), None)
    _need(dtype is not None, f"{name}: data type")
    assert dtype is not None
    space = dataset.get_space()
    _need(space.get_simple_extent_type() in (h5s.SIMPLE, h5s.SCALAR), f"{name}: data space")
    shape = tuple(int(length) for length in space.get_simple_extent_dims())
    problem = schema.misfit(name, dtype, shape)
    _need(problem is None, str(problem))
    return _extent(dataset, name, dtype, shape)


def _extent(dataset: Any, name: str, dtype: str, shape: tuple[int, ...]) -> Extent:
    """Where the bytes are, after making sure that they are nothing but bytes in this file."""
    plist = dataset.get_create_plist()
    _need(plist.get_layout() == h5d.CONTIGUOUS, f"{name}: not contiguous")
    _need(plist.get_external_count() == 0, f"{name}: stored in another file")
    _need(plist.get_nfilters() == 0, f"{name}: filtered")
    nbytes = schema.nbytes_of(dtype, shape)
    _need(dataset.get_storage_size() == nbytes, f"{name}: storage size")
    # HDF5 gives no meaningful offset where nothing is stored.
    offset = dataset.get_offset() if nbytes else schema.USER_BLOCK
    _need(offset is not None, f"{name}: nothing stored")
    return Extent(dtype, shape, int(offset), nbytes)


if __name__ == "__main__":
    main(sys.argv[1])
