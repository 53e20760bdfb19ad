"""The variational autoencoder that gives every image its place by content.

Kingma and Welling 2014, "Auto-Encoding Variational Bayes": Gaussian posterior, standard normal
prior, Bernoulli likelihood of pixels in 0..1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from spurview.core.classifier import Images, as_tensor
from spurview.core.device import with_smaller_batches
from spurview.core.image_rows import ImageRows
from spurview.core.progress import Report, silent
from spurview.core.ranks import ALONE, Ranks
from spurview.core.settings import EmbeddingSettings
from spurview.core.training import Schedule, TrainingState, fit

# Images kept out of the training of the VAE, only to show its held-out loss.
HELD_OUT_SHARE = 0.02
# More would say no more, and they are all in memory as floats.
_MOST_HELD_OUT = 1000


class VAE(nn.Module):
    """Fully connected, 256 and 128 units on either side of `latent_dims`."""

    def __init__(self, n_values: int, latent_dims: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(n_values, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU()
        )
        self.mean = nn.Linear(128, latent_dims)
        self.log_variance = nn.Linear(128, latent_dims)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dims, 128),
            nn.ReLU(),
            nn.Linear(128, 256),
            nn.ReLU(),
            nn.Linear(256, n_values),
        )

    def encode(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        """Posterior mean and log variance, each (n, latent_dims), of images (n, values)."""
        hidden = self.encoder(flat)
        return self.mean(hidden), self.log_variance(hidden).clamp(-8, 8)

    def forward(self, flat: Tensor, drawn: Tensor) -> Tensor:
        """Negative evidence lower bound in nats per image, mean over the batch.

        flat: (n, values) in 0..1; drawn: (n, latent_dims) standard normal noise.
        """
        mean, log_variance = self.encode(flat)
        logits = self.decoder(mean + drawn * (0.5 * log_variance).exp())
        missed = F.binary_cross_entropy_with_logits(logits.float(), flat, reduction="sum")
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
        return (missed + divergence) / len(flat)


def train_vae(
    images: ImageRows,
    *,
    settings: EmbeddingSettings,
    seed: int,
    device: torch.device,
    resume: TrainingState | None = None,
    on_epoch: Callable[[TrainingState], None] = lambda state: None,
    ranks: Ranks = ALONE,
    report: Report = silent,
) -> tuple[VAE, NDArray[np.float32]]:
    """A trained VAE and its curve (epochs, 2): training and held-out loss in nats per image.

    images: taken by batches, wherever they are. ranks: the processes that share each batch; they
    take the steps that one alone would, but for rounding.
    """
    torch.manual_seed(seed + 1)
    model = VAE(int(np.prod(images.shape[1:])), settings.latent_dims)
    shuffled = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    n_held = max(1, min(int(HELD_OUT_SHARE * len(images)), _MOST_HELD_OUT))
    held = _flat(images[shuffled[:n_held].numpy()], device)
    kept = shuffled[n_held:]
    shared = ranks.joined(model.to(device))

    def drawn(n: int, noise: torch.Generator) -> Tensor:
        return torch.randn((n, settings.latent_dims), generator=noise, device=device)

    def loss_of(net: nn.Module, rows: Tensor, noise: torch.Generator) -> Tensor:
        mine = ranks.share(rows)
        flat = _flat(images[kept[mine].numpy()], device)
        loss: Tensor = shared(flat, ranks.share(drawn(len(rows), noise)))
        # Gradients are averaged over processes, whose shares may differ by one image.
        return loss if ranks.size == 1 else loss * (len(mine) * ranks.size / len(rows))

    @torch.no_grad()
    def figures_of(net: nn.Module, loss: float) -> list[float]:
        noise = torch.Generator(device).manual_seed(0)
        return [ranks.mean(loss, device), float(model(held, drawn(len(held), noise)))]

    curve = fit(
        model,
        loss_of,
        figures_of,
        n_images=len(kept),
        schedule=Schedule(
            settings.epochs,
            max(settings.batch, ranks.size),
            seed,
            lambda epoch: settings.learning_rate,
            least_batch=ranks.size,
        ),
        device=device,
        resume=resume,
        on_epoch=on_epoch,
        report=report,
    )
    return model, np.array(curve, np.float32)


@torch.no_grad()
def embed(
    model: VAE,
    images: ImageRows,
    device: torch.device,
    *,
    batch: int = 1000,
    report: Report = silent,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Latent means (n, d) and mean squared reconstruction errors (n,), both float32."""
    model.to(device).eval()
    return with_smaller_batches(lambda most: _embedded(model, images, device, most, report), batch)


def _embedded(
    model: VAE, images: ImageRows, device: torch.device, batch: int, report: Report
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    latents, errors = [], []
    for start in range(0, len(images), batch):
        report(start, len(images), "embedding")
        flat = _flat(images[start : start + batch], device)
        mean, _ = model.encode(flat)
        missed = model.decoder(mean).sigmoid_().sub_(flat)
        latents.append(mean.float().cpu().numpy())
        errors.append(missed.square_().mean(1).float().cpu().numpy())
    return np.concatenate(latents), np.concatenate(errors)


@torch.no_grad()
def reconstruct(model: VAE, latents: NDArray[np.float32], device: torch.device) -> NDArray[Any]:
    """Decoded images (n, values) float32 in 0..1."""
    decoded = torch.sigmoid(model.to(device).decoder(torch.from_numpy(latents).to(device)))
    rebuilt: NDArray[Any] = decoded.float().cpu().numpy()
    return rebuilt


def _flat(images: Images, device: torch.device) -> Tensor:
    """(n, H*W*C) in 0..1, channels last as in the project."""
    return as_tensor(images, device).permute(0, 2, 3, 1).flatten(1)
