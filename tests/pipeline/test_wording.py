"""The sentences of findings, word for word."""

from __future__ import annotations

import msgspec
import pytest

from spurview.core.arrays import MemoryReader
from spurview.pipeline import wording
from spurview.pipeline.findings import Chance, Finding, Findings, collect
from spurview.pipeline.wording_outcome import standing
from tests import constructed
from tests.core import test_decide as ratios


@pytest.fixture(scope="module")
def findings() -> Findings:
    arrays = constructed.arrays()
    keys = [str(i) for i in range(len(arrays["/images/role"]))]
    return collect(MemoryReader(arrays), constructed.info(), {}, keys)


@pytest.fixture
def alarm(findings: Findings) -> Finding:
    return findings.findings[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.62, "62 %"), (0.0, "0 %"), (1.0, "100 %"), (0.004, "0.4 %"), (0.996, "99.6 %")],
)
def test_percent(value, text):
    assert wording.percent(value) == text


def test_unknown_numbers_are_words():
    assert wording.percent(None) == wording.scientific(None) == wording.times(None) == "not known"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-20, "1·10⁻²⁰"), (0.1, "0.1"), (0.0123, "0.012"), (0.0, "below 1·10⁻³⁰⁰")],
)
def test_scientific(value, text):
    assert wording.scientific(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (100, "1 min 40 s"),
        (3599.6, "1 h 0 min"),
        (7000, "1 h 56 min"),
    ],
)
def test_duration(seconds, text):
    assert wording.duration(seconds) == text


def test_times_drops_the_decimal_from_ten_on():
    assert (wording.times(8.42), wording.times(48.3)) == ("8.4×", "48×")


def test_headline_of_an_alarm(alarm):
    assert wording.headline(alarm) == (
        "Putting this pattern into 100 other images turned 62 % of them into class b; "
        "patterns made the same way from random groups turned 2 %."
    )


def test_headline_of_a_texture_names_the_scrambled_copies(alarm):
    insertion = msgspec.structs.replace(alarm.insertion, scrambled=0.6)
    texture = msgspec.structs.replace(alarm, kind="texture", insertion=insertion)
    assert wording.headline(texture) == (
        "Putting this texture into 100 other images turned 62 % of them into class b, and "
        "scrambled copies 60 %; patterns made the same way from random groups turned 2 %."
    )


def test_headline_of_a_texture_names_the_copies_that_work_better(alarm):
    insertion = msgspec.structs.replace(alarm.insertion, scrambled=0.3, rolled=0.6)
    texture = msgspec.structs.replace(alarm, kind="texture", insertion=insertion)
    assert wording.headline(texture) == (
        "Putting this texture into 100 other images turned 62 % of them into class b, and copies "
        "rolled around 60 %; patterns made the same way from random groups turned 2 %."
    )


def test_headline_of_a_pattern_without_a_place_names_other_places(alarm):
    insertion = msgspec.structs.replace(alarm.insertion, rolled=0.58)
    free = msgspec.structs.replace(alarm, kind="place-free", insertion=insertion)
    assert wording.headline(free) == (
        "Putting this pattern into 100 other images turned 62 % of them into class b, and in "
        "other places 58 %; patterns made the same way from random groups turned 2 %."
    )


def test_headline_of_a_colour_names_colour_and_brightness(alarm):
    assert wording.headline(msgspec.structs.replace(alarm, kind="colour")) == (
        "Putting this pattern into 100 other images turned 62 % of them into class b, its mean "
        "colour alone about as many, its brightness without colour fewer; patterns made the same "
        "way from random groups turned 2 %."
    )


def test_scrambled_copies_of_a_colour_say_that_it_is_the_colour(alarm):
    insertion = msgspec.structs.replace(alarm.insertion, scrambled=0.6)
    colour = msgspec.structs.replace(alarm, kind="colour", insertion=insertion)
    texts = [doubt.text for doubt in wording.doubts(colour, {}, 0)]
    assert (
        "Scrambled copies work as well: 60 %. It is the colour that counts, not the shape." in texts
    )


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([(0, 0), (9, -3), (2, 4)], "by up to 9 pixels down and 7 pixels across."),
        ([(0, 0), (0, 1)], "by up to 1 pixel across."),
        ([(2, 1), (2, 1)], ""),
    ],
)
def test_a_moved_pattern_says_how_far_it_moves_among_its_members(alarm, places, said):
    members = [str(i) for i in range(len(places))]
    # What is no member says nothing: it is where a stranger matches best.
    at = dict(zip(members, places, strict=True)) | {"stranger": (12, 12)}
    pixels = msgspec.structs.replace(alarm.pixels, places=at)
    moved = msgspec.structs.replace(alarm, members=members, pixels=pixels)
    told = f"It moves from image to image, {said}" if said else "It moves from image to image."
    assert wording.headline(moved) == f"{wording.headline(alarm)} {told}"


