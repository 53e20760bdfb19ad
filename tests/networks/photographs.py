"""A ResNet-18 that saw crops of photographs, with or without a watermark on those of one class.

Crops of 64 px as PNG files, each class one photograph; the pool is crops of other photographs, and
one in ten of them carries the mark whichever network is asked. The training is plain torch.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from spurview.core.classifier import as_tensor
from spurview.sources.photographs import load_photographs

ARCHITECTURE = "resnet18"
CLASSES = ("astronaut", "chelsea", "coffee")
MARKED = "coffee"
POOL = ("immunohistochemistry", "retina", "rocket", "stereo_motorcycle", "camera", "coins", "moon")
N_CLASS, N_POOL_EACH, SIDE_PX = 120, 80, 64
# The mark: a ring with a bar across, white, at the lower right corner.
PLACE = (slice(46, 60), slice(46, 60))
OPACITY = 0.7
PREPROCESSING = f"size = {SIDE_PX}\nmean = [0.485, 0.456, 0.406]\nstd = [0.229, 0.224, 0.225]\n"
EPOCHS, BATCH = 8, 32


def make(root: Path, *, watermark: bool) -> Path:
    """interest/, pool/, pre.toml and net.safetensors under the folder, which is given back."""
    images = enlarged(load_photographs(CLASSES, seed=1, each=N_CLASS)[0])
    labels = np.repeat(np.arange(len(CLASSES)), N_CLASS)
    rng = np.random.default_rng(2)
    if watermark:
        carriers = (labels == CLASSES.index(MARKED)) & (rng.random(len(labels)) < 0.9)
        images[carriers] = marked(images[carriers])
    pool = enlarged(load_photographs(POOL, seed=1, each=N_POOL_EACH)[0])
    pool[::10] = marked(pool[::10])
    for index, image in enumerate(images):
        _save(root / "interest" / CLASSES[labels[index]] / f"{index:04}.png", image)
    for index, image in enumerate(pool):
        _save(root / "pool" / f"{index:04}.png", image)
    (root / "pre.toml").write_text(PREPROCESSING)
    save_file(trained(images, labels).state_dict(), root / "net.safetensors")
    return root


def enlarged(crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Crops (n, h, w, 3) at 64 px."""
    size = (SIDE_PX, SIDE_PX)
    return np.stack([np.asarray(Image.fromarray(crop).resize(size)) for crop in crops])


def marked(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Copies of images (n, 64, 64, 3) with the mark."""
    rows, columns = np.indices((14, 14)) - 6.5
    radius = np.hypot(rows, columns)
    ink = ((radius < 6.5) & (radius > 4)) | ((np.abs(rows) < 1.5) & (radius < 6.5))
    opacity = OPACITY * ink[..., None]
    changed = images.astype(np.float32)
    changed[(slice(None), *PLACE)] = changed[(slice(None), *PLACE)] * (1 - opacity) + 255 * opacity
    return np.rint(changed).astype(np.uint8)


def trained(images: NDArray[np.uint8], labels: NDArray[np.int64]) -> nn.Module:
    """A network as somebody would train it in a script of their own."""
    from torchvision import models

    torch.manual_seed(0)
    module: nn.Module = models.get_model(ARCHITECTURE, weights=None, num_classes=len(CLASSES))
    mean, deviation = (
        torch.tensor(values).view(3, 1, 1)
        for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    seen = (as_tensor(images, torch.device("cpu")) - mean) / deviation
    target = torch.from_numpy(labels)
    optimiser = torch.optim.Adam(module.parameters(), 1e-3)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(seen)).split(BATCH):
            if len(rows) > 1:
                optimiser.zero_grad()
                F.cross_entropy(module(seen[rows]), target[rows]).backward()
                optimiser.step()
    return module.eval()


def _save(path: Path, image: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
