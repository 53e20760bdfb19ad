"""Adam (Kingma and Ba 2015) by torch's own arithmetic, without torch's optimizer objects.

The first of those that a process makes loads torch's compiler, which nothing here uses: 1.5 seconds
and 150 MB. The steps are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor
from torch.optim.adam import adam

_BETAS, _EPSILON = (0.9, 0.999), 1e-8
# Names of what is kept of each parameter, those of torch.optim.Adam.
_STEP, _MEAN, _SQUARE = "step", "exp_avg", "exp_avg_sq"


class Adam:
    """Steps of `torch.optim.Adam` with its default settings; `rate` may be set between them."""

    def __init__(self, parameters: Iterable[Tensor], rate: float) -> None:
        self._parameters = list(parameters)
        self._state: dict[int, dict[str, Tensor]] = {}
        self.rate = rate

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self._parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        moved = [index for index, p in enumerate(self._parameters) if p.grad is not None]
        for index in moved:
            if index not in self._state:
                self._state[index] = _untouched(self._parameters[index])
        means, squares, steps = (
            [self._state[index][key] for index in moved] for key in (_MEAN, _SQUARE, _STEP)
        )
        adam(
            [self._parameters[index] for index in moved],
            [grad for index in moved if (grad := self._parameters[index].grad) is not None],
            means,
            squares,
            [],
            steps,
            amsgrad=False,
            beta1=_BETAS[0],
            beta2=_BETAS[1],
            lr=self.rate,
            weight_decay=0,
            eps=_EPSILON,
            maximize=False,
        )

    def tensors(self) -> dict[str, Tensor]:
        """All that is kept, on the CPU, as ``INDEX/KEY`` by the parameter's place."""
        return {
            f"{index}/{key}": value.detach().cpu().clone()
            for index, kept in self._state.items()
            for key, value in kept.items()
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go on from what `tensors` gave."""
        self._state = {}
        for name, value in tensors.items():
            index, key = name.split("/", 1)
            device = "cpu" if key == _STEP else self._parameters[int(index)].device
            self._state.setdefault(int(index), {})[key] = value.to(device, copy=True)


def _untouched(parameter: Tensor) -> dict[str, Tensor]:
    return {
        _STEP: torch.tensor(0.0, dtype=torch.float32),
        _MEAN: torch.zeros_like(parameter),
        _SQUARE: torch.zeros_like(parameter),
    }
