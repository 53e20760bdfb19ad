"""Where torch computes, and what happens when a GPU's memory runs out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from spurview.core.errors import InputError

T = TypeVar("T")


def choose_device(name: str) -> torch.device:
    """The device called `name`; ``auto`` takes cuda, then mps, then the CPU.

    Raises InputError when the named device is not on this machine.
    """
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(kind for kind, is_there in present.items() if is_there))
    if name not in present:
        raise InputError(f"There is no device {name!r}: choose auto, cpu, cuda or mps.")
    if not present[name]:
        raise InputError(f"This machine has no {name} device: choose auto or cpu.")
    return torch.device(name)


def with_smaller_batches(work: Callable[[int], T], batch: int) -> T:
    """`work(batch)`, with the batch halved each time the GPU's memory runs out.

    At a batch of one the error goes up: the caller decides about the CPU.
    """
    while True:
        try:
            return work(batch)
        except torch.OutOfMemoryError:
            if batch == 1:
                raise
            torch.cuda.empty_cache()
            batch //= 2
