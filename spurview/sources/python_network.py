"""A network from a Python file of the person's own, run only after agreement to that very file."""

from __future__ import annotations

import importlib.util
import sys
from importlib.abc import InspectLoader
from types import ModuleType

from torch import nn

from spurview.core.errors import InputError
from spurview.sources.network_file import NetworkFile

PYTHON = "Python code, which is run when it is opened"
_NAME = "spurview_network_file"


class _Bytes(InspectLoader):
    """Loads a module from the bytes that were agreed to, not from the disk a second time."""

    def __init__(self, file: NetworkFile) -> None:
        self._file = file

    def get_source(self, fullname: str) -> str:
        return self._file.data.decode("utf-8")

    def is_package(self, fullname: str) -> bool:
        return False


def python_network(file: NetworkFile, function: str, trusted: frozenset[str]) -> nn.Module:
    """What the named function of the file returns, in eval mode.

    Raises NotAgreedError, and InputError where the file cannot be run, has no such function, or
    that gives no nn.Module.
    """
    file.agreed(trusted, PYTHON)
    module = _module(file)
    made = getattr(module, function, None)
    if not callable(made):
        raise InputError(f"{file.shown} has no function {function!r}: name one of its functions.")
    try:
        network = made()
    except Exception as error:  # code of the person's own may raise anything
        raise InputError(
            f"{function}() in {file.shown} stopped with {type(error).__name__}: {error}; it must "
            "run without arguments.",
            details=str(error),
        ) from error
    if not isinstance(network, nn.Module):
        raise InputError(
            f"{function}() in {file.shown} returned a {type(network).__name__} where a "
            "torch.nn.Module is expected."
        )
    return network.eval()


def _module(file: NetworkFile) -> ModuleType:
    spec = importlib.util.spec_from_loader(_NAME, _Bytes(file), origin=str(file.path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Files look for their weights beside themselves.
    module.__file__ = str(file.path.absolute())
    # Dataclasses and the like look their module up.
    sys.modules[_NAME] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # code of the person's own may raise anything
        raise InputError(
            f"{file.shown} cannot be run: {type(error).__name__}: {error}; mend the file.",
            details=str(error),
        ) from error
    finally:
        sys.modules.pop(_NAME, None)
    return module
