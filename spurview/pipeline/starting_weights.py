"""The weights that a training begins with, read from a safetensors file and from no other kind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from spurview.core.architectures import SMALL_CNN, unknown_architecture
from spurview.core.errors import InputError, StageError
from spurview.core.settings import ClassifierSettings, Settings
from spurview.sources.network_file import NetworkFile, read_network_file
from spurview.sources.spec import readable

if TYPE_CHECKING:
    from torch import Tensor


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
        file = _file(Path(weights).expanduser().absolute())
        _tensors(file)
        changes |= {"weights": str(file.path), "weights_digest": file.digest}
    classifier = msgspec.structs.replace(settings.classifier, **changes)
    return msgspec.structs.replace(settings, classifier=classifier)


def starting_weights(settings: ClassifierSettings) -> dict[str, Tensor] | None:
    """The tensors of the settings' file by name, None where training begins with none.

    Raises StageError where the file is missing, is another than it was, or no safetensors file.
    """
    if not settings.weights:
        return None
    try:
        return _tensors(_file(Path(settings.weights), digest=settings.weights_digest))
    except InputError as error:
        raise StageError(str(error), details=error.details) from error


def _file(path: Path, *, digest: str = "") -> NetworkFile:
    if path.suffix.lower() != ".safetensors":
        raise InputError(
            f"Training cannot start from {readable(os.fspath(path))}: save the state dict with "
            "safetensors.torch.save_file as a .safetensors file."
        )
    return read_network_file(path, digest=digest)


def _tensors(file: NetworkFile) -> dict[str, Tensor]:
    # Late, since it loads torch, which no project needs that starts from nothing.
    from spurview.sources.network_weights import read_weights

    return read_weights(file, frozenset())
