"""Entries of torchvision's weights by name; their files only where they are on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from spurview.core.architectures import check_torchvision
from spurview.core.errors import InputError


def entry_named(architecture: str, entry: str) -> Any:
    """The entry, e.g. of resnet18 IMAGENET1K_V1 or DEFAULT. Raises InputError."""
    from torchvision.models import get_model_weights

    check_torchvision(architecture)
    known = get_model_weights(architecture)
    found = getattr(known, entry, None)
    if found is None:
        names = ", ".join(known.__members__)
        raise InputError(
            f"torchvision has no weights {entry} of {architecture}, and there is no such file: "
            f"its weights are {names}."
        )
    return found


def entry_file(architecture: str, entry: str) -> Path:
    """Where torchvision keeps the entry's file. Raises InputError where it is not there.

    Nothing is downloaded: spurview opens no connection.
    """
    weights = entry_named(architecture, entry)
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(weights.url).name
    if not path.is_file():
        raise InputError(
            f"The weights {entry} of {architecture} are not on this machine, and spurview loads "
            "none from elsewhere: get them once with "
            f"torchvision.models.get_model({architecture!r}, weights={entry!r})."
        )
    return path
