"""h5py, imported late and with everything switched off that could run or read something else.

The process that opens and reads projects never calls this; the writer and the checking child do.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from spurview.core.errors import ProjectError

# Set for the checking child too, before its interpreter starts.
SILENCED = (
    "HDF5_PLUGIN_PATH",
    "HDF5_VOL_CONNECTOR",
    "HDF5_DRIVER",
    "HDF5_DRIVER_CONFIG",
    "HDF5_EXT_PREFIX",
    "HDF5_VDS_PREFIX",
    "HDF5_EXTFILE_PREFIX",
)


def load() -> ModuleType:
    """The h5py module, its plug-ins disabled; ProjectError when its HDF5 is too old."""
    # "::" tells HDF5 to load no plug-in at all; it looks once, when the library starts.
    os.environ["HDF5_PLUGIN_PRELOAD"] = "::"
    for variable in SILENCED:
        os.environ.pop(variable, None)
    import h5py  # 0.1 s, and not wanted in the window

    if h5py.version.hdf5_version_tuple < (2, 0, 0):
        raise ProjectError(
            f"HDF5 {h5py.version.hdf5_version} is too old to be safe: install h5py 3.15 or newer."
        )
    return h5py  # type: ignore[no-any-return]


def types() -> dict[str, Any]:
    """HDF5's type of each type that a project may hold, by NumPy's name of it."""
    h5t = load().h5t
    return {
        "|u1": h5t.STD_U8LE,
        "<i2": h5t.STD_I16LE,
        "<i4": h5t.STD_I32LE,
        "<i8": h5t.STD_I64LE,
        "<f2": h5t.IEEE_F16LE,
        "<f4": h5t.IEEE_F32LE,
    }


def version() -> str:
    """The version of the HDF5 that h5py brings, as 2.0.0."""
    return str(load().version.hdf5_version)
