"""The settings of a stage as a form needs them: kind, range, choices, default.

Read from the types of `core.settings`, so that a setting added there is in the form at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from spurview.core.architectures import SMALL_CNN, TORCHVISION
from spurview.core.settings import Settings, with_setting
from spurview.pipeline.stages import stage_named

Kind = Literal["whole", "number", "choice", "yes_no", "text"]
Value = int | float | str | bool

# The stages whose pop-over holds settings that belong to none or to an optional stage.
_ALSO = {"classifier": ("seed",), "candidates": ("chance",)}
# Settings that are plain text there, of which the form offers the values that can be used.
_CHOICES = {"classifier.architecture": (SMALL_CNN, *TORCHVISION)}
# A digest is no dial: it is of the file named beside it, and of no other.
_DIGESTS = {"classifier.weights": "classifier.weights_digest"}
NOT_SHOWN = frozenset(_DIGESTS.values())
# The images were read when the project was made; they cannot be read again.
FIXED_STAGES = frozenset({"images"})


@dataclass(frozen=True)
class SettingField:
    """One setting: dotted `key`; `low` and `high` count in; `choices` for the kind ``choice``."""

    key: str
    kind: Kind
    default: Value
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


def fields_of(stage: str) -> list[SettingField]:
    """The settings that the pop-over of a stage shows, in their order."""
    parts = [stage_named(stage).reads, *_ALSO.get(stage, ())]
    return [field for part in parts if part for field in _FIELDS.get(part, [])]


def value_of(settings: Settings, key: str) -> Any:
    """The present value of a setting."""
    node: Any = settings
    for part in key.split("."):
        node = getattr(node, part)
    return node


def with_value(settings: Settings, key: str, value: Value) -> Settings:
    """A copy of the settings with one value changed; InputError for one that cannot be used.

    Another file goes without the digest of the one before.
    """
    if key in _DIGESTS and value != value_of(settings, key):
        settings = with_setting(settings, _DIGESTS[key], "")
    return with_setting(
        settings, key, str(value).lower() if isinstance(value, bool) else str(value)
    )


def _all_fields() -> dict[str, list[SettingField]]:
    """Fields by the section of the settings; settings without a section under their own name."""
    found: dict[str, list[SettingField]] = {}
    defaults = Settings()
    shape = msgspec.inspect.type_info(Settings)
    assert isinstance(shape, msgspec.inspect.StructType)
    for outer in shape.fields:
        inner = outer.type
        if isinstance(inner, msgspec.inspect.StructType):
            keys = [(f"{outer.name}.{leaf.name}", leaf.type) for leaf in inner.fields]
        else:
            keys = [(outer.name, inner)]
        found[outer.name] = [
            _field(key, kind, value_of(defaults, key)) for key, kind in keys if key not in NOT_SHOWN
        ]
    return found


def _field(key: str, kind: msgspec.inspect.Type, default: Any) -> SettingField:
    if key in _CHOICES:
        return SettingField(key, "choice", default, choices=_CHOICES[key])
    match kind:
        case msgspec.inspect.LiteralType(values=values):
            others = tuple(str(v) for v in values if v != default)
            return SettingField(key, "choice", default, choices=(default, *others))
        case msgspec.inspect.BoolType():
            return SettingField(key, "yes_no", default)
        case msgspec.inspect.IntType(ge=low, gt=above, le=high, lt=below):
            first = above + 1 if low is None and above is not None else low
            last = below - 1 if high is None and below is not None else high
            return SettingField(key, "whole", default, first, last)
        case msgspec.inspect.FloatType(ge=low, gt=above, le=high, lt=below):
            least = _beside(above, 1) if low is None else low
            most = _beside(below, -1) if high is None else high
            return SettingField(key, "number", default, least, most)
    return SettingField(key, "text", default)


def _beside(bound: float | None, side: int) -> float | None:
    """The nearest value of the form beside a bound that does not count in."""
    return None if bound is None else bound + side * STEP


# Numbers of the form have five decimals.
DECIMALS, STEP = 5, 1e-5
_FIELDS = _all_fields()
