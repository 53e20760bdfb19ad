"""What every stage may ask of a network, wherever it comes from."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spurview.core.progress import Report, silent

Images = NDArray[Any]
Rows = NDArray[np.int64]
Logits = NDArray[np.float32]


class Asked(Protocol):
    """A network that answers for images at working size, whatever size it sees itself."""

    @property
    def has_gradients(self) -> bool:
        """Whether `margin_gradients` can be asked."""

    def logits(
        self, images: Images, rows: Rows | None = None, report: Report = silent, /
    ) -> Logits:
        """(n, K) float32 logits of u8 or 0..1 images (n, H, W, C) at working size.

        rows: (n,) of the project's images of which these are changed copies, so that a network
        of another size can go back to the originals; None where there are none.
        """

    def margin_gradients(
        self, images: Images, class_index: int, rows: Rows | None = None, /
    ) -> NDArray[np.float32]:
        """Gradient (n, H, W, C) of each image's own margin logit_c - logsumexp(other logits).

        rows: as for `logits`.
        """
