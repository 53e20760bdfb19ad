"""The small CNN: shapes, what it learns, and the network as the experiments see it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from spurview.core.classifier import (
    Network,
    SmallCNN,
    accuracy,
    as_tensor,
    margins,
    new_model,
    start_from,
    train_classifier,
)
from spurview.core.errors import Cancelled, StageError
from spurview.core.settings import ClassifierSettings

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
SETTINGS = ClassifierSettings(epochs=3, batch=16)


def bars(n, seed=0):
    """Upright bars (0) and level bars (1) at random places, (n, 12, 12, 1) u8, and labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    images = rng.integers(0, 40, (n, 12, 12, 1), np.uint8)
    for image, label, at in zip(images, labels, rng.integers(1, 10, n), strict=True):
        if label:
            image[at : at + 2, 2:10] = 220
        else:
            image[2:10, at : at + 2] = 220
    return images, labels


def trained(**changes):
    images, labels = bars(240)
    test, test_labels = bars(60, seed=1)
    arguments = {"n_classes": 2, "settings": SETTINGS, "seed": 0, "device": CPU, **changes}
    made = train_classifier(images, labels, test, test_labels, **arguments)
    return made.model, made.curve


@pytest.fixture(scope="module")
def model_and_curve():
    return trained()


@pytest.fixture(scope="module")
def network(model_and_curve):
    return Network(model_and_curve[0], CPU)


def weights(model):
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def test_bars_are_learnt(network):
    images, labels = bars(100, seed=5)
    assert accuracy(network.logits(images), labels) > 0.95


def test_curve_is_loss_training_and_test_accuracy(model_and_curve, network):
    _, curve = model_and_curve
    assert curve.shape == (3, 3)
    assert curve[-1, 0] < curve[0, 0]
    test, labels = bars(60, seed=1)
    assert curve[-1, 2] == pytest.approx(accuracy(network.logits(test), labels))


def test_resumed_equals_undisturbed_bit_for_bit(model_and_curve):
    states = []
    trained(on_epoch=states.append)
    model, curve = trained(resume=states[0])
    assert torch.equal(weights(model), weights(model_and_curve[0]))
    assert np.array_equal(curve, model_and_curve[1])


@pytest.mark.parametrize(
    "change",
    [{"augmentation": "shift"}, {"class_weights": "balanced"}, {"patience": 2}],
    ids=lambda change: next(iter(change)),
)
def test_with_any_option_resumed_equals_undisturbed(change):
    settings = ClassifierSettings(epochs=3, batch=16, **change)
    states = []
    model, curve = trained(settings=settings, on_epoch=states.append)
    again, curve_again = trained(settings=settings, resume=states[0])
    assert torch.equal(weights(again), weights(model))
    assert np.array_equal(curve_again, curve)


def test_augmentation_changes_what_is_learnt(model_and_curve):
    settings = ClassifierSettings(epochs=3, batch=16, augmentation="flip-shift")
    model, curve = trained(settings=settings)
    assert not torch.equal(weights(model), weights(model_and_curve[0]))
    assert curve[-1, 2] > 0.9


def test_balanced_weights_raise_the_rare_class():
    """30 upright bars against 300 level ones, in a training too short for the rare class."""
    images, labels = bars(600)
    kept = np.r_[np.flatnonzero(labels == 0)[:30], np.flatnonzero(labels == 1)]
    rare = images[labels == 0][100:]
    answers = {}
    for weighting in ("none", "balanced"):
        made = train_classifier(
            images[kept],
            labels[kept],
            images[:0],
            labels[:0],
            n_classes=2,
            settings=ClassifierSettings(
                epochs=3, batch=16, learning_rate=1e-3, class_weights=weighting
            ),
            seed=0,
            device=CPU,
        )
        answers[weighting] = (Network(made.model, CPU).logits(rare).argmax(1) == 0).mean()
    assert answers["balanced"] > answers["none"] + 0.3


def test_a_class_without_images_gets_no_weight_out_of_nothing():
    images, labels = bars(40)
    settings = ClassifierSettings(epochs=1, class_weights="balanced")
    made = train_classifier(
        images, labels, images, labels, n_classes=3, settings=settings, seed=0, device=CPU
    )
    assert np.isfinite(made.curve).all()


