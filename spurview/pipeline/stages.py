"""The stages: what each reads, needs and makes, and whether its product is still true.

Light on purpose: the window asks for states before torch is loaded. The work itself is in
`training_stages` and `search_stages`, found by `run`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import msgspec

from spurview.core.arrays import Reader
from spurview.project.model import ProjectInfo

State = Literal["fresh", "stale", "missing"]


@dataclass(frozen=True)
class Stage:
    """One stage. `version` counts changes of its code that change its product.

    reads: the section of the settings it depends on, or ""; needs: stages whose products it
    takes; makes: prefixes of the arrays it replaces, its own first; optional: run where somebody
    asked for it, and a project without its product lacks nothing.
    """

    name: str
    version: int
    reads: str
    needs: tuple[str, ...]
    makes: tuple[str, ...]
    optional: bool = False


STAGES = (
    Stage("images", 1, "images", (), ("/images/",)),
    Stage("classifier", 1, "classifier", ("images",), ("/classifier/",)),
    Stage("predictions", 1, "", ("images", "classifier"), ("/predictions/",)),
    Stage("embedding", 1, "embedding", ("images",), ("/embedding/", "/latents")),
    # Verification stands candidate by candidate: with new candidates the old one cannot be read.
    # Nor can what chance gives be compared with candidates of another search.
    Stage(
        "candidates",
        6,
        "candidates",
        ("predictions", "embedding"),
        ("/candidates/", "/verification/", "/chance/"),
    ),
    Stage(
        "verification",
        3,
        "verification",
        ("candidates", "classifier"),
        ("/verification/",),
    ),
    Stage("layout", 3, "", ("embedding", "candidates"), ("/layout/",)),
    Stage("chance", 1, "chance", ("candidates",), ("/chance/",), optional=True),
)
# Those that every run does, and those that it does where it is asked to.
STAGE_NAMES = tuple(stage.name for stage in STAGES if not stage.optional)
OPTIONAL_NAMES = tuple(stage.name for stage in STAGES if stage.optional)
_BY_NAME = {stage.name: stage for stage in STAGES}


def stage_named(name: str) -> Stage:
    """The stage of this name; KeyError when there is none."""
    return _BY_NAME[name]


def fingerprint(name: str, info: ProjectInfo) -> str:
    """The fingerprint that a product of the stage made now would have, 32 hex digits.

    A hash of the stage's name and version, the seed, its settings and its inputs' fingerprints.
    That of the images is kept from their reading: a project cannot read its sources again.
    """
    stage = _BY_NAME[name]
    if name == "images":
        return info.stages["images"].fingerprint if "images" in info.stages else ""
    settings: object = _counting(getattr(info.settings, stage.reads)) if stage.reads else None
    if name == "classifier" and info.network:
        settings = info.network.marks
    inputs = [fingerprint(needed, info) for needed in stage.needs]
    told = msgspec.json.encode([name, stage.version, info.settings.seed, settings, inputs])
    return hashlib.blake2b(told, digest_size=16).hexdigest()


def _counting(settings: msgspec.Struct) -> dict[str, object]:
    """The settings that count: all but those that came later and are at their defaults."""
    told: dict[str, object] = msgspec.to_builtins(settings)
    plain = msgspec.to_builtins(type(settings)())
    for name in getattr(settings, "later", ()):
        if told[name] == plain[name]:
            del told[name]
    return told


def states(info: ProjectInfo, reader: Reader) -> dict[str, State]:
    """Whether each stage's product is fresh, stale or missing, in the order of the stages.

    An optional stage without a product is left out.
    """
    names = reader.names()
    found: dict[str, State] = {}
    for stage in STAGES:
        record = info.stages.get(stage.name)
        if record is None or not any(name.startswith(stage.makes[0]) for name in names):
            if not stage.optional:
                found[stage.name] = "missing"
        elif record.fingerprint != fingerprint(stage.name, info):
            found[stage.name] = "stale"
        else:
            found[stage.name] = "fresh"
    return found
