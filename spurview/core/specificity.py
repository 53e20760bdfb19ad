"""Specificity controls: the candidate's own pattern, changed in one respect. They never gate.

What still works tells what the network needs of the pattern, which names its kind.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spurview.core.evidence import SAME_EFFECT, InsertionRecord, Kind
from spurview.core.extraction import Template

FEW_CONTROLS = 3
# A pattern that turns a smaller share has no effect to tell the kind of.
LEAST_EFFECT = 0.05
# Values that deviate less than this leave nothing to scramble.
_ONE_TONE = 0.06


def has_one_tone(template: Template) -> bool:
    """Whether all pixels of the pattern are alike, so that scrambling leaves it as it is."""
    return bool(template.values[template.mask > 0].std(0).max() < _ONE_TONE)


def scrambled_copy(template: Template, rng: np.random.Generator) -> Template:
    """The same pixels in another order on the same mask."""
    values = template.values.copy()
    on_mask = template.mask > 0
    values[on_mask] = rng.permutation(values[on_mask])
    return replace(template, values=values)


def flat_copy(template: Template) -> Template:
    """The pattern's mean colour all over its mask."""
    on_mask = template.mask > 0
    values = np.zeros_like(template.values)
    values[on_mask] = template.values[on_mask].mean(0)
    return replace(template, values=values)


def grey_copy(template: Template) -> Template:
    """The pattern's brightness without its colour."""
    grey = template.values.mean(2, keepdims=True)
    return replace(template, values=np.broadcast_to(grey, template.values.shape).copy())


def copies_elsewhere(template: Template, n: int, rng: np.random.Generator) -> list[Template]:
    """The same pattern in other places; a pattern over the whole image is rolled around."""
    rows, columns = np.nonzero(template.mask)
    height, width = template.mask.shape
    moved = []
    for _ in range(10 * n):
        if template.localised:
            down = int(rng.integers(-rows.min(), height - rows.max()))
            right = int(rng.integers(-columns.min(), width - columns.max()))
        else:
            # Rolled by nearly all of a side it would stand but a little to the other side.
            down = int(rng.integers(-(height // 2), (height + 1) // 2))
            right = int(rng.integers(-(width // 2), (width + 1) // 2))
        if abs(down) + abs(right) <= 4:
            continue
        values = np.roll(template.values, (down, right), (0, 1))
        moved.append(
            replace(template, values=values, mask=np.roll(template.mask, (down, right), (0, 1)))
        )
        if len(moved) == n:
            break
    return moved


def copies_anywhere(template: Template, n: int, rng: np.random.Generator) -> list[Template]:
    """The same pattern in any place, of a pattern that moves."""
    rows, columns = np.nonzero(template.mask)
    height, width = template.mask.shape
    down = rng.integers(-rows.min(), height - rows.max(), (n, 100))
    right = rng.integers(-columns.min(), width - columns.max(), (n, 100))
    offsets = np.stack([down, right], 2).astype(np.int16)
    return [replace(template, offsets=one) for one in offsets]


def kind_of(record: InsertionRecord, *, localised: bool = True) -> Kind | None:
    """What the specificity controls say of a pattern that works; None where it does not.

    localised: whether the pattern has one place. One over the whole image has none to be free of:
    rolled around it keeps what lies side by side, which is a texture as much as what scrambling
    keeps.
    """
    if record.flip < LEAST_EFFECT:
        return None
    alike = SAME_EFFECT * record.flip
    if record.flat is not None and record.grey is not None and record.flat >= alike > record.grey:
        return "colour"
    if record.scrambled is not None and record.scrambled >= alike:
        return "texture"
    if record.rolled is not None and record.rolled >= alike:
        return "place-free" if localised or record.scrambled is None else "texture"
    return "pattern"
