"""The names of the networks that can be trained or opened, and the images each can take.

Light on purpose: settings are checked against it before torch is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from spurview.core.errors import InputError

SMALL_CNN = "small-cnn"
# torchvision's classifiers; a test compares the list with the installed torchvision.
_NAMES = """
    alexnet convnext_base convnext_large convnext_small convnext_tiny
    densenet121 densenet161 densenet169 densenet201
    efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4
    efficientnet_b5 efficientnet_b6 efficientnet_b7
    efficientnet_v2_l efficientnet_v2_m efficientnet_v2_s googlenet inception_v3 maxvit_t
    mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3 mobilenet_v2 mobilenet_v3_large
    mobilenet_v3_small regnet_x_16gf regnet_x_1_6gf regnet_x_32gf regnet_x_3_2gf regnet_x_400mf
    regnet_x_800mf regnet_x_8gf regnet_y_128gf regnet_y_16gf regnet_y_1_6gf regnet_y_32gf
    regnet_y_3_2gf regnet_y_400mf regnet_y_800mf regnet_y_8gf
    resnet101 resnet152 resnet18 resnet34 resnet50
    resnext101_32x8d resnext101_64x4d resnext50_32x4d
    shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0
    squeezenet1_0 squeezenet1_1 swin_b swin_s swin_t swin_v2_b swin_v2_s swin_v2_t
    vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn
    vit_b_16 vit_b_32 vit_h_14 vit_l_16 vit_l_32 wide_resnet101_2 wide_resnet50_2
    """
TORCHVISION = tuple(_NAMES.split())
# From here on every architecture that is not named below gives logits (tried one by one).
LEAST_PX = 64
_LEAST_PX = {"inception_v3": 96}
# These take squares of one size alone.
_ONLY_SQUARES = ("vit_", "maxvit_")
_SQUARE_PX = 224


def unknown_architecture(name: str) -> str | None:
    """One sentence, with the nearest names, where nothing of this name can be trained."""
    known = (SMALL_CNN, *TORCHVISION)
    if name in known:
        return None
    hint = nearest(name, known, f"try {SMALL_CNN} or resnet18")
    return f"There is no architecture {name!r}: {hint}."


def check_torchvision(name: str) -> None:
    """Raises InputError, with the nearest names, where torchvision has no such classifier."""
    if name not in TORCHVISION:
        hint = nearest(name, TORCHVISION, "resnet18 is one")
        raise InputError(f"torchvision has no classifier {name!r}: {hint}.")


def nearest(name: str, known: Sequence[str], otherwise: str) -> str:
    """``the nearest are resnet18, resnet34``, or what to say where nothing is like the name."""
    near = get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    return f"the nearest are {', '.join(near)}" if near else otherwise


def input_px(name: str, height: int, width: int) -> tuple[int, int]:
    """Height and width at which the architecture sees images of this size.

    Their own where it can take them; else enlarged, with their shape, until the shorter side is
    long enough; a square of 224 for those that take nothing else.
    """
    if name.startswith(_ONLY_SQUARES):
        return _SQUARE_PX, _SQUARE_PX
    factor = max(1.0, _LEAST_PX.get(name, LEAST_PX) / min(height, width))
    return round(height * factor), round(width * factor)
