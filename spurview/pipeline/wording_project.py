"""What a project is made of, in words for the command line and the report: sources, stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spurview.core.network_description import NetworkDescription
from spurview.pipeline.wording import count, percent
from spurview.project.model import (
    INTEREST_TEST,
    INTEREST_TRAIN,
    PlantedPattern,
    ProjectInfo,
    SourceRecord,
)

_PLANTED = {
    "noise-patch": "a patch of noise",
    "solid-patch": "a patch of one tone",
    "corner-patch": "a patch in the corner",
    "strokes": "strokes",
    "letters": "letters",
    "line": "a line",
    "frame": "a frame",
    "specks": "specks within a box",
    "full-noise": "noise over the whole image",
    "tint": "a tint of the whole image",
}
_EVERYWHERE = ("full-noise", "tint")


def role_word(role: int) -> str:
    """What an image is there for, by its value in /images/role."""
    return {INTEREST_TRAIN: "training", INTEREST_TEST: "test"}.get(role, "pool")


def network_words(network: NetworkDescription) -> str:
    """Form, name and file of a network that was not trained in the project."""
    return f"{network.form} {network.name}".rstrip() + (
        f", {network.file} (SHA-256 {network.digest[:12]}…)"
    )


def source_words(source: SourceRecord) -> str:
    """Where images came from, how many, and which classes were taken."""
    chosen = f", classes {', '.join(source.classes)}" if source.classes else ""
    return f"{source.location} ({count(source.images)} images{chosen})"


def planted_text(planted: Sequence[PlantedPattern]) -> Iterator[str]:
    """What was planted on purpose, or that nothing was."""
    if not planted:
        yield "Nothing was planted: there is nothing to find."
    for p in planted:
        what = _PLANTED.get(p.kind, p.kind)
        if p.kind not in _EVERYWHERE:
            what += f" of {p.width} × {p.height} pixels at row {p.top}, column {p.left}"
        yield (
            f"Planted on purpose: {what}, in {percent(p.share_of_class)} of the training images of "
            f"class {p.class_name} and in {percent(p.share_of_pool)} of the pool."
        )


def stage_row(info: ProjectInfo, name: str, state: str) -> tuple[str, str, str, str]:
    """One stage: its name, state, time and device, and its few figures."""
    record = info.stages.get(name)
    if record is None:
        return name, "not run yet", "", ""
    facts = ", ".join(f"{k.replace('_', ' ')} {_fact(v)}" for k, v in record.facts.items())
    return name, state, f"{record.seconds:.1f} s on {record.device}", facts


def _fact(value: float | int | str) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
