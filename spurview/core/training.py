"""One training loop for every network here: seeded, reported, resumable at each epoch.

The order of the images and all noise come from (seed, epoch), never from a running generator, so
that a training resumed from a checkpoint takes the very steps an undisturbed one would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from spurview.core.progress import Report

# Loss of one batch: (model, image rows, generator for noise) -> scalar, mean over the rows.
BatchLoss = Callable[[nn.Module, Tensor, torch.Generator], Tensor]
# Figures of one epoch after training on it, given its mean loss.
EpochFigures = Callable[[nn.Module, float], list[float]]


@dataclass(frozen=True)
class TrainingState:
    """What a checkpoint holds: finished epochs, tensors of model and optimiser, the curve."""

    epoch: int
    tensors: dict[str, Tensor]
    curve: list[list[float]] = field(default_factory=list)


@dataclass(frozen=True)
class Schedule:
    """Epochs, batch size and Adam's rate; `rate_of` gives the rate of an epoch counted from 0."""

    epochs: int
    batch: int
    seed: int
    rate_of: Callable[[int], float]


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
    """The learning curve, one row of figures per epoch; `model` is trained in place.

    `on_epoch` gets a state after each epoch, on the CPU, to be kept as a checkpoint.
    """
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), schedule.rate_of(0))
    curve: list[list[float]] = []
    start = 0
    if resume is not None and resume.epoch <= schedule.epochs:
        _restore(model, optimizer, resume)
        start, curve = resume.epoch, [list(row) for row in resume.curve]
    for epoch in range(start, schedule.epochs):
        optimizer.param_groups[0]["lr"] = schedule.rate_of(epoch)
        loss = _one_epoch(
            model, loss_of, optimizer, n_images, schedule, epoch, device=device, report=report
        )
        curve.append(figures_of(model, loss))
        on_epoch(TrainingState(epoch + 1, _tensors(model, optimizer), [list(r) for r in curve]))
    model.eval()
    return curve


def _one_epoch(
    model: nn.Module,
    loss_of: BatchLoss,
    optimizer: torch.optim.Optimizer,
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
    for rows in torch.split(torch.randperm(n_images, generator=order), schedule.batch):
        report(
            epoch * n_images + done,
            schedule.epochs * n_images,
            f"epoch {epoch + 1} of {schedule.epochs}",
        )
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            loss = loss_of(model, rows, noise)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        total += float(loss.detach()) * len(rows)
        done += len(rows)
    return total / n_images


def _tensors(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    kept = {f"model/{key}": value for key, value in model.state_dict().items()}
    for index, entry in optimizer.state_dict()["state"].items():
        for key, value in entry.items():
            kept[f"optimizer/{index}/{key}"] = value
    return {key: value.detach().cpu().clone() for key, value in kept.items()}


def _restore(model: nn.Module, optimizer: torch.optim.Optimizer, state: TrainingState) -> None:
    weights = {k.removeprefix("model/"): v for k, v in state.tensors.items() if k[:6] == "model/"}
    model.load_state_dict(weights)
    entries: dict[int, dict[str, Tensor]] = {}
    for name, value in state.tensors.items():
        if name.startswith("optimizer/"):
            _, index, key = name.split("/", 2)
            entries.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": entries})
