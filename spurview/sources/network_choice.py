"""What `--classifier` asks for, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from spurview.core.errors import InputError
from spurview.core.network_description import Form
from spurview.sources.spec import readable

FORMS: tuple[Form, ...] = get_args(Form)
_SHAPES = {
    "torchvision": "torchvision:ARCH:WEIGHTS",
    "timm": "timm:ARCH:WEIGHTS",
    "onnx": "onnx:FILE",
    "python": "python:FILE:FUNCTION",
    "predictions": "predictions:FILE",
}
# An entry of torchvision's weights: IMAGENET1K_V1, DEFAULT.
_ENTRY = re.compile(r"[A-Z][A-Z0-9_]*")
# Files that need no architecture beside them, by their ends, for the hint.
_BARE = {
    ".safetensors": "torchvision",
    ".pt": "torchvision",
    ".pth": "torchvision",
    ".onnx": "onnx",
    ".py": "python",
    ".csv": "predictions",
}


@dataclass(frozen=True)
class NetworkChoice:
    """A network as a person names it. name: architecture or function, "" where there is none;
    file: its weights, or "" where they are named by an entry of torchvision's, in `entry`."""

    form: Form
    name: str
    file: Path
    entry: str = ""


def parse_choice(text: str) -> NetworkChoice:
    """The form, name and file of a `--classifier`. Raises InputError, with the right shape."""
    form, _, rest = text.partition(":")
    if form not in FORMS:
        raise InputError(_unknown(text))
    if form in ("onnx", "predictions"):
        name, file = "", rest
    elif form == "python":
        # A drive's colon stands before the last one, which the function follows.
        file, _, name = rest.rpartition(":")
    else:
        name, _, file = rest.partition(":")
    if not file or (not name and form not in ("onnx", "predictions")):
        raise InputError(f"{readable(text)} names no network: write {_SHAPES[form]}.")
    is_entry = form == "torchvision" and _ENTRY.fullmatch(file) and not Path(file).exists()
    return NetworkChoice(form, name, Path(file), entry=file if is_entry else "")


def _unknown(text: str) -> str:
    forms = ", ".join(["train", "train:ARCH", *_SHAPES.values()])
    likely = _BARE.get(Path(text).suffix.lower())
    if likely and Path(text).exists():
        return f"{readable(text)} is a file: say what it is, {_SHAPES[likely]}."
    return f"{readable(text)} is no classifier: it may be {forms}."
