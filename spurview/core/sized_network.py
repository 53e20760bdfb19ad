"""A network that sees images at its own size, asked through images at working size.

A changed working image is shown to it as its original plus the change, enlarged: what was put in
or taken out is carried over, and the rest of the image stays as sharp as the network knows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spurview.core.classifier import as_tensor
from spurview.core.device import with_smaller_batches
from spurview.core.network import Images, Logits, Rows
from spurview.core.network_description import Outputs, Preprocessing
from spurview.core.placing import WholeBox, box_within, placed, prepared, seen_box
from spurview.core.progress import Report, silent

# Pixels of the network's size in one batch, and the most images.
_BATCH_PIXELS = 2_000_000
_MOST_IN_BATCH = 500
_LEAST_PROBABILITY = 1e-12


@dataclass(frozen=True)
class View:
    """One image as the network sees it, (h, w, C) u8, and where the working image lies in it."""

    pixels: NDArray[np.uint8]
    box: WholeBox


class Views(Protocol):
    """The project's images at the network's size."""

    def view(self, row: int) -> View:
        """The image of the row."""

    def working(self, rows: Rows) -> NDArray[np.uint8]:
        """The working images (n, H, W, C) of the rows."""


@dataclass(frozen=True)
class Answering:
    """What computes: prepared images (n, c, h, w) to answers (n, K), both on `device`."""

    answer: Callable[[Tensor], Tensor]
    device: torch.device
    has_gradients: bool
    outputs: Outputs = "logits"

    def logits(self, images: Tensor) -> Tensor:
        """Logits (n, K) float32; probabilities become their logarithms."""
        answers = self.answer(images).float()
        if self.outputs == "probabilities":
            return answers.clamp_min(_LEAST_PROBABILITY).log()
        return answers


class SizedNetwork:
    """`core.network.Asked` for a network of any size; `views` None: its size is the working one's
    or there are no originals to go back to."""

    def __init__(
        self, answering: Answering, preprocessing: Preprocessing, views: Views | None
    ) -> None:
        self.answering = answering
        self._preprocessing = preprocessing
        self._size = preprocessing.height, preprocessing.width
        self.views = views

    @property
    def has_gradients(self) -> bool:
        return self.answering.has_gradients

    def logits(self, images: Images, rows: Rows | None = None, report: Report = silent) -> Logits:
        """(n, K) float32 logits of u8 or 0..1 images (n, H, W, C), changed copies of the rows."""
        most = max(1, min(_MOST_IN_BATCH, _BATCH_PIXELS // (self._size[0] * self._size[1])))
        return with_smaller_batches(lambda batch: self._logits(images, rows, batch, report), most)

    @torch.no_grad()
    def _logits(self, images: Images, rows: Rows | None, batch: int, report: Report) -> Logits:
        parts = []
        for start in range(0, len(images), batch):
            report(start, len(images), "classifying")
            part = as_tensor(images[start : start + batch], self.answering.device)
            of_rows = None if rows is None else rows[start : start + batch]
            seen = prepared(self._seen(part, of_rows), self._preprocessing)
            parts.append(self.answering.logits(seen).cpu().numpy())
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def margin_gradients(
        self, images: Images, class_index: int, rows: Rows | None = None
    ) -> NDArray[np.float32]:
        """Gradient (n, H, W, C) of each image's own margin, by the pixels at working size.

        Of the rows, the network sees what it sees for their logits.
        """
        step = max(1, _BATCH_PIXELS // (2 * self._size[0] * self._size[1]))
        parts = []
        for start in range(0, len(images), step):
            of_rows = None if rows is None else rows[start : start + step]
            parts.append(self._slopes(images[start : start + step], class_index, of_rows))
        return np.concatenate(parts)

    def _slopes(self, images: Images, class_index: int, rows: Rows | None) -> NDArray[np.float32]:
        part = as_tensor(images, self.answering.device).requires_grad_()
        logits = self.answering.logits(prepared(self._seen(part, rows), self._preprocessing))
        others = torch.cat([logits[:, :class_index], logits[:, class_index + 1 :]], 1)
        margin = (logits[:, class_index] - torch.logsumexp(others, 1)).sum()
        (gradient,) = torch.autograd.grad(margin, part)
        slopes: NDArray[np.float32] = gradient.permute(0, 2, 3, 1).float().cpu().numpy()
        return slopes

    def _seen(self, images: Tensor, rows: Rows | None) -> Tensor:
        """Working images (n, C, H, W) as the network sees them, (n, C, h, w) in 0..1."""
        if self.views is None or rows is None:
            return self._enlarged(images)
        views = [self.views.view(int(row)) for row in rows]
        seen = as_tensor(np.stack([view.pixels for view in views]), images.device)
        change = images - as_tensor(self.views.working(rows), images.device)
        # A gradient comes back through a change of nothing as well.
        changed = (change.abs().amax((1, 2, 3)) > 0) | change.requires_grad
        for box in {view.box for view in views}:
            mine = torch.tensor([view.box == box for view in views], device=images.device) & changed
            if mine.any():
                seen[mine] += placed(change[mine], box, self._size)
        return seen.clamp(0, 1)

    def _enlarged(self, images: Tensor) -> Tensor:
        """The same where the working image is all there is of an image."""
        height, width = images.shape[2:]
        steps = self._preprocessing
        whole = (0.0, 0.0, float(height), float(width))
        outer = seen_box((height, width), self._size, steps.fit, steps.resize)
        return placed(images, box_within(whole, outer, self._size), self._size)
