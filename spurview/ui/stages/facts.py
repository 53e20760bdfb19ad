"""What the strip and its pop-over say about a stage, from the project's records alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from spurview.pipeline.stages import STAGE_NAMES, stage_named
from spurview.pipeline.wording import count, duration, percent
from spurview.project.model import ProjectInfo

# In the strip; layout belongs to the plots and is not shown.
SHOWN = STAGE_NAMES[: STAGE_NAMES.index("layout")]

TITLES = {name: name.capitalize() for name in SHOWN}

MISSING = "not run yet"


def fact(stage: str, info: ProjectInfo) -> str:
    """The one fact under a stage's name; empty where its record says nothing."""
    record = info.stages.get(stage)
    if record is None:
        return MISSING
    say = _SAY[stage]
    try:
        return say(record.facts)
    except (KeyError, TypeError, ValueError):
        # An older or foreign record may lack a figure; the strip then shows the name alone.
        return ""


def why_stale(stage: str, known: Mapping[str, str]) -> str:
    """Why the stage is stale, by the states of all stages; empty where it is not."""
    if known.get(stage) != "stale":
        return ""
    below = next((name for name in stage_named(stage).needs if known.get(name) != "fresh"), None)
    if below is None:
        return "Stale: its settings, or spurview itself, changed since it ran."
    return f"Stale: {below} comes first and has to run again."


def _images(facts: Mapping[str, Any]) -> str:
    return f"{count(facts['images'])} · {facts['width']} × {facts['height']}"


def _classifier(facts: Mapping[str, Any]) -> str:
    return f"{facts['test_accuracy'] * 100:.1f} % on test"


def _predictions(facts: Mapping[str, Any]) -> str:
    return f"{count(facts['pool'])} in pool"


def _embedding(facts: Mapping[str, Any]) -> str:
    return f"VAE, {facts['dims']} dimensions"


def _candidates(facts: Mapping[str, Any]) -> str:
    return f"{count(facts['found'])} proposed"


def _verification(facts: Mapping[str, Any]) -> str:
    alarms = facts["alarms"]
    return "no alarm" if not alarms else f"{count(alarms)} alarm{'s' if alarms > 1 else ''}"


_SAY = {
    "images": _images,
    "classifier": _classifier,
    "predictions": _predictions,
    "embedding": _embedding,
    "candidates": _candidates,
    "verification": _verification,
}

_NAMES = {
    "images": "images",
    "height": "height",
    "width": "width",
    "test_accuracy": "accuracy on test images",
    "training_accuracy": "accuracy on training images",
    "pool": "pool images",
    "dims": "latent dimensions",
    "found": "candidates",
    "alarms": "alarms",
}


def facts_of(stage: str, info: ProjectInfo) -> list[tuple[str, str]]:
    """All facts of a stage's record as (name, value), then when and where it ran."""
    record = info.stages.get(stage)
    if record is None:
        return []
    rows = [
        (_NAMES.get(name, name.replace("_", " ")), _value(name, value))
        for name, value in record.facts.items()
    ]
    device = record.device.upper() if record.device == "cpu" else record.device
    took = f"{duration(record.seconds)} on {device}" if record.seconds else device
    rows += [("took", took), ("finished", _when(record.finished))]
    return [(name[:1].upper() + name[1:], value) for name, value in rows]


def _value(name: str, value: float | str) -> str:
    if isinstance(value, float) and "accuracy" in name:
        return percent(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return count(value) if isinstance(value, int) else value


def _when(iso: str) -> str:
    """2026-01-02T03:04:05Z -> ``2 January 2026, 03:04`` in local time."""
    try:
        local = datetime.fromisoformat(iso).astimezone()
    except ValueError:
        return iso
    return f"{local.day} {local:%B %Y, %H:%M}"
