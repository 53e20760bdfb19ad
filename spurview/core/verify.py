"""Experiments on the network: the pattern put into images and taken out, against controls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from spurview.core.candidate import Candidate
from spurview.core.classifier import margins
from spurview.core.evidence import InsertionRecord, Kind, RemovalRecord
from spurview.core.extraction import Template
from spurview.core.material import Floats, Material, Rows
from spurview.core.registration import best_matches, cut, residuals
from spurview.core.template import insert, insert_moved, moved_masks, remove

# Logits (n, K) of float images (n, H, W, C).
Logits = Callable[[Floats], NDArray[np.float32]]

_FEW_CONTROLS = 3
# A pattern that turns a smaller share has no effect to tell the kind of.
LEAST_EFFECT = 0.05
# Values that deviate less than this leave nothing to scramble.
_ONE_TONE = 0.06
_SAME_EFFECT = 0.8
_MOST_STRENGTHENED = 4.0
N_PAIRS = 8


@dataclass(frozen=True)
class Pairs:
    """Images before and after insertion: rows (P,), predicted class before and after (P, 2),
    probability of the class after (P,); -1 where there are fewer."""

    rows: NDArray[np.int32]
    classes: NDArray[np.int32]
    confidence: Floats


@dataclass(frozen=True)
class Effect:
    """Share of images that became the class, and their mean margin in logits."""

    flip: float
    margin: float


class Bench:
    """One set of images for insertion, and the network that answers for them.

    The images come from half B, carry no pattern and are not predicted as the class.
    """

    def __init__(
        self,
        material: Material,
        candidate: Candidate,
        logits: Logits,
        n: int,
        rng: np.random.Generator,
    ) -> None:
        self._class = candidate.class_index
        self._logits = logits
        free = material.confirm & (material.predicted != candidate.class_index) & ~candidate.hits
        self.rows: Rows = np.sort(rng.permutation(np.flatnonzero(free))[:n])
        self.images = material.images[self.rows].reshape(-1, *material.shape)
        self._turn = rng.integers(2**31, size=len(self.rows))
        self.before = logits(self.images) if len(self.rows) else np.zeros((0, material.n_classes))

    def effect(self, template: Template, strength: float = 1.0) -> Effect:
        """What the template does; `strength` scales how far it moves each image."""
        after = self._logits(self.inserted(template, strength))
        return Effect(
            float((after.argmax(1) == self._class).mean()),
            float((margins(after, self._class) - margins(self.before, self._class)).mean()),
        )

    def inserted(self, template: Template, strength: float = 1.0) -> Floats:
        """The images with the template in them."""
        changed = self._changed(template)
        if strength == 1.0:
            return changed
        return np.clip(self.images + np.float32(strength) * (changed - self.images), 0, 1)

    def _changed(self, template: Template) -> Floats:
        if template.offsets is None:
            return insert(self.images, template.values, template.mask, template.opacity)
        offsets = template.offsets[self._turn % len(template.offsets)]
        return insert_moved(self.images, template.values, template.mask, template.opacity, offsets)

    def energy(self, template: Template) -> float:
        """Mean squared change per image."""
        return float(np.square(self.inserted(template) - self.images).sum((1, 2, 3)).mean())


def insertion(
    material: Material,
    candidate: Candidate,
    template: Template,
    bench: Bench,
    n_controls: int,
    rng: np.random.Generator,
) -> InsertionRecord:
    """The pattern's effect on the bench, with null controls and, where it has one, specificity."""
    effect = bench.effect(template)
    works = effect.flip >= LEAST_EFFECT
    # What turns hardly any image stays below the threshold whatever the controls do.
    n_controls = n_controls if works else min(n_controls, 2)
    nulls = [
        bench.effect(null, strength)
        for null, strength in null_templates(material, candidate, template, bench, n_controls, rng)
    ]
    n = len(bench.rows)
    interval = stats.binomtest(round(effect.flip * n), n).proportion_ci(0.95, "wilson")
    scrambled, rolled = [], []
    if works and not has_one_tone(template):
        scrambled = [bench.effect(_scrambled(template, rng)) for _ in range(_FEW_CONTROLS)]
    if works:
        elsewhere = _rolled if template.offsets is None else _anywhere
        rolled = [bench.effect(t) for t in elsewhere(template, _FEW_CONTROLS, rng)]
    coloured = works and material.shape[2] > 1
    return InsertionRecord(
        flip=effect.flip,
        null_control=max((null.flip for null in nulls), default=0.0),
        scrambled=float(np.mean([e.flip for e in scrambled])) if scrambled else None,
        rolled=float(np.mean([e.flip for e in rolled])) if rolled else None,
        n=n,
        interval=(float(interval.low), float(interval.high)),
        margin=effect.margin,
        null_margin=max((null.margin for null in nulls), default=0.0),
        flat=bench.effect(_flat(template)).flip if coloured else None,
        grey=bench.effect(_grey(template)).flip if coloured else None,
    )


