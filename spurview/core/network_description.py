"""What a project says of a network that was not trained in it: where it is and how it sees.

Plain records; nothing here opens a file or knows of torch.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Form = Literal["torchvision", "timm", "onnx", "python", "predictions"]
Fit = Literal["crop", "pad", "stretch"]
Outputs = Literal["logits", "probabilities"]

Side = Annotated[int, Meta(ge=0, le=4096)]
Channel = Annotated[tuple[float, ...], Meta(min_length=1, max_length=3)]

# Forms whose networks give no gradients, and the one that cannot be asked at all.
WITHOUT_GRADIENTS: tuple[Form, ...] = ("onnx", "predictions")


class Preprocessing(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an image becomes what the network sees.

    The image is brought to `height` x `width`: with `crop` its shorter side to `resize` (0: just
    enough) and the centre cut out, with `pad` its longer side and the rest left black, with
    `stretch` both sides at once. Then values in 0..1 become low..high, less mean, over std, the
    channels in this order. height, width: 0 is the working size of the project.
    """

    height: Side = 0
    width: Side = 0
    resize: Side = 0
    fit: Fit = "crop"
    mean: Channel = (0.0,)
    std: Channel = (1.0,)
    channels: Literal["RGB", "BGR", "grey"] = "RGB"
    low: float = 0.0
    high: float = 1.0
    interpolation: Literal["nearest", "bilinear", "bicubic", "lanczos"] = "bilinear"

    def at(self, height: int, width: int) -> Preprocessing:
        """The same with the working size in place of a size of 0."""
        return msgspec.structs.replace(
            self, height=self.height or height, width=self.width or width
        )


class NetworkDescription(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A network from a file.

    name: the architecture, or the function of a Python file; file: relative to the project where
    it can be; digest: SHA-256 of the file, 64 hex digits; preprocessing: None where the network
    cannot be asked; names_from: where the class names come from, in words.
    """

    form: Form
    name: str = ""
    file: str = ""
    digest: str = ""
    size_bytes: int = 0
    n_classes: int = 0
    outputs: Outputs = "logits"
    preprocessing: Preprocessing | None = None
    names_from: str = ""

    @property
    def has_gradients(self) -> bool:
        """Whether the search can ask which pixels the network looks at."""
        return self.form not in WITHOUT_GRADIENTS

    @property
    def can_be_asked(self) -> bool:
        """Whether it answers for changed images, which insertion and removal need."""
        return self.form != "predictions"

    @property
    def marks(self) -> list[object]:
        """What its answers depend on, wherever its file lies."""
        return [self.form, self.name, self.digest, self.outputs, self.preprocessing]
