"""The sentences and numbers in which findings are told, for window, command line and exports.

Every sentence follows from the records alone. What is not known is said, with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from spurview.core.evidence import SAME_EFFECT
from spurview.pipeline.findings import Chance, Finding, Findings

SILENCE = "No class is tied to a shared pattern."
SILENCE_UNTESTED = "How weak a pattern would have been seen is not known yet."
NOT_KNOWN = "not known"

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# A control that reaches this share of the pattern's own effect explains it away.
_AS_WELL = 0.5
_FEW_CARRIERS = 20
_ONE_CONTENT = 0.8


@dataclass(frozen=True)
class Doubt:
    """One thing that would weaken a claim, and whether it does (None: it could not be tested).

    images: which images stand behind it, if any.
    """

    text: str
    weakens: bool | None
    images: Literal["", "carriers elsewhere", "training elsewhere", "carriers"] = ""


def count(number: int) -> str:
    """4869 -> ``4,869``."""
    return f"{number:,}"


def duration(seconds: float) -> str:
    """5.2 -> ``5 s``, 100 -> ``1 min 40 s``, 7000 -> ``1 h 56 min``."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def percent(share: float | None) -> str:
    """0.62 -> ``62 %``; within one per cent of either end one decimal; None -> ``not known``."""
    if share is None or not math.isfinite(share):
        return NOT_KNOWN
    fine = 0 < share < 0.0095 or 0.9905 < share < 1
    return f"{share * 100:.{1 if fine else 0}f} %"


def interval(bounds: tuple[float, float] | None) -> str:
    """(0.58, 0.66) -> ``58–66``, in per cent; empty for None."""
    if bounds is None:
        return ""
    return f"{bounds[0] * 100:.0f}–{bounds[1] * 100:.0f}"


def times(factor: float | None) -> str:
    """8.42 -> ``8.4×``, 48.3 -> ``48×``; None -> ``not known``."""
    if factor is None or not math.isfinite(factor):
        return NOT_KNOWN
    return f"{factor:.0f}×" if factor >= 10 else f"{factor:.1f}×"