def null_templates(
    material: Material,
    candidate: Candidate,
    template: Template,
    bench: Bench,
    n: int,
    rng: np.random.Generator,
) -> list[tuple[Template, float]]:
    """Templates made the same way from random groups, each with the strength that matches energy.

    Half come from random members of the class without the pattern; these are only ever weakened,
    since a class's real features, made strong enough, turn any image. Half come from random
    images of other classes, which may be strengthened as well.
    """
    mine = material.of_class(candidate.class_index)
    size = max(10, int((candidate.hits & mine & material.discover).sum()))
    energy = bench.energy(template)
    nulls = []
    for index in range(n):
        own = index % 2 == 0
        group = material.discover & ~candidate.hits & (mine if own else ~mine)
        rows = rng.permutation(np.flatnonzero(group))[:size]
        if len(rows) < 10:
            continue
        null = _null_template(material, template, rows)
        strength = np.sqrt(energy / max(bench.energy(null), 1e-12))
        nulls.append((null, float(min(strength, 1.0 if own else _MOST_STRENGTHENED))))
    return nulls


def _null_template(material: Material, template: Template, rows: Rows) -> Template:
    images, expected = material.images[rows], material.expected[rows]
    if template.offsets is not None:
        images, expected, offsets = _registered_to_one(material, template, rows)
        template = replace(template, offsets=offsets)
    difference = (images.mean(0) - expected.mean(0)).reshape(material.shape)
    if not template.localised:
        return _with(template, values=difference)
    size = int((template.mask > 0).sum())
    mask = _strongest_piece(np.abs(difference).sum(2), size)
    blended = images.mean(0) - (1 - template.opacity) * expected.mean(0)
    values = np.where(mask[..., None], blended.reshape(material.shape), 0)
    return _with(template, values=values.astype(np.float32), mask=mask.astype(np.float32))


def _registered_to_one(
    material: Material, template: Template, rows: Rows
) -> tuple[Floats, Floats, NDArray[np.int16]]:
    """Images (n, D) shifted to match the first one's most unusual window, what is expected of
    them, and how far each was shifted: the way in which a pattern that moves is drawn."""
    top, left, bottom, right = _box_of(template)
    side = (bottom - top, right - left)
    unusual = residuals(material, rows)
    energy = np.square(unusual[0].numpy()).sum(0)
    summed = ndimage.uniform_filter(energy, side, mode="constant", origin=(0, 0))
    inside = summed[
        side[0] // 2 : summed.shape[0] - (side[0] - side[0] // 2 - 1),
        side[1] // 2 : summed.shape[1] - (side[1] - side[1] // 2 - 1),
    ]
    at = np.array(np.unravel_index(inside.argmax(), inside.shape))
    exemplar = cut(unusual[:1].permute(0, 2, 3, 1).numpy(), at[None], side)
    _, found = best_matches(unusual, exemplar)
    shift = found[:, 0] - at
    whole = (-1, *material.shape)
    images, expected = (
        cut(part[rows].reshape(whole), shift, material.shape[:2]).reshape(len(rows), -1)
        for part in (material.images, material.expected)
    )
    return images, expected, shift.astype(np.int16)


