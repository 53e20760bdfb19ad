"""The small CNN that is trained here, and a network as the experiments see it.

Images enter as u8 or as float32 in 0..1, (n, H, W, C); logits leave as float32 (n, K).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from spurview.core.device import with_smaller_batches
from spurview.core.network import Rows
from spurview.core.progress import Report, silent
from spurview.core.settings import ClassifierSettings
from spurview.core.training import Schedule, TrainingState, fit

Images = NDArray[Any]
Logits = NDArray[np.float32]


class SmallCNN(nn.Module):
    """Strided convolutions down to at most 8x8, then two fully connected layers."""

    def __init__(self, shape: tuple[int, int, int], n_classes: int) -> None:
        super().__init__()
        height, width, channels = shape
        layers: list[nn.Module] = []
        features, kernel = 16, 5
        while not layers or max(height, width) > 8:
            layers += [nn.Conv2d(channels, features, kernel, 2, kernel // 2), nn.ReLU()]
            height, width = (height + 1) // 2, (width + 1) // 2
            channels, features, kernel = features, min(2 * features, 128), 3
        self.features = nn.Sequential(*layers)
        self.hidden = nn.Linear(channels * height * width, 64)
        self.out = nn.Linear(64, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (n, K) of images (n, C, H, W) in 0..1."""
        hidden = F.relu(self.hidden(self.features(images).flatten(1)))
        logits: Tensor = self.out(hidden)
        return logits


class Network:
    """A classifier that sees images at working size; never trained, never changed."""

    has_gradients = True

    def __init__(self, module: nn.Module, device: torch.device, *, batch: int = 500) -> None:
        self._module = module.to(device).eval()
        self._device = device
        self._batch = batch

    def logits(self, images: Images, rows: Rows | None = None, report: Report = silent) -> Logits:
        """(n, K) float32 logits of u8 or 0..1 images (n, H, W, C), whatever rows they are."""
        return with_smaller_batches(lambda batch: self._logits(images, batch, report), self._batch)

    @torch.no_grad()
    def _logits(self, images: Images, batch: int, report: Report) -> Logits:
        parts = []
        for start in range(0, len(images), batch):
            report(start, len(images), "classifying")
            part = as_tensor(images[start : start + batch], self._device)
            parts.append(self._module(part).float().cpu().numpy())
        return np.concatenate(parts)

    def margin_gradients(self, images: Images, class_index: int) -> NDArray[np.float32]:
        """Gradient (n, H, W, C) of each image's own margin logit_c - logsumexp(other logits)."""
        part = as_tensor(images, self._device).requires_grad_()
        logits = self._module(part)
        others = torch.cat([logits[:, :class_index], logits[:, class_index + 1 :]], 1)
        # Images do not act on one another, so the gradient of the sum is each one's own.
        margin = (logits[:, class_index] - torch.logsumexp(others, 1)).sum()
        (gradient,) = torch.autograd.grad(margin, part)
        slopes: NDArray[np.float32] = gradient.permute(0, 2, 3, 1).float().cpu().numpy()
        return slopes


def train_classifier(
    images: Images,
    labels: NDArray[np.integer[Any]],
    test_images: Images,
    test_labels: NDArray[np.integer[Any]],
    *,
    n_classes: int,
    settings: ClassifierSettings,
    seed: int,
    device: torch.device,
    resume: TrainingState | None = None,
    on_epoch: Callable[[TrainingState], None] = lambda state: None,
    report: Report = silent,
) -> tuple[SmallCNN, NDArray[np.float32]]:
    """A trained SmallCNN and its curve (epochs, 3): training loss, training and test accuracy."""
    torch.manual_seed(seed)
    model = SmallCNN(images.shape[1:], n_classes)
    data = torch.from_numpy(np.ascontiguousarray(images))
    target = torch.from_numpy(labels.astype(np.int64)).to(device)
    slow_from = settings.epochs - max(1, settings.epochs // 3)

    def rate_of(epoch: int) -> float:
        return settings.learning_rate * (0.3 if epoch >= slow_from else 1.0)

    def loss_of(net: nn.Module, rows: Tensor, noise: torch.Generator) -> Tensor:
        return F.cross_entropy(net(_scaled(data[rows], device)), target[rows.to(device)])

    def figures_of(net: nn.Module, loss: float) -> list[float]:
        network = Network(net, device)
        return [
            loss,
            accuracy(network.logits(images[:2000]), labels[:2000]),
            accuracy(network.logits(test_images), test_labels) if len(test_images) else 0.0,
        ]

    curve = fit(
        model,
        loss_of,
        figures_of,
        n_images=len(images),
        schedule=Schedule(settings.epochs, settings.batch, seed, rate_of),
        device=device,
        resume=resume,
        on_epoch=on_epoch,
        report=report,
    )
    return model, np.array(curve, np.float32)


def accuracy(logits: Logits, labels: NDArray[np.integer[Any]]) -> float:
    """Share of rows whose highest logit is the label's."""
    return float((logits.argmax(1) == labels).mean())


def margins(logits: NDArray[Any], class_index: int) -> NDArray[np.float32]:
    """logit_c - logsumexp(other logits), (n,), the log odds of the class."""
    from scipy.special import logsumexp

    others = np.delete(logits.astype(np.float32), class_index, axis=1)
    margin: NDArray[np.float32] = logits[:, class_index] - logsumexp(others, axis=1)
    return margin


def as_tensor(images: Images, device: torch.device) -> Tensor:
    """(n, C, H, W) float32 in 0..1 on the device, of u8 or float images (n, H, W, C)."""
    return _scaled(torch.from_numpy(np.ascontiguousarray(images)), device)


def _scaled(images: Tensor, device: torch.device) -> Tensor:
    moved = images.to(device).permute(0, 3, 1, 2)
    return moved.float() / 255 if images.dtype == torch.uint8 else moved.float()
