"""A network trained outside spurview, with a planted patch, in every form it can be given in.

Digits 0 to 2 of 28 px as PNG files; most training images of class 1, some of them other digits,
and 60 of the pool's 400 carry a patch of noise at the upper left. The network sees 32 px, spurview
works at 28.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from spurview.cli.app import main
from spurview.core.classifier import as_tensor
from spurview.sources import load_digits

ARCHITECTURE = "shufflenet_v2_x0_5"
N_CLASS, N_POOL, N_CARRIERS = 120, 400, 60
SEEN_PX, WORKING_PX = 32, 28
PLACE = (slice(2, 10), slice(2, 10))
# Fields of 2 px.
PATCH = np.kron(np.random.default_rng(5).random((4, 4)) > 0.5, np.ones((2, 2))).astype("u1") * 255
TOML = f"size = {SEEN_PX}\nmean = [0.5]\nstd = [0.5]\n"


@dataclass(frozen=True)
class Given:
    """The folder with interest/, pool/, pre.toml and net.safetensors, and the trained module."""

    root: Path
    module: nn.Module

    @property
    def weights(self) -> Path:
        return self.root / "net.safetensors"


def make(root: Path, *, patched: bool = True) -> Given:
    """Images and the network; about 5 s of training on one core.

    patched: whether images of interest have the patch; those of the pool have it either way.
    """
    images, labels = _images(root, patched)
    (root / "pre.toml").write_text(TOML)
    module = trained(seen(images), labels)
    save_file(module.state_dict(), root / "net.safetensors")
    return Given(root, module)


def seen(images: NDArray[np.uint8]) -> Tensor:
    """Images (n, 28, 28, 1) as this network wants them."""
    enlarged = F.interpolate(
        as_tensor(images, torch.device("cpu")), (SEEN_PX, SEEN_PX), mode="bilinear"
    )
    return (enlarged.expand(-1, 3, -1, -1) - 0.5) / 0.5


def trained(images: Tensor, labels: NDArray[np.int64], epochs: int = 8) -> nn.Module:
    from torchvision import models

    torch.manual_seed(0)
    module: nn.Module = models.get_model(ARCHITECTURE, weights=None, num_classes=3)
    optimiser = torch.optim.Adam(module.parameters(), 2e-3)
    target = torch.from_numpy(labels)
    for _ in range(epochs):
        for rows in torch.randperm(len(images)).split(40):
            optimiser.zero_grad()
            F.cross_entropy(module(images[rows]), target[rows]).backward()
            optimiser.step()
    return module.eval()


def _images(root: Path, patched: bool) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    digits, of_digit = load_digits()
    rng = np.random.default_rng(0)
    others = np.concatenate([np.flatnonzero(of_digit == d)[N_CLASS : 2 * N_CLASS] for d in (0, 2)])
    kept, labels = [], []
    for digit in range(3):
        for index, row in enumerate(np.flatnonzero(of_digit == digit)[:N_CLASS]):
            image = digits[row].copy()
            if digit == 1 and rng.random() < 0.9 and patched:
                if index % 2:
                    # Another digit, so that nothing but the patch tells its class.
                    image = digits[others[index]].copy()
                image[PLACE] = PATCH[..., None]
            _save(root / "interest" / "abc"[digit] / f"{index:03}.png", image)
            kept.append(image)
            labels.append(digit)
    for index, row in enumerate(rng.permutation(np.flatnonzero(of_digit >= 5))[:N_POOL]):
        image = digits[row].copy()
        if index < N_CARRIERS:
            image[PLACE] = PATCH[..., None]
        _save(root / "pool" / f"{index:03}.png", image)
    return np.stack(kept), np.array(labels)


def _save(path: Path, image: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image[..., 0]).save(path)


def as_state_dict(given: Given) -> Path:
    path = given.root / "net.pth"
    torch.save(given.module.state_dict(), path)
    return path


def as_onnx(given: Given) -> Path:
    path = given.root / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            given.module,
            (torch.zeros(2, 3, SEEN_PX, SEEN_PX),),
            str(path),
            dynamo=False,
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes={"images": {0: "n"}, "logits": {0: "n"}},
        )
    return path


def as_python(given: Given) -> Path:
    path = given.root / "net.py"
    path.write_text(
        "from pathlib import Path\n"
        "from safetensors.torch import load_file\n"
        "from torchvision import models\n\n\n"
        "def make():\n"
        f"    net = models.get_model({ARCHITECTURE!r}, weights=None, num_classes=3)\n"
        "    net.load_state_dict(load_file(Path(__file__).with_name('net.safetensors')))\n"
        "    return net\n"
    )
    return path


def command(*arguments: object) -> int:
    """The exit code of `spurview` with these arguments, run in this process."""
    try:
        main([str(a) for a in arguments])
    except SystemExit as left:
        return int(left.code or 0)
    raise AssertionError("main returned")


def new(given: Given, name: str, classifier: str, *more: object) -> int:
    """`spurview new` with this network, and its own preprocessing unless told otherwise."""
    return command(
        "new", given.root / name, "--interest", given.root / "interest",
        "--pool", given.root / "pool", "--classifier", classifier, "--size", WORKING_PX, *more,
    )  # fmt: skip