def _box_of(template: Template) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(template.mask)
    return int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1


def _strongest_piece(strength: Floats, size: int) -> NDArray[np.bool_]:
    """The `size` pixels nearest to the smoothed peak of a map (H, W), weighed by strength."""
    smooth = ndimage.gaussian_filter(strength, 1.0)
    peak = np.unravel_index(smooth.argmax(), smooth.shape)
    rows, columns = np.indices(smooth.shape)
    distance = np.hypot(rows - peak[0], columns - peak[1]) / np.sqrt(size)
    order = np.argsort(-(smooth / smooth.max() - distance), axis=None)
    mask = np.zeros(smooth.size, bool)
    mask[order[:size]] = True
    return mask.reshape(smooth.shape)


def has_one_tone(template: Template) -> bool:
    """Whether all pixels of the pattern are alike, so that scrambling leaves it as it is."""
    return bool(template.values[template.mask > 0].std(0).max() < _ONE_TONE)


def _flat(template: Template) -> Template:
    """The pattern's mean colour all over its mask."""
    on_mask = template.mask > 0
    values = np.zeros_like(template.values)
    values[on_mask] = template.values[on_mask].mean(0)
    return _with(template, values=values)


def _grey(template: Template) -> Template:
    """The pattern's brightness without its colour."""
    grey = template.values.mean(2, keepdims=True)
    return _with(template, values=np.broadcast_to(grey, template.values.shape).copy())


def _scrambled(template: Template, rng: np.random.Generator) -> Template:
    """The same pixels in another order on the same mask."""
    values = template.values.copy()
    on_mask = template.mask > 0
    values[on_mask] = rng.permutation(values[on_mask])
    return _with(template, values=values)


def _rolled(template: Template, n: int, rng: np.random.Generator) -> list[Template]:
    """The same pattern in other places; a pattern over the whole image is rolled around."""
    rows, columns = np.nonzero(template.mask)
    height, width = template.mask.shape
    moved = []
    for _ in range(10 * n):
        if template.localised:
            down = int(rng.integers(-rows.min(), height - rows.max()))
            right = int(rng.integers(-columns.min(), width - columns.max()))
        else:
            down, right = (int(v) for v in rng.integers(0, (height, width)))
        if abs(down) + abs(right) <= 4:
            continue
        values = np.roll(template.values, (down, right), (0, 1))
        moved.append(
            _with(template, values=values, mask=np.roll(template.mask, (down, right), (0, 1)))
        )
        if len(moved) == n:
            break
    return moved


def _anywhere(template: Template, n: int, rng: np.random.Generator) -> list[Template]:
    """The same pattern in any place, of a pattern that moves."""
    rows, columns = np.nonzero(template.mask)
    height, width = template.mask.shape
    down = rng.integers(-rows.min(), height - rows.max(), (n, 100))
    right = rng.integers(-columns.min(), width - columns.max(), (n, 100))
    offsets = np.stack([down, right], 2).astype(np.int16)
    return [replace(template, offsets=one) for one in offsets]


def _with(template: Template, *, values: Floats, mask: Floats | None = None) -> Template:
    return replace(template, values=values, mask=template.mask if mask is None else mask)