def test_weights_are_taken_where_they_fit_and_the_head_is_new():
    torch.manual_seed(1)
    ten = new_model("squeezenet1_1", (20, 20, 3), 10)
    given = {key.removeprefix("net."): value for key, value in ten.state_dict().items()}
    torch.manual_seed(2)
    two = new_model("squeezenet1_1", (20, 20, 3), 2)
    head = two.state_dict()["net.classifier.1.weight"].clone()
    assert start_from(two, given, "squeezenet1_1") == len(given) - 2
    after = two.state_dict()
    assert torch.equal(after["net.classifier.1.weight"], head)
    assert torch.equal(after["net.features.0.weight"], given["features.0.weight"])


def test_weights_of_dataparallel_fit_too():
    given = {f"module.{k}": v for k, v in SmallCNN((12, 12, 1), 2).state_dict().items()}
    assert start_from(SmallCNN((12, 12, 1), 2), given, "small-cnn") == len(given)


def test_weights_that_fit_nowhere_are_refused():
    given = {"out.weight": torch.zeros(7, 7), "other": torch.zeros(2)}
    with pytest.raises(StageError, match="do not fit small-cnn: none of their 2 tensors"):
        start_from(SmallCNN((12, 12, 1), 2), given, "small-cnn")


def test_a_training_that_starts_from_weights_begins_where_they_are(model_and_curve):
    start = {key: value.clone() for key, value in model_and_curve[0].state_dict().items()}
    _, curve = trained(settings=ClassifierSettings(epochs=1), start=start)
    assert curve[0, 0] < 0.5 * model_and_curve[1][0, 0]


def test_a_torchvision_network_learns_and_resumes_through_its_dropout_and_normalisation():
    """121 images in batches of 60 leave one over, which batch normalisation could not take."""
    settings = ClassifierSettings(architecture="mobilenet_v3_small", epochs=2, batch=60)
    images, labels = bars(121)
    states = []

    def one(**more):
        return train_classifier(
            images,
            labels,
            images[:20],
            labels[:20],
            n_classes=2,
            settings=settings,
            seed=0,
            device=CPU,
            **more,
        )

    made = one(on_epoch=states.append)
    torch.manual_seed(99)
    again = one(resume=states[0])
    assert torch.equal(weights(again.model), weights(made.model))
    assert made.curve[1, 0] < made.curve[0, 0]


def test_another_seed_gives_another_network(model_and_curve):
    model, _ = trained(seed=1, settings=ClassifierSettings(epochs=1))
    assert not torch.equal(weights(model), weights(model_and_curve[0]))


def test_cancelled_passes_through():
    def stop(done, total, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        trained(report=stop)


def test_without_test_images_test_accuracy_is_zero():
    images, labels = bars(40)
    made = train_classifier(
        images,
        labels,
        images[:0],
        labels[:0],
        n_classes=2,
        settings=ClassifierSettings(epochs=1),
        seed=0,
        device=CPU,
    )
    assert made.curve[0, 2] == 0


@pytest.mark.parametrize("shape", [(8, 8, 1), (12, 20, 3), (28, 28, 1), (96, 64, 3), (7, 5, 1)])
def test_images_of_any_size_get_logits(shape):
    logits = Network(SmallCNN(shape, 4), CPU).logits(np.zeros((3, *shape), np.uint8))
    assert (logits.shape, logits.dtype) == ((3, 4), np.float32)


def test_bytes_and_floats_give_the_same_logits(network):
    images, _ = bars(6)
    floats = images.astype(np.float32) / 255
    assert network.logits(images) == pytest.approx(network.logits(floats), abs=1e-5)


def test_batches_do_not_show(model_and_curve):
    images, _ = bars(11)
    small, large = (Network(model_and_curve[0], CPU, batch=b).logits(images) for b in (3, 500))
    assert small == pytest.approx(large, abs=1e-5)


def test_margins_by_hand():
    logits = np.log(np.array([[0.2, 0.3, 0.5]], np.float32))
    assert margins(logits, 2)[0] == pytest.approx(0)
    assert margins(logits, 0)[0] == pytest.approx(np.log(0.2 / 0.8))


def test_margin_gradients_are_each_image_s_own_slope(network):
    images = bars(8, seed=3)[0].astype(np.float32) / 255
    gradient = network.margin_gradients(images, 1)
    assert gradient.shape == (8, 12, 12, 1)
    step = 1e-3 * gradient / np.abs(gradient).max()
    rise = margins(network.logits(images + step), 1) - margins(network.logits(images - step), 1)
    assert rise / 2 == pytest.approx((gradient * step).sum((1, 2, 3)), rel=0.1, abs=1e-4)


def test_channels_come_first_in_a_tensor():
    images = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    made = as_tensor(images, CPU)
    assert made.shape == (2, 3, 3, 4)
    assert float(made[1, 2, 0, 3]) == pytest.approx(images[1, 0, 3, 2] / 255)
