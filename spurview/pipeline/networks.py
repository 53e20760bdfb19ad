"""Networks from files, opened: for a new project by what a person asks for, later by what it says.

What a person has agreed to is passed in as digests and kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import torch
from torch import nn

from spurview.core.network_description import NetworkDescription, Preprocessing
from spurview.core.sized_network import Answering
from spurview.pipeline.network_request import NetworkRequest
from spurview.project.source_paths import located
from spurview.sources.class_list import ClassList, class_list, read_class_list
from spurview.sources.network_architectures import build, check_architecture
from spurview.sources.network_choice import NetworkChoice, parse_choice
from spurview.sources.network_file import NetworkFile, read_network_file, refuse_unsafe
from spurview.sources.network_weights import read_weights
from spurview.sources.onnx_network import OnnxNetwork
from spurview.sources.prediction_file import Predictions, read_predictions
from spurview.sources.preprocess_presets import (
    checked,
    of_architecture,
    of_timm,
    of_weights,
    read_preprocessing,
)
from spurview.sources.python_network import python_network
from spurview.sources.spec import readable
from spurview.sources.weights_entry import entry_file, entry_named

_CPU = torch.device("cpu")


@dataclass(frozen=True)
class GivenNetwork:
    """A network opened for a new project.

    description: not yet with classes and the size of the working images; answering: None where
    there are only `predictions`; classes: None where their names are not known.
    """

    description: NetworkDescription
    answering: Answering | None
    classes: ClassList | None
    predictions: Predictions | None = None
    notes: list[str] = field(default_factory=list)


def digest_of(classifier: str) -> str:
    """SHA-256 of the file that a `--classifier` names, 64 hex digits. Raises InputError."""
    path = _file(parse_choice(classifier))
    refuse_unsafe(path)
    return read_network_file(path).digest


def open_given(request: NetworkRequest, project_dir: Path) -> GivenNetwork:
    """The network as it was asked for, on the CPU.

    Raises NotAgreedError for a file that can hold code and is not among the trusted, InputError
    for all that cannot be used.
    """
    choice = parse_choice(request.classifier)
    path = _file(choice)
    refuse_unsafe(path)
    if choice.form in ("torchvision", "timm"):
        check_architecture(choice.form, choice.name)
    asked = _asked_preprocessing(request.preprocess)
    names = read_class_list(request.class_names) if request.class_names else None
    file = read_network_file(path)
    description = NetworkDescription(
        form=choice.form,
        name=choice.name,
        file=readable(located(path, project_dir)),
        digest=file.digest,
        size_bytes=len(file.data),
    )
    if choice.form == "predictions":
        found = read_predictions(file)
        return GivenNetwork(description, None, names or _named(found, file), found)
    opened = _open(description, file, request.trusted, _CPU)
    steps, note = (asked, "") if asked else _usual_preprocessing(choice, opened)
    return GivenNetwork(
        msgspec.structs.replace(description, preprocessing=steps),
        opened.answering,
        names or _names_of(choice),
        notes=[note] if note else [],
    )


def open_described(
    description: NetworkDescription,
    project_dir: Path,
    trusted: frozenset[str],
    device: torch.device,
) -> Answering:
    """The network that a project describes; its file must still be the same.

    Raises as `open_given` does.
    """
    path = project_dir / description.file
    refuse_unsafe(path)
    file = read_network_file(path, digest=description.digest)
    return _open(description, file, trusted, device).answering


def _asked_preprocessing(asked: str | Preprocessing) -> Preprocessing | None:
    if isinstance(asked, Preprocessing):
        return checked(asked, "The preprocessing")
    return read_preprocessing(asked) if asked else None


@dataclass(frozen=True)
class _Opened:
    """What computes, and what it says of itself: its torch module or its session."""

    answering: Answering
    module: nn.Module | None = None
    session: OnnxNetwork | None = None


def _open(
    description: NetworkDescription,
    file: NetworkFile,
    trusted: frozenset[str],
    device: torch.device,
) -> _Opened:
    if description.form == "onnx":
        session = OnnxNetwork(file, trusted)
        answering = Answering(session, _CPU, False, description.outputs)
        return _Opened(answering, session=session)
    if description.form == "python":
        module = python_network(file, description.name, trusted)
    else:
        weights = read_weights(file, trusted)
        module, _ = build(description.form, description.name, weights, file.shown)
    return _Opened(of_module(module, device, description), module=module)


def of_module(
    module: nn.Module, device: torch.device, description: NetworkDescription
) -> Answering:
    """A module as it is asked: in eval mode, its weights not to be changed."""
    module.to(device).eval().requires_grad_(False)
    return Answering(module, device, True, description.outputs)


def _file(choice: NetworkChoice) -> Path:
    return entry_file(choice.name, choice.entry) if choice.entry else choice.file


def _usual_preprocessing(choice: NetworkChoice, opened: _Opened) -> tuple[Preprocessing, str]:
    """What is likely where nobody has said it, and the sentence that tells of it."""
    hint = "give --preprocess if the network was trained with another"
    if choice.entry:
        return of_weights(entry_named(choice.name, choice.entry)), ""
    if choice.form == "torchvision":
        return of_architecture(choice.name), (
            f"The preprocessing is the one of torchvision's own {choice.name}: {hint}."
        )
    if choice.form == "timm":
        return of_timm(opened.module), (
            f"The preprocessing is the one of timm's own {choice.name}: {hint}."
        )
    size, channels = _insists_on(opened)
    steps = Preprocessing(
        height=size[0], width=size[1], channels="grey" if channels == 1 else "RGB"
    )
    at = f"{size[1]} × {size[0]} pixels" if size[0] else "the working size"
    return steps, f"The network gets values from 0 to 1 at {at}: {hint}."


def _insists_on(opened: _Opened) -> tuple[tuple[int, int], int | None]:
    """Size, (0, 0) for any, and channels that the network itself asks for."""
    if opened.session:
        return opened.session.size or (0, 0), opened.session.channels
    assert opened.module is not None
    first = next((m for m in opened.module.modules() if isinstance(m, nn.Conv2d)), None)
    return (0, 0), first.in_channels if first else None


def _names_of(choice: NetworkChoice) -> ClassList | None:
    if not choice.entry:
        return None
    weights = entry_named(choice.name, choice.entry)
    return class_list(weights.meta["categories"], f"torchvision's {choice.entry}")


def _named(found: Predictions, file: NetworkFile) -> ClassList:
    return class_list(found.names, file.path.name)
