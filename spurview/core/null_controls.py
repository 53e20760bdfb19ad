"""Null controls: templates made like the candidate's from groups of images that share nothing.

What they do as well as the candidate is no evidence; they gate the outcome.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spurview.core.bench import Bench
from spurview.core.candidate import Candidate
from spurview.core.extraction import Template
from spurview.core.material import Floats, Material, Rows
from spurview.core.registration import Residuals, best_matches
from spurview.core.template import brought_home, cut

_MOST_STRENGTHENED = 4.0
# A tint that differs less than this in every channel is no other tint.
_LEAST_OTHER_TINT = 0.3


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
    images of other classes, which may be strengthened as well. Of a tint those are tints in other
    colours: the mean of unrelated images is grey, and to change as much it would have to cover
    nearly all of an image.
    """
    mine = material.of_class(candidate.class_index)
    size = max(10, int((candidate.hits & mine & material.discover).sum()))
    energy = bench.energy(template)
    nulls = []
    others = _other_tints(template, rng)
    for index in range(n):
        own = index % 2 == 0
        if others and not own:
            other = others[index // 2 % len(others)]
            nulls.append(
                (other, min(float(np.sqrt(energy / max(bench.energy(other), 1e-12))), 1.0))
            )
            continue
        group = material.discover & ~candidate.hits & (mine if own else ~mine)
        rows = rng.permutation(np.flatnonzero(group))[:size]
        if len(rows) < 10:
            continue
        null = _null_template(material, template, rows)
        strength = np.sqrt(energy / max(bench.energy(null), 1e-12))
        nulls.append((null, float(min(strength, 1.0 if own else _MOST_STRENGTHENED))))
    return nulls


def _other_tints(template: Template, rng: np.random.Generator) -> list[Template]:
    """A blend over whole coloured images with its channels in another order, or turned to its
    complement, in random order; none of what is no such blend.

    Only those whose hue lies at a right angle to the template's or beyond: a network that obeys a
    pink obeys the next pink as well.
    """
    channels = template.values.shape[2]
    if template.localised or template.opacity == 0 or channels != 3:
        return []
    orders = [list(order) for order in permutations(range(channels))]
    turned = [template.values[..., order] for order in orders]
    # A blend by a towards 1 - t adds a - a t.
    turned += [np.float32(template.opacity) - values for values in turned]
    away = [
        values
        for values in turned
        if np.abs((values - template.values).mean((0, 1))).max()
        >= _LEAST_OTHER_TINT * template.opacity
        and _hue(values) @ _hue(template.values) <= 0
    ]
    return [replace(template, values=away[index]) for index in rng.permutation(len(away))]


def _hue(values: Floats) -> Floats:
    """(C,) the mean colour of values (H, W, C) less its grey."""
    mean = values.mean((0, 1))
    hue: Floats = mean - mean.mean()
    return hue


def _null_template(material: Material, template: Template, rows: Rows) -> Template:
    if template.offsets is None:
        images, expected = material.images[rows], material.expected_of(rows)
    else:
        images, expected, offsets = _registered_to_one(material, template, rows)
        template = replace(template, offsets=offsets)
    difference = (images.mean(0) - expected.mean(0)).reshape(material.shape)
    if not template.localised:
        # A blend moves images towards the group from where those of like content are on average.
        shown = expected.mean(0).reshape(material.shape)
        return replace(template, values=difference + np.float32(template.opacity) * shown)
    size = int((template.mask > 0).sum())
    mask = _strongest_piece(np.abs(difference).sum(2), size)
    blended = images.mean(0) - (1 - template.opacity) * expected.mean(0)
    values = np.where(mask[..., None], blended.reshape(material.shape), 0)
    return replace(template, values=values.astype(np.float32), mask=mask.astype(np.float32))


def _registered_to_one(
    material: Material, template: Template, rows: Rows
) -> tuple[Floats, Floats, NDArray[np.int16]]:
    """Images (n, D) shifted to match the first one's most unusual window, what is expected of
    them, and how far each was shifted: the way in which a pattern that moves is drawn."""
    top, left, bottom, right = _box_of(template)
    side = (bottom - top, right - left)
    unusual = Residuals(material.images, material.expected_of, material.shape)[rows]
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
        brought_home(part.reshape(whole), shift).reshape(len(rows), -1)
        for part in (material.images[rows], material.expected_of(rows))
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
