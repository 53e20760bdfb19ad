"""The networks that are trained here, and a network as the experiments see it.

Images enter as u8 or as float32 in 0..1, (n, H, W, C); logits leave as float32 (n, K).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from spurview.core.architectures import SMALL_CNN
from spurview.core.augmentation import augmented
from spurview.core.device import with_smaller_batches
from spurview.core.errors import StageError
from spurview.core.network import Rows
from spurview.core.progress import Report, silent
from spurview.core.settings import ClassifierSettings
from spurview.core.torchvision_net import TorchvisionNet
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


def new_model(architecture: str, shape: tuple[int, int, int], n_classes: int) -> nn.Module:
    """An untrained network for images (H, W, C), with torch's present random state."""
    if architecture == SMALL_CNN:
        return SmallCNN(shape, n_classes)
    return TorchvisionNet(architecture, shape, n_classes)


class Network:
    """A classifier that sees images at working size; never trained, never changed."""

    has_gradients = True

    def __init__(
        self, module: nn.Module, device: torch.device, *, batch: int | None = None
    ) -> None:
        """batch: images at once; the module's own `inference_batch` where it has one, else 500.

        A module with an `inference_batch` is asked for the gradients of so many images at once,
        any other for all.
        """
        self._module = module.to(device).eval()
        self._device = device
        self._most_slopes: int | None = getattr(module, "inference_batch", None)
        self._batch = batch or self._most_slopes or 500

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

    def margin_gradients(
        self, images: Images, class_index: int, rows: Rows | None = None
    ) -> NDArray[np.float32]:
        """Gradient (n, H, W, C) of each image's own margin logit_c - logsumexp(other logits)."""
        step = self._most_slopes or max(1, len(images))
        parts = range(0, max(1, len(images)), step)
        return np.concatenate([self._slopes(images[i : i + step], class_index) for i in parts])

    def _slopes(self, images: Images, class_index: int) -> NDArray[np.float32]:
        part = as_tensor(images, self._device).requires_grad_()
        logits = self._module(part)
        others = torch.cat([logits[:, :class_index], logits[:, class_index + 1 :]], 1)
        # Images do not act on one another, so the gradient of the sum is each one's own.
        margin = (logits[:, class_index] - torch.logsumexp(others, 1)).sum()
        (gradient,) = torch.autograd.grad(margin, part)
        slopes: NDArray[np.float32] = gradient.permute(0, 2, 3, 1).float().cpu().numpy()
        return slopes


@dataclass(frozen=True)
class Trained:
    """A trained network, its curve and how it came about.

    curve: (epochs, 3) float32: training loss, training and test accuracy; kept: the epoch, counted
    from 0, whose weights the model has; started_from: how many of its tensors were given.
    """

    model: nn.Module
    curve: NDArray[np.float32]
    kept: int
    started_from: int


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
    start: Mapping[str, Tensor] | None = None,
    resume: TrainingState | None = None,
    on_epoch: Callable[[TrainingState], None] = lambda state: None,
    report: Report = silent,
) -> Trained:
    """A network trained on images (n, H, W, C) as the settings say.

    start: weights to begin with by state-dict key; those whose name and shape fit are taken.
    Raises StageError when none fits.
    """
    torch.manual_seed(seed)
    model = new_model(settings.architecture, images.shape[1:], n_classes)
    started_from = start_from(model, start, settings.architecture) if start is not None else 0
    data = torch.from_numpy(np.ascontiguousarray(images))
    target = torch.from_numpy(labels.astype(np.int64)).to(device)
    weight = _class_weights(labels, n_classes, settings, device)

    def loss_of(net: nn.Module, rows: Tensor, noise: torch.Generator) -> Tensor:
        shown = augmented(_scaled(data[rows], device), settings.augmentation, noise)
        return F.cross_entropy(net(shown), target[rows.to(device)], weight)

    def figures_of(net: nn.Module, loss: float) -> list[float]:
        network = Network(net, device)
        return [
            loss,
            accuracy(network.logits(images[:2000]), labels[:2000]),
            accuracy(network.logits(test_images), test_labels) if len(test_images) else 0.0,
        ]

    schedule = _schedule(model, settings, seed, has_test=len(test_images) > 0)
    curve = fit(
        model,
        loss_of,
        figures_of,
        n_images=len(images),
        schedule=schedule,
        device=device,
        resume=resume,
        on_epoch=on_epoch,
        report=report,
    )
    return Trained(model, np.array(curve, np.float32), schedule.best(curve), started_from)


def start_from(model: nn.Module, weights: Mapping[str, Tensor], architecture: str) -> int:
    """How many tensors of `weights` fit the model by name and shape; it has them afterwards.

    What does not fit stays as it is, so that a head for other classes is trained anew. Names may
    begin as `DataParallel` writes them. Raises StageError when nothing fits.
    """
    inner = model.net if isinstance(model, TorchvisionNet) else model
    own = inner.state_dict()
    given = {key.removeprefix("module.").removeprefix("net."): v for key, v in weights.items()}
    fitting = {k: v for k, v in given.items() if k in own and own[k].shape == v.shape}
    if not any(own[key].is_floating_point() for key in fitting):
        raise StageError(
            f"The starting weights do not fit {architecture}: none of their {len(weights)} tensors "
            f"has a name and shape of its own, such as {next(iter(own))}."
        )
    inner.load_state_dict(fitting, strict=False)
    return len(fitting)


def _schedule(
    model: nn.Module, settings: ClassifierSettings, seed: int, *, has_test: bool
) -> Schedule:
    slow_from = settings.epochs - max(1, settings.epochs // 3)

    def rate_of(epoch: int) -> float:
        return settings.learning_rate * (0.3 if epoch >= slow_from else 1.0)

    def score_of(figures: Sequence[float]) -> float:
        return figures[2] if has_test else -figures[0]

    normalises = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in model.modules())
    return Schedule(
        settings.epochs,
        settings.batch,
        seed,
        rate_of,
        patience=settings.patience,
        score_of=score_of,
        mixed=settings.mixed_precision,
        least_batch=2 if normalises else 1,
    )


def _class_weights(
    labels: NDArray[np.integer[Any]],
    n_classes: int,
    settings: ClassifierSettings,
    device: torch.device,
) -> Tensor | None:
    """(K,) weights that sum to the same for each class that has images; None where all count 1."""
    if settings.class_weights == "none":
        return None
    counts = np.bincount(labels, minlength=n_classes)
    weights = counts.sum() / np.maximum(counts, 1) / (counts > 0).sum()
    return torch.from_numpy(weights.astype(np.float32)).to(device)


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
    # Divided in place: bytes become floats in memory of their own.
    return moved.float().div_(255) if images.dtype == torch.uint8 else moved.float()
