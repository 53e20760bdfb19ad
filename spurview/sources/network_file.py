"""The bytes of a network's file: read once, so that what was agreed to is what is opened.

Says which files are opened freely, which only after agreement, and which never.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from spurview.core.errors import InputError
from spurview.sources.picture import READ_ONLY
from spurview.sources.spec import readable

MAX_FILE_BYTES = 8 << 30

_TO_STATE_DICT = (
    "save its state dict as safetensors instead "
    "(safetensors.torch.save_file(model.state_dict(), FILE))"
)
_NEVER = {
    ".pt2": "an exported program (.pt2), whose loader runs what is in it",
    ".pkl": "a pickle, which runs what is in it",
    ".pickle": "a pickle, which runs what is in it",
    ".joblib": "a joblib pickle, which runs what is in it",
    ".ptl": "a TorchScript file, which runs what is in it",
    ".torchscript": "a TorchScript file, which runs what is in it",
    ".jit": "a TorchScript file, which runs what is in it",
}
_OTHER = {
    ".h5": "a Keras or HDF5 file",
    ".hdf5": "a Keras or HDF5 file",
    ".keras": "a Keras file",
    ".tflite": "a TensorFlow Lite file",
    ".pb": "a TensorFlow graph",
}


class NotAgreedError(InputError):
    """A file that can hold code and that nobody has agreed to open; `path`, `digest`, `what`."""

    def __init__(self, path: Path, digest: str, what: str) -> None:
        super().__init__(
            f"{readable(os.fspath(path))} is {what}; its SHA-256 is {digest}: if this file comes "
            "from someone you trust, agree to it with --trust-code."
        )
        self.path, self.digest, self.what = path, digest, what


@dataclass(frozen=True)
class NetworkFile:
    """A regular file's bytes and their SHA-256, 64 hex digits."""

    path: Path
    data: bytes
    digest: str

    @property
    def shown(self) -> str:
        """The path as a sentence can hold it."""
        return readable(os.fspath(self.path))

    def agreed(self, trusted: frozenset[str], what: str) -> None:
        """Raises NotAgreedError where nobody has agreed to these very bytes."""
        if self.digest not in trusted:
            raise NotAgreedError(self.path, self.digest, what)


def read_network_file(path: Path, *, digest: str = "") -> NetworkFile:
    """The file's bytes. digest: what they must be, where the project knows.

    Raises InputError where the file is missing, no regular file, too large, or not the same any
    more.
    """
    shown = readable(os.fspath(path))
    try:
        with open(os.open(path, READ_ONLY), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise InputError(f"{shown} is not a regular file: name the network's file.")
            if found.st_size > MAX_FILE_BYTES:
                raise InputError(f"{shown} is larger than 8 GiB: name a smaller network.")
            data = file.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"The network's file {shown} cannot be read: {reason}; put it there or name another."
        ) from error
    seen = hashlib.sha256(data).hexdigest()
    if digest and seen != digest:
        raise InputError(
            f"The network's file {shown} has changed since the project was made (SHA-256 was "
            f"{digest[:12]}…, is {seen[:12]}…): put the old file back or make a new project."
        )
    return NetworkFile(path, data, seen)


def refuse_unsafe(path: Path) -> None:
    """Raises InputError for kinds of files that are never opened, with the way to convert."""
    suffix, shown = path.suffix.lower(), readable(os.fspath(path))
    if suffix in _NEVER:
        raise InputError(f"{shown} is {_NEVER[suffix]}, and is never opened: {_TO_STATE_DICT}.")
    if suffix in _OTHER:
        raise InputError(f"{shown} is {_OTHER[suffix]}: convert it to ONNX and use onnx:FILE.")


def refuse_archives_of_code(file: NetworkFile) -> None:
    """Raises InputError for TorchScript and exported programs under whatever name."""
    if not zipfile.is_zipfile(io.BytesIO(file.data)):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            names = [name.partition("/")[2] or name for name in archive.namelist()]
    except zipfile.BadZipFile:
        return
    if any(name == "archive_format" or name.startswith("models/") for name in names):
        raise InputError(
            f"{file.shown} is {_NEVER['.pt2']}, and is never opened: {_TO_STATE_DICT}."
        )
    if any(name == "constants.pkl" or name.startswith("code/") for name in names):
        raise InputError(
            f"{file.shown} is {_NEVER['.jit']}, and is never opened: {_TO_STATE_DICT}."
        )