def scientific(value: float | None) -> str:
    """1e-20 -> ``1·10⁻²⁰``; from 0.001 on plain; 0 -> ``below 1·10⁻³⁰⁰``."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN
    if value == 0:
        return "below 1·10⁻³⁰⁰"
    if abs(value) >= 0.001:
        return f"{value:.2g}"
    digits, exponent = f"{value:.0e}".split("e")
    return f"{digits}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def candidate_names(findings: Findings) -> dict[str, str]:
    """Short names by id: the class and a letter by rank within it, e.g. ``2 · A``."""
    names: dict[str, str] = {}
    seen: dict[str, int] = {}
    for finding in sorted(findings.findings, key=lambda f: f.rank):
        place = seen.get(finding.class_, 0)
        seen[finding.class_] = place + 1
        names[finding.id] = finding.name or f"{finding.class_} · {_letters(place)}"
    return names


def headline(finding: Finding) -> str:
    """The claim in one sentence, in plain words, and another where the pattern moves."""
    return " ".join(part for part in (_claim(finding), moves_sentence(finding)) if part)


def _claim(finding: Finding) -> str:
    target = f"class {finding.class_}"
    put = finding.insertion
    if put is None:
        lift = finding.pool.lift
        held = (
            f"{target} has {times(lift)[:-1]} times its share of them"
            if lift
            else (f"none but {target} has any")
        )
        return (
            f"These {count(len(finding.members))} images share this pattern and {held}. "
            "Without the network it cannot be tested whether the pattern is the cause."
        )
    if finding.kind == "texture" and put.scrambled is not None:
        copies = f"scrambled copies {percent(put.scrambled)}"
        if put.rolled is not None and put.scrambled < SAME_EFFECT * put.flip:
            copies = f"copies rolled around {percent(put.rolled)}"
        return (
            f"Putting this texture into {count(put.n)} other images turned {percent(put.flip)} of "
            f"them into {target}, and {copies}; patterns made "
            f"the same way from random groups turned {percent(put.null_control)}."
        )
    more = ""
    if finding.kind == "place-free" and put.rolled is not None:
        more = f", and in other places {percent(put.rolled)}"
    if finding.kind == "colour":
        more = ", its mean colour alone about as many, its brightness without colour fewer"
    return (
        f"Putting this pattern into {count(put.n)} other images turned {percent(put.flip)} of "
        f"them into {target}{more}; patterns made the same way from random groups turned "
        f"{percent(put.null_control)}."
    )


def moves_sentence(finding: Finding) -> str:
    """How far the pattern moves among its members; empty for one that stays."""
    places = finding.pixels.places
    if places is None:
        return ""
    at = [places[key] for key in finding.members if key in places] or list(places.values())
    ways = zip(("down", "across"), zip(*at, strict=True), strict=False)
    spans = [(max(steps) - min(steps), way) for way, steps in ways if max(steps) > min(steps)]
    told = [f"{_plural(n, 'pixel')} {way}" for n, way in spans]
    if not told:
        return "It moves from image to image."
    return f"It moves from image to image, by up to {' and '.join(told)}."


def removal_sentence(finding: Finding) -> str:
    """What taking the pattern out did; the reason where that was not tried."""
    out = finding.removal
    if out is None:
        return f"Taking it out was not tried: {reason(finding, 'removal')}."
    return (
        f"Taking it out of the {count(out.n)} images that carry it turned {percent(out.drop)} away "
        f"from class {finding.class_}; taking out as much elsewhere turned {percent(out.control)}."
    )


def training_sentence(finding: Finding) -> str:
    """How often the pattern stands in the training images; the reason where that is not known."""
    seen = finding.training
    if seen is None:
        return f"The training images are not known: {reason(finding, 'training')}."
    others = f"in at most {percent(seen.others)} of any other class"
    return (
        f"It stands in {percent(seen.rate)} of the training images of class {finding.class_} "
        f"and {others if seen.others else 'in none of the others'}."
    )


def reason(finding: Finding, name: str) -> str:
    """Why a number is missing, without a full stop; `name` as in `missing`."""
    return finding.missing.get(name, "it was not measured").rstrip(".")


def place(
    box: tuple[int, int, int, int] | None, height: int, width: int, *, moves: bool = False
) -> str:
    """Size and place of a pattern, e.g. ``5 × 5 pixels, bottom left``.

    box: top, left, bottom, right with ends exclusive; None where there is no one place; moves:
    it is only the size that stays from image to image.
    """
    if box is None:
        return "no one place"
    top, left, bottom, right = box
    rows, columns = bottom - top, right - left
    if rows * columns >= 0.8 * height * width:
        return "the whole image"
    if moves:
        return f"{columns} × {rows} pixels, in changing places"
    upright = _third((top + bottom) / 2 / height, ("top", "", "bottom"))
    across = _third((left + right) / 2 / width, ("left", "", "right"))
    where = " ".join(word for word in (upright, across) if word) or "centre"
    return f"{columns} × {rows} pixels, {where}"


def silence(tried: int) -> str:
    """The sentence for a project in which nothing alarms; `tried` candidates were tested."""
    if not tried:
        return SILENCE
    return f"{SILENCE} {_plural(tried, 'candidate')} tested, none of them proven."


def chance_words(chance: Chance) -> str:
    """What chance would give beside what was found: ``expected by chance 0.4, found 3``."""
    return f"expected by chance {_mean(chance.expected)}, found {count(chance.found)}"


def chance_sentence(chance: Chance) -> str:
    """`chance_words` with what was counted, and how surely the expected number is known."""
    words = chance_words(chance)
    low, high = chance.interval
    return (
        f"{words[0].upper()}{words[1:]}: candidates that pass every test that needs no network, "
        f"with predicted classes permuted among images of like content "
        f"({_plural(chance.repeats, 'repeat')}, 95 % interval {_mean(low)} to {_mean(high)})."
    )


def stale_sentence(states: Mapping[str, str]) -> str:
    """Why what is shown is out of date, by the stages' states in order; empty when it is not."""
    changed = next((name for name, state in states.items() if state == "stale"), None)
    if changed is None:
        return ""
    return f"Stale: from before the {changed} {'were' if changed.endswith('s') else 'was'} changed."


