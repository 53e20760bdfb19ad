"""Architectures by name from torchvision and timm, filled with weights that must fit exactly.

Nothing is downloaded: weights come from a file of the person's own.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Collection, Sequence
from functools import partial

import torch
from torch import nn

from spurview.core.architectures import check_torchvision, nearest
from spurview.core.errors import InputError
from spurview.core.torchvision_net import torchvision_classifier
from spurview.sources.network_weights import StateDict

_SHOWN = 3
_DEFAULT_CLASSES = 1000


def build(form: str, architecture: str, weights: StateDict, shown: str) -> tuple[nn.Module, int]:
    """The architecture with these weights, in eval mode, and its number of classes.

    form: torchvision or timm; shown: the weights' file, for sentences. Raises InputError for an
    unknown architecture and, naming what was expected and what was found, for weights that do not
    fit.
    """
    maker = _maker(form, architecture, weights)
    with torch.device("meta"):
        expected = _shapes(maker(_DEFAULT_CLASSES).state_dict())
    found = {key: tuple(value.shape) for key, value in weights.items()}
    n_classes = _classes(expected, found)
    if n_classes is not None and n_classes != _DEFAULT_CLASSES:
        with torch.device("meta"):
            expected = _shapes(maker(n_classes).state_dict())
    problem = _misfit(expected, found)
    if problem or n_classes is None:
        name = f"{form}'s {architecture}"
        raise InputError(f"{shown} does not fit {name}: {problem or 'it has no last layer'}.")
    model = maker(n_classes)
    model.load_state_dict(
        {k: v.to(torch.float32) if v.is_floating_point() else v for k, v in weights.items()},
        strict=False,
    )
    return model.eval(), n_classes


def check_architecture(form: str, architecture: str) -> None:
    """Raises InputError where there is no such architecture, or timm is not installed."""
    _maker(form, architecture, ())


def _maker(form: str, architecture: str, weights: Collection[str]) -> Callable[[int], nn.Module]:
    if form == "timm":
        return _timm(architecture)
    check_torchvision(architecture)
    return partial(torchvision_classifier, architecture, to_fill_with=weights)


def _timm(architecture: str) -> Callable[[int], nn.Module]:
    if importlib.util.find_spec("timm") is None:
        raise InputError(
            "timm is not installed: install it with python3 -m pip install 'spurview[timm]'."
        )
    import timm

    if ":" in architecture or not timm.is_model(architecture.partition(".")[0]):
        hint = nearest(architecture, timm.list_models(), "timm.list_models() names all")
        raise InputError(f"timm has no model {architecture!r}: {hint}.")

    def make(n_classes: int) -> nn.Module:
        model: nn.Module = timm.create_model(architecture, pretrained=False, num_classes=n_classes)
        return model

    return make


def _shapes(state: StateDict) -> dict[str, tuple[int, ...]]:
    return {key: tuple(value.shape) for key, value in state.items()}


def _classes(expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> int | None:
    """How many classes the weights are for: the one number in place of 1,000 all over."""
    numbers = {
        found[key][0]
        for key, shape in expected.items()
        if shape
        and shape[0] == _DEFAULT_CLASSES
        and len(found.get(key, ())) == len(shape)
        and found[key][1:] == shape[1:]
    }
    return numbers.pop() if len(numbers) == 1 else None


def _misfit(expected: dict[str, tuple[int, ...]], found: dict[str, tuple[int, ...]]) -> str | None:
    """What was expected and what was found, None where all fits.

    Counters of batch normalisation may be missing; older files lack them.
    """
    missing = [k for k in expected if k not in found and not k.endswith("num_batches_tracked")]
    unknown = [k for k in found if k not in expected]
    other = [k for k in expected if k in found and found[k] != expected[k]]
    parts = []
    if missing:
        parts.append(f"{_keys(missing)} missing")
    if unknown:
        parts.append(f"{_keys(unknown)} not known to it")
    if other:
        key = other[0]
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        parts.append(f"{key} has shape {found[key]} where {expected[key]} is expected{more}")
    return "; ".join(parts) or None


def _keys(names: Sequence[str]) -> str:
    """``1 tensor (fc.weight) is``, ``2 tensors (a, b) are``."""
    listed = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"{len(names)} {'tensor' if len(names) == 1 else 'tensors'} ({listed}) " + (
        "is" if len(names) == 1 else "are"
    )
