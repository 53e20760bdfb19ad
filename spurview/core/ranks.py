"""Processes that train one model together: which of them this is, and what they tell each other.

Started by `torchrun`, which tells each process its rank. A process alone is rank 0 of 1, and
nothing here then does anything.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed
from torch import Tensor, nn

T = TypeVar("T")

# Others wait while the first trains a classifier or saves; one that fails ends them all.
_PATIENCE = timedelta(days=2)


@dataclass(frozen=True)
class Ranks:
    """This process, `rank` of `size` counted from 0."""

    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def share(self, rows: Tensor) -> Tensor:
        """Of the rows (n, …) of a batch those that are this process's, every `size`-th."""
        return rows[self.rank :: self.size]

    def joined(self, module: nn.Module) -> nn.Module:
        """The module with gradients averaged over the processes; itself in a process alone."""
        if self.size == 1:
            return module
        return nn.parallel.DistributedDataParallel(module)

    def mean(self, value: float, device: torch.device) -> float:
        """Mean of every process's value."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64, device=device)
        torch.distributed.all_reduce(summed)
        return float(summed) / self.size

    def from_first(self, value: T) -> T:
        """What the first process has, in every process."""
        if self.size == 1:
            return value
        told: list[Any] = [value]
        torch.distributed.broadcast_object_list(told, src=0)
        first: T = told[0]
        return first

    def wait(self) -> None:
        """Go on when all are here."""
        self.from_first(None)


ALONE = Ranks()


def joined_ranks(device: str) -> Ranks:
    """This process's rank, once all that `torchrun` started have found one another.

    device: the kind that computes; on a GPU each process of a machine takes its own.
    """
    if device == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    backend = "nccl" if device == "cuda" else "gloo"
    torch.distributed.init_process_group(backend, timeout=_PATIENCE)
    return Ranks(torch.distributed.get_rank(), torch.distributed.get_world_size())


def leave() -> None:
    """Part from the other processes."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
