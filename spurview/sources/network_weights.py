"""Weights from files: safetensors freely, PyTorch state dicts once a person has agreed to the file.

Gives named dense tensors and nothing else; no file's content ever becomes code here.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from spurview.core.errors import InputError
from spurview.sources.network_file import NetworkFile, refuse_archives_of_code

StateDict = dict[str, Tensor]

STATE_DICT = "a PyTorch file, which can hold code"
MAX_HEADER = 1 << 20
MAX_TENSORS = 4096
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}", re.ASCII)
# Tensors of these kinds are rebuilt from indices that nobody checks.
_NOT_DENSE = (b"_rebuild_sparse_tensor", b"_rebuild_qtensor", b"_rebuild_nested_tensor")
# Names under which training scripts keep the state dict, and what wrappers put before each key.
_WRAPPED = ("state_dict", "model_state_dict", "model", "net", "network")
_PREFIXES = ("module.", "_orig_mod.", "model.")


def read_weights(file: NetworkFile, trusted: frozenset[str]) -> StateDict:
    """The named tensors of a safetensors file or of a PyTorch state dict.

    Raises NotAgreedError for a PyTorch file nobody has agreed to, InputError for all that is no
    state dict of dense tensors.
    """
    if file.path.suffix.lower() == ".safetensors":
        return _unwrapped(_safetensors(file))
    refuse_archives_of_code(file)
    file.agreed(trusted, STATE_DICT)
    return _unwrapped(_state_dict(file))


def _safetensors(file: NetworkFile) -> StateDict:
    from safetensors import SafetensorError
    from safetensors.torch import load

    problem = _header_problem(file.data)
    if problem:
        raise InputError(f"{file.shown} is no safetensors file that can be used: {problem}.")
    try:
        return dict(load(file.data))
    except (SafetensorError, ValueError, KeyError, OverflowError) as error:
        raise InputError(
            f"{file.shown} is damaged or no safetensors file: save the network again.",
            details=str(error),
        ) from error


def _header_problem(data: bytes) -> str | None:
    """What is wrong with the header, by our own rules; None when nothing is."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        return "it is cut short"
    if length > MAX_HEADER:
        return f"its header has {length:,} bytes, more than {MAX_HEADER:,}"
    try:
        header = json.loads(data[8 : 8 + length], object_pairs_hook=_without_doubles)
    except _Doubled as error:
        return f"it holds {error} twice"
    except (ValueError, RecursionError):
        return "its header is no JSON"
    if not isinstance(header, dict):
        return "its header is no table of tensors"
    names = [name for name in header if name != "__metadata__"]
    if len(names) > MAX_TENSORS:
        return f"it holds {len(names):,} tensors, more than {MAX_TENSORS:,}"
    odd = next((name for name in names if not _NAME.fullmatch(name)), None)
    return None if odd is None else f"it holds a tensor of the odd name {odd[:60]!r}"


class _Doubled(Exception):
    """A name that a header holds twice."""


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Doubled(repr(name[:60]))
        found[name] = value
    return found


def _state_dict(file: NetworkFile) -> Mapping[str, Any]:
    if any(kind in file.data for kind in _NOT_DENSE):
        raise InputError(f"{file.shown} holds sparse or quantised tensors: save dense ones.")
    try:
        # Unpickles tensors and plain containers only; whatever else is named stops it.
        loaded = torch.load(io.BytesIO(file.data), map_location="cpu", weights_only=True)
    except Exception as error:  # it raises whatever its parsers meet
        raise InputError(
            f"{file.shown} holds more than a state dict, or is damaged, and was not opened: save "
            "it anew with torch.save(model.state_dict(), FILE), or better as safetensors.",
            details=str(error),
        ) from error
    if not isinstance(loaded, Mapping):
        raise InputError(f"{file.shown} holds a {type(loaded).__name__}, not a state dict.")
    inner = next((loaded[k] for k in _WRAPPED if isinstance(loaded.get(k), Mapping)), loaded)
    tensors = {key: value for key, value in inner.items() if isinstance(value, Tensor)}
    if not tensors:
        raise InputError(f"{file.shown} holds no tensors: save model.state_dict().")
    for key, value in tensors.items():
        if value.layout is not torch.strided or value.is_quantized or not isinstance(key, str):
            raise InputError(f"{file.shown} holds sparse or quantised tensors: save dense ones.")
    return tensors


def _unwrapped(tensors: Mapping[str, Tensor]) -> StateDict:
    """Keys without what every one of them begins with because of a wrapper around the model."""
    found = dict(tensors)
    for prefix in _PREFIXES:
        if found and all(key.startswith(prefix) for key in found):
            found = {key.removeprefix(prefix): value for key, value in found.items()}
    return found
