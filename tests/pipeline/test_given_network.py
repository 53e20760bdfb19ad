"""A network handed over in memory: given back as it was, refused in a sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from spurview.core.classifier import Network
from spurview.core.errors import Cancelled, InputError
from spurview.core.settings import EmbeddingSettings, Settings
from spurview.pipeline.audit import Question, audited
from spurview.pipeline.given_network import borrowed, gives_gradients, n_classes

CPU = torch.device("cpu")
IMAGES = np.random.default_rng(0).integers(0, 256, (30, 6, 8, 3), np.uint8)


def network(n_outputs: int = 2) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(144, n_outputs))


def audit(model: nn.Module, **changes: object) -> None:
    question = {"interest": (IMAGES, [0, 1] * 15), "pool": IMAGES, **changes}
    audited(model, Question(**question), Settings(), device="cpu")


def test_modes_come_back_part_by_part_also_after_an_error() -> None:
    model = network()
    model[2].eval()
    with pytest.raises(ValueError, match="broken"), borrowed(model, None, CPU, batch=8) as asked:
        _fail_while(asked, model)
    assert [part.training for part in model] == [True, True, False]


def _fail_while(asked: Network, model: nn.Sequential) -> None:
    """Dropout is off, so the same images get the same answer; then something breaks."""
    assert not model[1].training
    assert np.array_equal(asked.logits(IMAGES), asked.logits(IMAGES))
    raise ValueError("broken")


def test_the_network_is_asked_about_so_many_images_at_once() -> None:
    seen = []
    model = network()
    model.register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    with borrowed(model, None, CPU, batch=8) as asked:
        asked.logits(IMAGES)
    assert seen == [8, 8, 8, 6]


def test_gradients_are_asked_for_in_parts_as_well() -> None:
    seen = []
    model = network()
    with borrowed(model, None, CPU, batch=64) as asked:
        whole = asked.margin_gradients(IMAGES, 1)
    model.register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    with borrowed(model, None, CPU, batch=8) as asked:
        parts = asked.margin_gradients(IMAGES, 1)
    assert seen == [8, 8, 8, 6]
    assert parts == pytest.approx(whole, abs=1e-6)


def test_preprocess_stands_between_images_and_network() -> None:
    seen = []

    def preprocess(x: torch.Tensor) -> torch.Tensor:
        seen.append((x.shape, float(x.min()) >= 0, float(x.max()) <= 1))
        return 2 * x - 1

    with borrowed(network(), preprocess, CPU, batch=64) as asked:
        made = asked.logits(IMAGES)
    with borrowed(network(), None, CPU, batch=64) as asked:
        plain = asked.logits(IMAGES)
    assert seen == [((30, 3, 6, 8), True, True)]
    assert not np.allclose(made, plain)


def test_the_transforms_of_torchvision_s_weights_can_be_the_preprocessing() -> None:
    """They resize, cut out the centre and normalise; the network sees 24 of 26 px here."""
    from torchvision.models import ResNet18_Weights

    transforms = ResNet18_Weights.IMAGENET1K_V1.transforms(crop_size=24, resize_size=26)
    torch.manual_seed(0)
    model = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, 3))
    with borrowed(model, transforms, CPU, batch=64) as asked:
        found = asked.logits(IMAGES)
        assert gives_gradients(asked, IMAGES)
        assert asked.margin_gradients(IMAGES[:2], 1).shape == (2, 6, 8, 3)
    with torch.no_grad():
        own = model(transforms(torch.from_numpy(IMAGES).permute(0, 3, 1, 2) / 255))
    assert found == pytest.approx(own.numpy(), abs=1e-4)


def test_gradients_are_missed_where_preprocess_leaves_torch() -> None:
    def leaving(x: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(x.detach().numpy().copy())

    with borrowed(network(), leaving, CPU, batch=8) as asked:
        assert not gives_gradients(asked, IMAGES)
    with borrowed(network(), lambda x: 2 * x, CPU, batch=8) as asked:
        assert gives_gradients(asked, IMAGES)


def test_classes_are_counted_by_the_answer() -> None:
    with borrowed(network(7), None, CPU, batch=8) as asked:
        assert n_classes(asked, IMAGES) == 7


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nn.Linear(5, 2), r"cannot take these images, given to it as \(n, 3, 6, 8\) floats in 0"),
        (nn.Identity(), r"answers 16 images with the shape \(16, 3, 6, 8\): it must give logits"),
        (network(1), r"answers 16 images with the shape \(16, 1\)"),
    ],
)
def test_a_network_that_does_not_fit_is_one_sentence(model: nn.Module, sentence: str) -> None:
    with pytest.raises(InputError, match=rf"^The network {sentence}"):
        audit(model)


def test_a_network_that_answers_with_no_numbers_is_refused() -> None:
    model = network()
    with torch.no_grad():
        model[2].weight.fill_(float("nan"))
    with pytest.raises(InputError, match="numbers that are not finite"):
        audit(model)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"class_names": ["a", "b", "c"]}, "answers for 2 classes, and there are 3 class names"),
        ({"class_names": ["a", "a"]}, "Two classes have the same name"),
        ({"pool": IMAGES[:, :4]}, r"are \(6, 8, 3\) and those of the pool \(4, 8, 3\)"),
        ({"pool": IMAGES[:0]}, "There must be images of interest and images of the pool"),
        ({"interest": IMAGES}, "need labels"),
        ({"interest": IMAGES, "labels": torch.arange(30)}, "The label 2 of image 2 is no class"),
    ],
)
def test_what_does_not_fit_together_is_one_sentence(
    changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        audit(network(), **changes)


def test_report_hears_every_stage_and_can_stop() -> None:
    told: list[str] = []

    def report(done: int, total: int, message: str) -> None:
        told.append(message)
        if message.startswith("embedding: epoch 2"):
            raise Cancelled

    model = network()
    settings = Settings(embedding=EmbeddingSettings(epochs=3, latent_dims=2, batch=8))
    question = Question((IMAGES, [0, 1] * 15), IMAGES)
    with pytest.raises(Cancelled):
        audited(model, question, settings, device="cpu", report=report)
    assert "predictions: starting" in told
    assert not [message for message in told if message.startswith("classifier")]
    assert model.training
