"""The VAE: what its training and its embedding give."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from spurview.core.errors import Cancelled
from spurview.core.settings import EmbeddingSettings
from spurview.core.vae import VAE, embed, reconstruct, train_vae
from tests.core import pools

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
SETTINGS = EmbeddingSettings(latent_dims=5, epochs=6, batch=50)


def images():
    """(520, 12, 12, 1) u8 of smooth content."""
    floats = pools.planted().material.images.reshape(-1, *pools.SHAPE)
    return np.rint(floats * 255).astype(np.uint8)


def trained(**changes):
    return train_vae(images(), **{"settings": SETTINGS, "seed": 0, "device": CPU, **changes})


@pytest.fixture(scope="module")
def model_and_curve():
    return trained()


@pytest.fixture(scope="module")
def model(model_and_curve):
    return model_and_curve[0]


def weights(model):
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def test_the_loss_is_the_bound_in_nats_for_an_image():
    """BCE of what is decoded from z = mean + deviation * noise, and the divergence from N(0, 1)."""
    torch.manual_seed(3)
    model, noise = VAE(144, 5), torch.randn(7, 5)
    flat = torch.from_numpy(pools.planted().material.images[:7].copy())
    with torch.no_grad():
        mean, log_variance = model.encode(flat)
        z = mean + log_variance.exp().sqrt() * noise
        shown = torch.sigmoid(model.decoder(z)).double()
        posterior = torch.distributions.Normal(mean, log_variance.exp().sqrt())
        prior = torch.distributions.Normal(torch.zeros(5), torch.ones(5))
        divergence = torch.distributions.kl_divergence(posterior, prior).sum()
        missed = -(flat * shown.log() + (1 - flat) * (1 - shown).log()).sum()
        assert float(model(flat, noise)) == pytest.approx(float(missed + divergence) / 7, rel=1e-4)
        # Untrained, the divergence is small: told apart from nothing by its own share.
        apart = model(flat, torch.zeros(7, 5)) * 7
        decoded = torch.nn.functional.binary_cross_entropy_with_logits(
            model.decoder(mean), flat, reduction="sum"
        )
        assert float(apart - decoded) == pytest.approx(float(divergence), abs=2e-3)


def test_training_and_held_out_loss_fall(model_and_curve):
    _, curve = model_and_curve
    assert curve.shape == (6, 2)
    assert (curve[-1] < curve[0]).all()


def test_resumed_equals_undisturbed_bit_for_bit(model_and_curve):
    states = []
    trained(on_epoch=states.append)
    model, curve = trained(resume=states[2])
    assert torch.equal(weights(model), weights(model_and_curve[0]))
    assert np.array_equal(curve, model_and_curve[1])


def test_cancelled_passes_through():
    def stop(done, total, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        trained(report=stop)


def test_embedding_gives_latents_and_errors_of_every_image(model):
    latents, errors = embed(model, images(), CPU)
    assert (latents.shape, latents.dtype) == ((520, 5), np.float32)
    assert (errors.shape, errors.dtype) == ((520,), np.float32)
    assert np.isfinite(latents).all()


def test_errors_are_those_of_the_reconstructions(model):
    pixels = images()[:20]
    latents, errors = embed(model, pixels, CPU)
    rebuilt = reconstruct(model, latents, CPU)
    assert rebuilt.shape == (20, 144)
    assert rebuilt.min() >= 0
    assert rebuilt.max() <= 1
    missed = np.square(rebuilt - pixels.reshape(20, -1) / 255).mean(1)
    assert errors == pytest.approx(missed, abs=1e-5)


def test_batches_do_not_show(model):
    pixels = images()[:25]
    small, large = embed(model, pixels, CPU, batch=7)[0], embed(model, pixels, CPU)[0]
    assert small == pytest.approx(large, abs=1e-5)


def test_images_of_like_content_lie_close(model):
    """A little noise moves an image less than its distance to another image."""
    pixels = images()[:60]
    noise = np.random.default_rng(0).integers(-6, 7, pixels.shape)
    noisy = np.clip(pixels.astype(int) + noise, 0, 255).astype(np.uint8)
    there, moved = embed(model, pixels, CPU)[0], embed(model, noisy, CPU)[0]
    shift = np.linalg.norm(moved - there, axis=1).mean()
    apart = np.linalg.norm(there - there[::-1], axis=1).mean()
    assert shift < 0.4 * apart


def test_values_stand_in_the_order_of_the_project():
    """Channels last: the decoder's values can be laid over flattened images."""
    seen = []

    class Looking(VAE):
        def encode(self, flat):
            seen.append(flat)
            return super().encode(flat)

    pixels = np.arange(2 * 2 * 3 * 3, dtype=np.uint8).reshape(2, 2, 3, 3)
    embed(Looking(18, 2), pixels, CPU)
    assert seen[0].numpy() * 255 == pytest.approx(pixels.reshape(2, -1), abs=1e-3)


def test_loss_by_hand_without_learning():
    """All weights 0: posterior is the prior, every pixel costs ln 2."""
    model = VAE(10, 3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    with torch.no_grad():
        loss = model(torch.rand(4, 10), torch.randn(4, model.mean.out_features))
    assert float(loss) == pytest.approx(10 * np.log(2), rel=1e-5)
