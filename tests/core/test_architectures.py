"""What can be trained: the names, the sizes, and torchvision's classifiers as they are."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from spurview.core.architectures import (
    LEAST_PX,
    SMALL_CNN,
    TORCHVISION,
    input_px,
    unknown_architecture,
)
from spurview.core.classifier import Network, new_model
from spurview.core.errors import InputError
from spurview.core.settings import ClassifierSettings, Settings, with_setting
from spurview.core.torchvision_net import TorchvisionNet

pytestmark = pytest.mark.usefixtures("one_thread")

CPU = torch.device("cpu")
# One of each family that asks for images of its own kind, small enough to make here.
KINDS = ["resnet18", "mobilenet_v3_small", "squeezenet1_1", "shufflenet_v2_x0_5", "mnasnet0_5"]


def test_the_list_is_torchvision_s_own():
    from torchvision import models

    assert set(TORCHVISION) <= set(models.list_models(module=models))


@pytest.mark.parametrize("name", [SMALL_CNN, "resnet18", "vit_b_16"])
def test_a_known_architecture_has_nothing_to_say(name):
    assert unknown_architecture(name) is None


def test_an_unknown_architecture_names_the_nearest():
    assert unknown_architecture("ResNet-18") == (
        "There is no architecture 'ResNet-18': the nearest are resnet18, resnet152, resnet101."
    )


def test_an_architecture_like_none_is_told_of_two():
    assert unknown_architecture("zzz") == (
        "There is no architecture 'zzz': try small-cnn or resnet18."
    )


def test_a_setting_of_an_unknown_architecture_is_one_sentence():
    with pytest.raises(
        InputError, match=r"^There is no architecture 'vgg12': the nearest are .*\.$"
    ):
        with_setting(Settings(), "classifier.architecture", "vgg12")


def test_settings_from_a_file_name_no_unknown_architecture():
    with pytest.raises(msgspec.ValidationError, match="There is no architecture"):
        msgspec.json.decode(b'{"architecture": "os.system"}', type=ClassifierSettings)


@pytest.mark.parametrize(
    ("name", "size", "wanted"),
    [
        ("resnet18", (28, 28), (64, 64)),
        ("resnet18", (32, 48), (64, 96)),
        ("resnet18", (96, 80), (96, 80)),
        ("inception_v3", (64, 64), (96, 96)),
        ("vit_b_16", (28, 40), (224, 224)),
        ("maxvit_t", (300, 300), (224, 224)),
    ],
)
def test_images_are_enlarged_only_where_they_must(name, size, wanted):
    assert input_px(name, *size) == wanted


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("shape", [(12, 12, 1), (70, 66, 3)])
def test_images_of_any_size_and_colour_get_logits(name, shape):
    torch.manual_seed(0)
    network = Network(new_model(name, shape, 3), CPU)
    logits = network.logits(np.zeros((2, *shape), np.uint8))
    assert (logits.shape, logits.dtype) == ((2, 3), np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in TORCHVISION if not n.startswith("regnet")])
def test_every_architecture_takes_small_grey_images(name):
    """Without memory for the weights; regnet's builder cannot do without."""
    with torch.device("meta"):
        net = TorchvisionNet(name, (28, 28, 1), 3)
        assert net(torch.zeros(2, 1, 28, 28)).shape == (2, 3)


def test_grey_and_the_same_grey_in_colour_get_the_same_logits():
    torch.manual_seed(0)
    net = TorchvisionNet("squeezenet1_1", (20, 20, 3), 4).eval()
    grey = torch.rand(3, 1, 20, 20)
    assert torch.equal(net(grey), net(grey.expand(-1, 3, -1, -1)))


def test_gradients_stay_at_working_size():
    torch.manual_seed(0)
    network = Network(new_model("squeezenet1_1", (20, 20, 1), 2), CPU)
    images = np.random.default_rng(0).random((3, 20, 20, 1), np.float32)
    slopes = network.margin_gradients(images, 1)
    assert slopes.shape == images.shape
    assert np.abs(slopes).max() > 0


def test_fewer_large_images_are_classified_at_once():
    small, large = (TorchvisionNet("mnasnet0_5", (px, px, 3), 2) for px in (LEAST_PX, 256))
    assert small.inference_batch == 128
    assert large.inference_batch == 8


def test_what_makes_images_fit_is_no_weight():
    keys = new_model("squeezenet1_1", (20, 20, 1), 2).state_dict()
    assert keys
    assert all(key.startswith("net.") for key in keys)