def removal(
    material: Material,
    candidate: Candidate,
    template: Template,
    logits: Logits,
    rng: np.random.Generator,
) -> RemovalRecord | None:
    """Carriers of half B in the class with the pattern taken out, and with as much elsewhere."""
    mine = material.of_class(candidate.class_index)
    rows = np.flatnonzero(candidate.hits & mine & material.confirm)[:500]
    if len(rows) < 5:
        return None
    images = material.images[rows].reshape(-1, *material.shape)
    near = material.matcher.without(candidate.hits)[rows]
    reference = material.images[near].mean(1).reshape(images.shape)
    if template.localised:
        mask = template.mask
        if candidate.places is not None:
            mask = moved_masks(mask, candidate.places[rows])
        cleaned = remove(images, reference, mask)
        elsewhere = [
            remove(images, reference, other.mask) for other in _rolled(template, _FEW_CONTROLS, rng)
        ]
    else:
        cleaned = _without(images, template, template.values)
        change = (images - cleaned).mean(0)
        elsewhere = [
            np.clip(images - _with_random_signs(change, rng), 0, 1) for _ in range(_FEW_CONTROLS)
        ]
    n = len(rows)
    drop = _left(logits(cleaned), candidate.class_index)
    control = max((_left(logits(x), candidate.class_index) for x in elsewhere), default=0.0)
    interval = stats.binomtest(round(drop * n), n).proportion_ci(0.95, "wilson")
    return RemovalRecord(
        drop=drop, control=control, n=n, interval=(float(interval.low), float(interval.high))
    )


def _without(images: Floats, template: Template, values: Floats) -> Floats:
    """Images (n, H, W, C) with a pattern over the whole image taken off: insertion backwards."""
    kept = max(1 - template.opacity, 0.1)
    cleaned: Floats = np.clip((images - values) / np.float32(kept), 0, 1)
    return cleaned


def _with_random_signs(change: Floats, rng: np.random.Generator) -> Floats:
    """A change (H, W, C) with random signs: as much of it, in no direction that means anything."""
    signed: Floats = change * rng.choice(np.array([-1, 1], np.float32), change.shape)
    return signed


def _left(logits: NDArray[np.float32], class_index: int) -> float:
    return float((logits.argmax(1) != class_index).mean())


def kind_of(template: Template, record: InsertionRecord) -> Kind | None:
    """What the specificity controls say of a pattern that works; None where it does not."""
    if record.flip < LEAST_EFFECT:
        return None
    alike = _SAME_EFFECT * record.flip
    if record.flat is not None and record.grey is not None and record.flat >= alike > record.grey:
        return "colour"
    if record.scrambled is not None and record.scrambled >= _SAME_EFFECT * record.flip:
        return "texture"
    if record.rolled is not None and record.rolled >= _SAME_EFFECT * record.flip:
        return "place-free"
    return "pattern"


def pairs(bench: Bench, template: Template, logits: Logits, class_index: int) -> Pairs:
    """The images that the pattern turned most clearly, before and after."""
    after = logits(bench.inserted(template))
    exponent = np.exp(after - after.max(1, keepdims=True))
    probability = (exponent / exponent.sum(1, keepdims=True))[:, class_index]
    turned = np.flatnonzero(after.argmax(1) == class_index)
    best = turned[np.argsort(-probability[turned], kind="stable")]
    best = _of_many_classes(best, bench.before.argmax(1))[:N_PAIRS]
    rows = np.full(N_PAIRS, -1, np.int32)
    classes = np.full((N_PAIRS, 2), -1, np.int32)
    confidence = np.zeros(N_PAIRS, np.float32)
    rows[: len(best)] = bench.rows[best]
    classes[: len(best), 0] = bench.before[best].argmax(1)
    classes[: len(best), 1] = class_index
    confidence[: len(best)] = probability[best]
    return Pairs(rows, classes, confidence)


def _of_many_classes(best: Rows, before: NDArray[np.int64]) -> Rows:
    """The same rows, each class's first ones ahead, so that no class fills the strip."""
    seen: dict[int, int] = {}
    turn = []
    for row in best:
        turn.append(seen.get(int(before[row]), 0))
        seen[int(before[row])] = turn[-1] + 1
    ordered: Rows = best[np.argsort(turn, kind="stable")]
    return ordered
