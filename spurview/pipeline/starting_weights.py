"""The weights that a training begins with, read from a safetensors file and from no other kind."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from spurview.core.architectures import SMALL_CNN, unknown_architecture
from spurview.core.errors import InputError, StageError
from spurview.core.settings import ClassifierSettings, Settings

if TYPE_CHECKING:
    from torch import Tensor

# safetensors itself takes headers of 100 MB and a million empty tensors (SAFETY.md, models).
MAX_HEADER_BYTES = 1 << 20
MAX_TENSORS = 4096


def training_settings(settings: Settings, text: str) -> Settings:
    """Settings for `train`, `train:ARCH` or `train:ARCH:WEIGHTS`, WEIGHTS a safetensors file.

    Raises InputError for an unknown architecture, naming the nearest, and for an unusable file.
    """
    _, _, rest = text.partition(":")
    architecture, _, weights = rest.partition(":")
    wrong = unknown_architecture(architecture or SMALL_CNN)
    if wrong:
        raise InputError(wrong)
    changes = {"architecture": architecture} if architecture else {}
    if weights:
        path = Path(weights).expanduser().absolute()
        changes |= {"weights": str(path), "weights_digest": _digest(_content(path))}
    classifier = msgspec.structs.replace(settings.classifier, **changes)
    return msgspec.structs.replace(settings, classifier=classifier)


def starting_weights(settings: ClassifierSettings) -> dict[str, Tensor] | None:
    """The tensors of the settings' file by name, None where training begins with none.

    Raises StageError where the file is missing, is another than it was, or no safetensors file.
    """
    if not settings.weights:
        return None
    from safetensors import SafetensorError
    from safetensors.torch import load

    path = Path(settings.weights)
    try:
        data = _content(path)
    except InputError as error:
        raise StageError(str(error)) from error
    if settings.weights_digest and _digest(data) != settings.weights_digest:
        raise StageError(
            f"The starting weights {path.name} are not those this project was made with: put that "
            "file back, or choose the weights again."
        )
    try:
        return dict(load(data))
    except SafetensorError as error:
        raise StageError(_unusable(path), details=str(error)) from error


def _content(path: Path) -> bytes:
    """The file's bytes. Raises InputError where it is missing or no safetensors file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The starting weights {path} cannot be read: {error.strerror}."
        ) from error
    header = data[8 : 8 + int.from_bytes(data[:8], "little")] if len(data) > 8 else b""
    if not 0 < len(header) <= MAX_HEADER_BYTES:
        raise InputError(_unusable(path))
    try:
        entries = msgspec.json.decode(header, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(_unusable(path)) from error
    if len(entries) > MAX_TENSORS:
        raise InputError(
            f"The starting weights {path.name} hold {len(entries)} tensors: {MAX_TENSORS} are the "
            "most that are taken."
        )
    return data


def _unusable(path: Path) -> str:
    return (
        f"The starting weights {path.name} are no whole safetensors file: save the state dict with "
        "safetensors.torch.save_file."
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