def test_headline_without_a_network_claims_no_cause(alarm):
    untested = msgspec.structs.replace(alarm, insertion=None, outcome="suspect")
    assert wording.headline(untested) == (
        "These 30 images share this pattern and class b has 2.9 times its share of them. "
        "Without the network it cannot be tested whether the pattern is the cause."
    )


def test_missing_removal_gives_its_reason(findings):
    assert wording.removal_sentence(findings.findings[1]) == (
        "Taking it out was not tried: too few carriers."
    )


def test_names_count_letters_within_a_class(findings):
    assert wording.candidate_names(findings) == {"1-aaaaaaaa": "b · A", "0-bbbbbbbb": "a · A"}


def test_place_is_told_by_thirds():
    assert wording.place((1, 1, 4, 4), 16, 16) == "3 × 3 pixels, top left"
    assert wording.place((0, 0, 16, 16), 16, 16) == "the whole image"
    assert wording.place(None, 16, 16) == "no one place"
    assert wording.place((1, 1, 4, 6), 16, 16, moves=True) == "5 × 3 pixels, in changing places"


def test_scrambled_copies_that_work_weaken_the_claim(alarm):
    insertion = msgspec.structs.replace(alarm.insertion, scrambled=0.5)
    worst = wording.doubts(
        msgspec.structs.replace(alarm, insertion=insertion), {"8": 10, "9": 9}, 0
    )
    assert worst[0].weakens
    assert worst[0].text.startswith("Scrambled copies work as well: 50 %.")


def test_one_content_carrying_it_weakens_the_claim(alarm):
    worst = wording.doubts(alarm, {"8": 28, "9": 2}, 0)
    assert worst[0].text == "One content carries it: 93 % of the carriers are 8."


def test_unknown_labels_are_said(alarm):
    texts = [doubt.text for doubt in wording.doubts(alarm, {}, 0) if doubt.weakens is None]
    assert texts == ["Whether one content carries it: the true labels are not known."]


def test_carriers_of_other_classes_are_counted(alarm):
    texts = [doubt.text for doubt in wording.doubts(alarm, {}, 1)]
    assert "1 pool image carries it without being class b." in texts


def test_stale_names_the_first_stage_that_changed():
    states = {"images": "fresh", "classifier": "stale", "predictions": "stale"}
    assert wording.stale_sentence(states) == "Stale: from before the classifier was changed."
    assert wording.stale_sentence({"images": "fresh"}) == ""


def chance(**changes):
    return Chance(
        **({"repeats": 20, "expected": 0.4, "found": 3, "interval": (0.17, 0.79)} | changes)
    )


def test_chance_stands_beside_what_was_found():
    assert wording.chance_words(chance()) == "expected by chance 0.4, found 3"
    assert wording.chance_sentence(chance()) == (
        "Expected by chance 0.4, found 3: candidates that pass every test that needs no network, "
        "with predicted classes permuted among images of like content "
        "(20 repeats, 95 % interval 0.17 to 0.79)."
    )


@pytest.mark.parametrize(
    ("expected", "said"), [(0.0, "0"), (0.05, "0.05"), (1.0, "1"), (10.0, "10"), (2.25, "2.25")]
)
def test_the_expected_number_is_told_without_idle_zeros(expected, said):
    assert wording.chance_words(chance(expected=expected)) == f"expected by chance {said}, found 3"


@pytest.mark.parametrize("name", ratios.PERFECT)
def test_every_test_that_is_not_passed_is_named(alarm, name):
    suspect = msgspec.structs.replace(alarm, outcome="suspect", alarm=False)
    said = standing(suspect, ratios.PERFECT | {name: 0.99})
    assert said.startswith(
        "Suspect: the effect is there, but not every test for an alarm is passed. Against it: "
    )
    assert said.count(":") == 2
    assert ";" not in said
    others = {standing(suspect, ratios.PERFECT | {other: 0.99}) for other in ratios.PERFECT}
    assert len(others) == len(ratios.PERFECT)


def test_of_many_tests_the_clearest_three_are_named(alarm):
    listed = msgspec.structs.replace(alarm, outcome="candidate", alarm=False)
    failed = {"margin": 0.3, "insertion": 0.1, "independence": float("nan"), "enrichment": 0.9}
    failed |= {"training_rate": 0.8, "valley_pool": 3.0}
    said = standing(listed, failed)
    assert said.count(";") == 3
    assert said.endswith("; 2 more.")
    assert said.index("it turns hardly") < said.index("it moves the network hardly")


def test_a_suspect_that_passes_all_that_could_be_made_says_so(alarm):
    suspect = msgspec.structs.replace(alarm, outcome="suspect", alarm=False)
    assert standing(suspect, ratios.NO_NETWORK) == (
        "Suspect: every test that could be made is passed, but not all could be made."
    )


def test_an_alarm_needs_no_word_of_what_is_missing(alarm):
    assert standing(alarm, ratios.PERFECT) == ""
