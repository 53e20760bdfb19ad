"""Preprocessing from a preset's name or from a TOML file."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from spurview.core.errors import InputError
from spurview.core.network_description import Preprocessing
from spurview.sources.spec import readable

PLAIN = "plain"


def read_preprocessing(text: str) -> Preprocessing:
    """`plain` (the working size, values 0..1), a TOML file, or a name of torchvision's weights.

    A name is an architecture (its default weights) or a weights entry as
    ResNet18_Weights.IMAGENET1K_V1. Raises InputError.
    """
    if text == PLAIN:
        return Preprocessing()
    path = Path(text)
    if text.lower().endswith(".toml") or path.is_file():
        return _from_toml(path)
    return _of_weights(text)


def of_architecture(architecture: str) -> Preprocessing:
    """What torchvision's default weights of this architecture were trained with."""
    from torchvision.models import get_model_weights

    return _of_transforms(get_model_weights(architecture).DEFAULT.transforms())


def of_weights(weights: Any) -> Preprocessing:
    """What this entry of torchvision's weights was trained with."""
    return _of_transforms(weights.transforms())


def of_timm(model: Any) -> Preprocessing:
    """What a timm model's own configuration says."""
    config = model.pretrained_cfg
    height, width = config.get("input_size", (3, 224, 224))[1:]
    share = float(config.get("crop_pct") or 1.0)
    known = ("nearest", "bilinear", "bicubic", "lanczos")
    way = config.get("interpolation", "bicubic")
    return checked(
        Preprocessing(
            height=height,
            width=width,
            resize=round(min(height, width) / share),
            mean=tuple(config.get("mean", (0.0,))),
            std=tuple(config.get("std", (1.0,))),
            interpolation=way if way in known else "bicubic",
        ),
        "timm's configuration",
    )


def checked(steps: Preprocessing, shown: str) -> Preprocessing:
    """The same. Raises InputError where its parts do not go together."""
    channels = 1 if steps.channels == "grey" else 3
    for name in ("mean", "std"):
        values = getattr(steps, name)
        if len(values) not in (1, channels):
            raise InputError(
                f"{shown}: {name} has {len(values)} values where 1 or {channels} are expected."
            )
    if any(value <= 0 for value in steps.std):
        raise InputError(f"{shown}: std must be above 0.")
    if steps.high == steps.low:
        raise InputError(f"{shown}: low and high must differ.")
    if steps.resize and steps.resize < min(steps.height, steps.width):
        raise InputError(
            f"{shown}: resize is {steps.resize}, less than the {steps.height} × {steps.width} "
            "to be cut out."
        )
    if bool(steps.height) != bool(steps.width):
        raise InputError(f"{shown}: height and width are needed both, or neither.")
    return steps


def _from_toml(path: Path) -> Preprocessing:
    shown = readable(os.fspath(path))
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The preprocessing in {shown} cannot be read: name a file.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{shown} is no TOML: {error}.") from error
    if "size" in table:
        size = table.pop("size")
        table = {"height": size, "width": size} | table
    try:
        return checked(msgspec.convert(table, Preprocessing), shown)
    except msgspec.ValidationError as error:
        known = ", ".join(("size", *Preprocessing.__struct_fields__))
        raise InputError(f"{shown} cannot be used: {error}; it may hold {known}.") from error


def _of_weights(name: str) -> Preprocessing:
    from torchvision import models

    try:
        if name in models.list_models(module=models):
            return of_architecture(name)
        return of_weights(models.get_weight(name))
    except ValueError as error:
        raise InputError(
            f"There is no preprocessing {name!r}: give {PLAIN}, an architecture of torchvision "
            "(resnet18), one of its weights (ResNet18_Weights.IMAGENET1K_V1) or a TOML file."
        ) from error


def _of_transforms(transforms: Any) -> Preprocessing:
    size = transforms.crop_size[0]
    return Preprocessing(
        height=size,
        width=size,
        resize=max(transforms.resize_size[0], size),
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
        interpolation=transforms.interpolation.value,
    )