def doubts(finding: Finding, contents: Mapping[str, int], elsewhere: int) -> list[Doubt]:
    """What would weaken the claim, worst first.

    contents: true label -> pool carriers with it; empty where labels are not known;
    elsewhere: pool carriers that were not given the class.
    """
    found = [
        _about_random_groups(finding),
        _about_scrambled(finding),
        _about_training(finding),
        _about_content(contents),
        _about_carriers(finding),
        _about_others(finding, elsewhere),
        _about_place(finding),
    ]
    order = {True: 0, None: 1, False: 2}
    return sorted((d for d in found if d), key=lambda d: order[d.weakens])


def _about_random_groups(finding: Finding) -> Doubt | None:
    put = finding.insertion
    if put is None:
        return Doubt(f"Putting it in was not tried: {reason(finding, 'insertion')}.", None)
    if put.null_control >= _AS_WELL * put.flip:
        return Doubt(f"Patterns of random groups work as well: {percent(put.null_control)}.", True)
    return Doubt(
        f"Patterns of random groups working as well. They do not: {percent(put.null_control)}.",
        False,
    )


def _about_scrambled(finding: Finding) -> Doubt | None:
    put = finding.insertion
    if put is None:
        return None
    if put.scrambled is None:
        return Doubt(
            f"Scrambled copies were not tried: {reason(finding, 'insertion.scrambled')}.", None
        )
    if put.scrambled >= _AS_WELL * put.flip:
        return Doubt(
            f"Scrambled copies work as well: {percent(put.scrambled)}. It is the "
            f"{'colour' if finding.kind == 'colour' else 'texture'} that counts, not the shape.",
            True,
        )
    return Doubt(f"Scrambled copies working as well. They do not: {percent(put.scrambled)}.", False)


def _about_training(finding: Finding) -> Doubt:
    seen = finding.training
    if seen is None:
        return Doubt(training_sentence(finding), None)
    if seen.others * 3 >= seen.rate:
        return Doubt(
            f"Training images of other classes carry it too: {percent(seen.others)}, "
            f"against {percent(seen.rate)} of class {finding.class_}.",
            True,
            "training elsewhere",
        )
    share = f"At most {percent(seen.others)} of any class do." if seen.others else "None do."
    return Doubt(f"Training images of other classes carrying it. {share}", False)


def _about_content(contents: Mapping[str, int]) -> Doubt:
    total = sum(contents.values())
    if not total:
        return Doubt("Whether one content carries it: the true labels are not known.", None)
    top, most = max(contents.items(), key=lambda item: item[1])
    if most >= _ONE_CONTENT * total:
        return Doubt(
            f"One content carries it: {percent(most / total)} of the carriers are {top}.",
            True,
            "carriers",
        )
    kinds = sum(1 for n in contents.values() if n)
    return Doubt(
        f"One content carrying it. It occurs in {kinds} of them, most often in {top} "
        f"({percent(most / total)}).",
        False,
    )


def _about_carriers(finding: Finding) -> Doubt:
    carriers = len(finding.template_matches)
    if carriers < _FEW_CARRIERS:
        return Doubt(f"Few carriers: {_plural(carriers, 'pool image')}.", True, "carriers")
    return Doubt(f"Few carriers. There are {count(carriers)} in the pool.", False)


def _about_others(finding: Finding, elsewhere: int) -> Doubt | None:
    if not elsewhere:
        return None
    carry = f"{count(elsewhere)} pool {'images carry' if elsewhere > 1 else 'image carries'} it"
    return Doubt(
        f"{carry} without being class {finding.class_}.",
        2 * elsewhere >= len(finding.template_matches),
        "carriers elsewhere",
    )


def _about_place(finding: Finding) -> Doubt | None:
    if finding.localised:
        return None
    return Doubt("It has no stable place, so no map can show it.", True)


def _third(share: float, words: tuple[str, str, str]) -> str:
    return words[min(2, int(share * 3))]


def _mean(value: float) -> str:
    """0.4 -> ``0.4``, 0.05 -> ``0.05``, 2.0 -> ``2``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _plural(number: int, noun: str) -> str:
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def _letters(place: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letter = chr(ord("A") + place % 26)
    return (_letters(place // 26 - 1) if place >= 26 else "") + letter
