"""One training loop for every network here: seeded, reported, resumable at each epoch.

The order of the images and all noise come from (seed, epoch), never from a running generator, so
that a training resumed from a checkpoint takes the very steps an undisturbed one would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from spurview.core.adam import Adam
from spurview.core.progress import Report

# Loss of one batch: (model, image rows, generator for noise) -> scalar, mean over the rows.
BatchLoss = Callable[[nn.Module, Tensor, torch.Generator], Tensor]
# Figures of one epoch after training on it, given its mean loss.
EpochFigures = Callable[[nn.Module, float], list[float]]

# Names of tensors in a checkpoint: of the last epoch's model, of the best epoch's, of Adam.
_MODEL, _BEST, _ADAM = "model/", "best/", "optimizer/"


@dataclass(frozen=True)
class TrainingState:
    """What a checkpoint holds: finished epochs, tensors of model and optimiser, the curve.

    With a patience, the weights of the best epoch so far are there too.
    """

    epoch: int
    tensors: dict[str, Tensor]
    curve: list[list[float]] = field(default_factory=list)


@dataclass(frozen=True)
class Schedule:
    """Epochs, batch size and Adam's rate; `rate_of` gives the rate of an epoch counted from 0.

    patience: stop after so many epochs without a higher `score_of` an epoch's figures, and go back
    to the best one; 0 does all epochs and keeps the last. mixed: bfloat16 on a GPU. least_batch: a
    smaller rest goes into the batch before it, for networks that need several images to normalise.
    """

    epochs: int
    batch: int
    seed: int
    rate_of: Callable[[int], float]
    patience: int = 0
    score_of: Callable[[Sequence[float]], float] = lambda figures: -figures[0]
    mixed: bool = True
    least_batch: int = 1

    def best(self, curve: Sequence[Sequence[float]]) -> int:
        """The epoch, counted from 0, whose weights are kept."""
        if not self.patience:
            return len(curve) - 1
        return max(range(len(curve)), key=lambda epoch: self.score_of(curve[epoch]))

    def is_over(self, curve: Sequence[Sequence[float]]) -> bool:
        """Whether training has gone on for too long without getting better."""
        return bool(self.patience and curve) and len(curve) - self.best(curve) > self.patience


def fit(
    model: nn.Module,
    loss_of: BatchLoss,
    figures_of: EpochFigures,
    *,
    n_images: int,
    schedule: Schedule,
    device: torch.device,
    resume: TrainingState | None,
    on_epoch: Callable[[TrainingState], None],
    report: Report,
) -> list[list[float]]:
    """The learning curve, one row of figures per epoch done; `model` is trained in place.

    `on_epoch` gets a state after each epoch, on the CPU, to be kept as a checkpoint.
    """
    model.to(device)
    optimizer = Adam(model.parameters(), schedule.rate_of(0))
    curve: list[list[float]] = []
    best: dict[str, Tensor] = {}
    start = 0
    if resume is not None and resume.epoch <= schedule.epochs:
        _restore(model, optimizer, resume)
        start, curve = resume.epoch, [list(row) for row in resume.curve]
        best = {key: value for key, value in resume.tensors.items() if key.startswith(_BEST)}
    for epoch in range(start, schedule.epochs):
        if schedule.is_over(curve):
            break
        optimizer.rate = schedule.rate_of(epoch)
        with _own_randomness(schedule.seed * 100_003 + epoch, device):
            loss = _one_epoch(
                model, loss_of, optimizer, n_images, schedule, epoch, device=device, report=report
            )
        curve.append(figures_of(model, loss))
        if schedule.patience and schedule.best(curve) == epoch:
            best = _weights(model, _BEST)
        kept = _tensors(model, optimizer) | best
        on_epoch(TrainingState(epoch + 1, kept, [list(r) for r in curve]))
    if best:
        model.load_state_dict(_without(_BEST, best))
    model.eval()
    return curve


@contextmanager
def _own_randomness(seed: int, device: torch.device) -> Iterator[None]:
    """Dropout inside a network draws from torch's own generator: seeded here, put back after."""
    devices = [torch.cuda.current_device()] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        yield


def _one_epoch(
    model: nn.Module,
    loss_of: BatchLoss,
    optimizer: Adam,
    n_images: int,
    schedule: Schedule,
    epoch: int,
    *,
    device: torch.device,
    report: Report,
) -> float:
    """Mean loss over the epoch."""
    model.train()
    order = torch.Generator().manual_seed(schedule.seed * 100_003 + epoch)
    noise = torch.Generator(device).manual_seed(schedule.seed * 100_003 + epoch)
    total = 0.0
    done = 0
    for rows in _batches(torch.randperm(n_images, generator=order), schedule):
        report(
            epoch * n_images + done,
            schedule.epochs * n_images,
            f"epoch {epoch + 1} of {schedule.epochs}",
        )
        optimizer.zero_grad()
        mixed = schedule.mixed and device.type == "cuda"
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=mixed):
            loss = loss_of(model, rows, noise)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        total += float(loss.detach()) * len(rows)
        done += len(rows)
    return total / n_images


def _batches(order: Tensor, schedule: Schedule) -> list[Tensor]:
    """Rows batch by batch; a rest that is too small goes with the batch before it."""
    batches = list(torch.split(order, schedule.batch))
    if len(batches) > 1 and len(batches[-1]) < schedule.least_batch:
        batches[-2:] = [torch.cat(batches[-2:])]
    return batches


def _tensors(model: nn.Module, optimizer: Adam) -> dict[str, Tensor]:
    kept = {_ADAM + key: value for key, value in optimizer.tensors().items()}
    return _weights(model, _MODEL) | kept


def _weights(model: nn.Module, prefix: str) -> dict[str, Tensor]:
    state = model.state_dict()
    return {prefix + key: value.detach().cpu().clone() for key, value in state.items()}


def _without(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, by the rest of their names."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _restore(model: nn.Module, optimizer: Adam, state: TrainingState) -> None:
    model.load_state_dict(_without(_MODEL, state.tensors))
    optimizer.restore(_without(_ADAM, state.tensors))
