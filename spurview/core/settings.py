"""What a person can set, stage by stage, with the defaults that were measured."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct

from spurview.core.architectures import SMALL_CNN, unknown_architecture
from spurview.core.errors import InputError

Positive = Annotated[int, Meta(ge=1, le=1_000_000)]
Rate = Annotated[float, Meta(gt=0, le=1)]


class ImagesSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """size_px: working size; 0 keeps the sources' own where all share one of at most 96 px.

    aspect: crop cuts what does not fit a square, pad puts mid-grey beside, stretch distorts.
    """

    size_px: Annotated[int, Meta(ge=0, le=512)] = 0
    aspect: Literal["crop", "pad", "stretch"] = "crop"
    test_share: Annotated[float, Meta(gt=0, lt=1)] = 0.1


class ClassifierSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Training of the classifier; the last third of the epochs runs at .3 of the rate.

    architecture: small-cnn, or one of torchvision's. augmentation: none by default, since a
    mirrored or moved pattern is another pattern. patience: stop after so many epochs without a
    better accuracy on the held-out images (loss, where none is held out) and keep the best epoch;
    0 never stops. class_weights: balanced lets each class count alike, however few its images.
    mixed_precision: bfloat16 where it is faster, on a GPU alone. weights: a safetensors file to
    start from, what fits of it; weights_digest: its SHA-256 in hex, checked where given.
    """

    # A setting at its default does not count towards a fingerprint when it came after the first
    # projects were made, which would all be stale otherwise.
    later: ClassVar[tuple[str, ...]] = (
        "augmentation",
        "patience",
        "class_weights",
        "mixed_precision",
        "weights",
        "weights_digest",
    )

    architecture: str = SMALL_CNN
    epochs: Positive = 6
    batch: Positive = 64
    learning_rate: Rate = 2e-3
    augmentation: Literal["none", "flip", "shift", "flip-shift"] = "none"
    patience: Annotated[int, Meta(ge=0, le=1000)] = 0
    class_weights: Literal["none", "balanced"] = "none"
    mixed_precision: bool = True
    weights: Annotated[str, Meta(max_length=4096)] = ""
    weights_digest: Annotated[str, Meta(max_length=64, pattern="^([0-9a-f]{64})?$")] = ""

    def __post_init__(self) -> None:
        wrong = unknown_architecture(self.architecture)
        if wrong:
            raise ValueError(wrong)


class EmbeddingSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Training of the VAE, and how many latent neighbours stand for an image's content."""

    latent_dims: Annotated[int, Meta(ge=2, le=512)] = 24
    epochs: Positive = 10
    batch: Positive = 200
    learning_rate: Rate = 2e-3
    neighbours: Annotated[int, Meta(ge=2, le=100)] = 10


class CandidatesSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """method: matched (residuals, both template families) or literal (clusters of latents)."""

    method: Literal["matched", "literal"] = "matched"
    per_class: Annotated[int, Meta(ge=1, le=50)] = 6


class VerificationSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """insertions: images the pattern is put into; controls: null templates tried beside it."""

    insertions: Annotated[int, Meta(ge=20, le=10_000)] = 500
    controls: Annotated[int, Meta(ge=2, le=100)] = 8


class ChanceSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """repeats: searches with permuted classes, where chance is counted at all."""

    repeats: Annotated[int, Meta(ge=1, le=10_000)] = 20


class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings of a project; `seed` enters every stage."""

    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    images: ImagesSettings = ImagesSettings()
    classifier: ClassifierSettings = ClassifierSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    candidates: CandidatesSettings = CandidatesSettings()
    verification: VerificationSettings = VerificationSettings()
    chance: ChanceSettings = ChanceSettings()


def with_setting(settings: Settings, key: str, value: str) -> Settings:
    """A copy with one setting changed, `key` dotted as in ``classifier.epochs``.

    Raises InputError for an unknown key or a value of the wrong type or range.
    """
    tree: dict[str, Any] = msgspec.to_builtins(settings)
    node = tree
    *parents, leaf = key.split(".")
    for part in parents:
        node = node.get(part, {}) if isinstance(node.get(part), dict) else {}
    if leaf not in node or isinstance(node[leaf], dict):
        raise InputError(f"There is no setting {key!r}; settings are {', '.join(setting_keys())}.")
    node[leaf] = value
    try:
        return msgspec.convert(tree, Settings, strict=False)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, ValueError):
            # A whole sentence of ours, without msgspec's word of where in the tree it is.
            raise InputError(str(error.__cause__)) from error
        raise InputError(f"{key}={value} cannot be used: {error}.") from error


def setting_keys() -> list[str]:
    """Every dotted key, in the order of the stages."""
    tree: dict[str, Any] = msgspec.to_builtins(Settings())
    keys = []
    for name, value in tree.items():
        keys += [f"{name}.{leaf}" for leaf in value] if isinstance(value, dict) else [name]
    return keys
