"""Where torch computes, and what happens when a GPU's memory runs out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

from spurview.core.errors import InputError, StageError

T = TypeVar("T")

# What a run says when it leaves the GPU.
ON_CPU = "GPU memory ran out, going on with the CPU"
_NO_ROOM = "Memory ran out even with the smallest batch: close other programs or use fewer images."


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


def else_on_cpu(
    work: Callable[[str], T], device: str, on_fall: Callable[[], None]
) -> tuple[T, str]:
    """`work(device)` and the device that did it: the CPU where the GPU's memory is too small.

    on_fall: called before the work begins anew on the CPU. Raises StageError where there is no
    room on the CPU either, or on the GPU of a network that stays there.
    """
    try:
        return work(device), device
    except torch.OutOfMemoryError as error:
        if device == "cpu":
            raise StageError(_NO_ROOM, details=str(error)) from error
    # Out of the handler, whose error keeps the tensors of the failed try alive.
    torch.cuda.empty_cache()
    on_fall()
    try:
        return work("cpu"), "cpu"
    except torch.OutOfMemoryError as error:
        raise StageError(_NO_ROOM, details=str(error)) from error
