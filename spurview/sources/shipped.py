"""The sources that need no files of the person's: `digits:` and `photographs:`."""

from __future__ import annotations

from spurview.core.errors import InputError
from spurview.sources.digits import load_digits
from spurview.sources.gathering import Asked, Gathered, Item, Row, array_items
from spurview.sources.photographs import CROPS_EACH, load_photographs
from spurview.sources.photographs import PHOTOGRAPHS as PHOTOGRAPH_NAMES
from spurview.sources.spec import DIGITS


def gather_digits(asked: Asked) -> Gathered:
    """The digits that ship; an index counts before the choice of classes."""
    images, labels = load_digits()
    asked.chosen([str(digit) for digit in range(10)])
    items = array_items(asked, [str(label) for label in labels], images.__getitem__)
    return asked.gathered("digits", items, location=DIGITS)


def gather_photographs(asked: Asked) -> Gathered:
    """Crops of photographs; an index counts before the choice of classes.

    Raises InputError where what follows the colon is no number.
    """
    seed = asked.argument or "0"
    if not (seed.isascii() and seed.isdecimal()):
        raise InputError(
            f"{asked.shown} is no source: photographs: may be followed by a number alone."
        )
    names = asked.chosen(PHOTOGRAPH_NAMES)
    images, labels = load_photographs(
        [name for name in PHOTOGRAPH_NAMES if name in names], seed=int(seed)
    )
    items = []
    for place, name in enumerate(labels):
        index = CROPS_EACH * PHOTOGRAPH_NAMES.index(name) + place % CROPS_EACH
        below = f"{name}/{index}"
        key = asked.place.prefix + below.encode()
        items.append(Item(asked.place.index, key, name, below, Row(images.__getitem__, place)))
    return asked.gathered("photographs", items, location=asked.spec.text)
