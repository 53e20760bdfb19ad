"""What a view can show: the images by content, by what is unusual in them, and so on.

The keys stand in the person's preferences: one table, spelled here once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Making = Literal["stored", "quick", "asked"]


@dataclass(frozen=True)
class Kind:
    """One kind of view.

    key: its name in the preferences; makes: "stored" comes with the project, "quick" is computed
    as soon as it is shown, "asked" takes so long that the person starts it; needs: arrays without
    which there is nothing to show; empty_text: what stands in the view until there is.
    """

    key: str
    title: str
    what: str
    needs: tuple[str, ...]
    empty_text: str
    makes: Making = "stored"


EMPTY = "The views appear here once Embedding has run."
SAMPLE = 10_000

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("content", "Content", "VAE latent", ("/layout/content",), EMPTY),
        Kind(
            "residual",
            "Unusual for its content",
            "matched residual",
            ("/layout/residual",),
            EMPTY,
        ),
        Kind(
            "confidence",
            "Confidence against typicality",
            "",
            ("/latents", "/predictions/logits", "/predictions/class"),
            "This view appears here once Predictions and Embedding have run.",
            "quick",
        ),
        Kind(
            "tsne",
            "Content by t-SNE",
            "VAE latent",
            ("/latents", "/predictions/class"),
            "This view appears here once Predictions and Embedding have run.",
            "asked",
        ),
    )
}
FIRST = ("content", "residual")
