"""What follows from the evidence: laws that hold whatever the thresholds are."""

from __future__ import annotations

import itertools
import math

import msgspec
import pytest

from spurview.core import decide
from spurview.core.decide import evidence_ratios, outcome
from spurview.core.evidence import CandidateRecord, InsertionRecord

RECORD = CandidateRecord(
    id="1-a",
    class_index=1,
    family="local",
    detectors=["class"],
    opacity=1.0,
    localised=True,
    matching=20,
    of_class=18,
    expected=6.0,
    lift=3.0,
    z=7.0,
    p=1e-9,
    q=1e-9,
    agreement=0.9,
    valley_pool=0.05,
    valley_training=0.02,
    training_rates=[0.01, 0.6, 0.03],
    training_q=1e-9,
    content_dependence=0.52,
)
INSERTION = InsertionRecord(
    flip=0.8,
    null_control=0.05,
    scrambled=0.1,
    rolled=0.1,
    n=200,
    interval=(0.75, 0.85),
    margin=6.0,
    null_margin=0.5,
)
PERFECT = dict.fromkeys(evidence_ratios(RECORD, INSERTION), 1.0)
NO_NETWORK = {k: 1.0 for k in PERFECT if k not in ("insertion", "margin")}
NO_TRAINING = {k: 1.0 for k in PERFECT if not k.startswith("training") and k != "valley_training"}


def changed(record, **fields):
    return msgspec.structs.replace(record, **fields)


def test_evidence_at_every_threshold_is_an_alarm():
    assert outcome(PERFECT) == "alarm"


@pytest.mark.parametrize("name", PERFECT)
def test_one_ratio_just_under_its_threshold_blocks_the_alarm(name):
    assert outcome({**PERFECT, name: 0.999}) != "alarm"


@pytest.mark.parametrize("name", PERFECT)
def test_one_ratio_that_is_no_number_blocks_the_alarm(name):
    assert outcome({**PERFECT, name: math.nan}) != "alarm"


@pytest.mark.parametrize("name", ["valley_pool", "valley_training", "agreement"])
def test_only_separation_missing_leaves_a_suspect(name):
    assert outcome({**PERFECT, name: 0.3}) == "suspect"


@pytest.mark.parametrize(
    "name",
    ["enrichment", "insertion", "margin", "training_rate", "training_lift", "independence"],
)
def test_anything_else_missing_leaves_a_candidate(name):
    assert outcome({**PERFECT, name: 0.999}) == "candidate"


@pytest.mark.parametrize("ratios", [NO_NETWORK, NO_TRAINING], ids=["no network", "no training"])
def test_what_could_not_be_asked_leaves_a_suspect_at_most(ratios):
    assert outcome(ratios) == "suspect"
    assert outcome({**ratios, "enrichment": 0.9}) == "candidate"


BETTER = {
    "enrichment": ({"z": 3.0}, {"z": 8.0}),
    "valley_pool": ({"valley_pool": 0.5}, {"valley_pool": 0.1}),
    "valley_training": ({"valley_training": 0.5}, {"valley_training": 0.1}),
    "agreement": ({"agreement": 0.4}, {"agreement": 0.8}),
    "independence": ({"content_dependence": 0.9}, {"content_dependence": 0.6}),
    "training_rate": ({"training_rates": [0.1, 0.3, 0]}, {"training_rates": [0.1, 0.5, 0]}),
    "training_lift": ({"training_rates": [0.1, 0.3, 0]}, {"training_rates": [0.02, 0.3, 0]}),
}


@pytest.mark.parametrize("name", BETTER)
def test_better_evidence_gives_a_higher_ratio(name):
    worse, better = (evidence_ratios(changed(RECORD, **c), INSERTION)[name] for c in BETTER[name])
    assert worse < better


def test_a_look_that_other_classes_share_lifts_a_class_too_little():
    """Of the whole image and of all of the class; what some of the class lack is no look of it."""
    shared = changed(RECORD, family="whole", class_index=1, training_rates=[0.12, 1.0, 0])
    assert evidence_ratios(shared, INSERTION)["training_lift"] < 1
    for other in ({"training_rates": [0.12, 0.9, 0]}, {"family": "local"}):
        assert evidence_ratios(changed(shared, **other), INSERTION)["training_lift"] > 1


@pytest.mark.parametrize(
    ("name", "field"), [("insertion", "null_control"), ("margin", "null_margin")]
)
def test_controls_weaken_the_experiment(name, field):
    stronger = changed(INSERTION, **{field: getattr(INSERTION, field) + 0.1})
    assert evidence_ratios(RECORD, stronger)[name] < evidence_ratios(RECORD, INSERTION)[name]


def test_specificity_controls_never_count():
    same = changed(INSERTION, scrambled=0.8, rolled=0.8)
    assert evidence_ratios(RECORD, same) == evidence_ratios(RECORD, INSERTION)


def test_ratios_are_one_exactly_at_the_thresholds():
    others = 0.1
    record = changed(
        RECORD,
        z=decide.LEAST_Z,
        agreement=decide.LEAST_AGREEMENT,
        valley_pool=decide.MOST_VALLEY_POOL["local"],
        valley_training=decide.MOST_VALLEY_TRAINING["local"],
        content_dependence=decide.MOST_DEPENDENCE,
        training_rates=[others, others + decide.LEAST_TRAINING_RATE, 0.0],
    )
    insertion = changed(
        INSERTION,
        flip=0.05 + decide.LEAST_FLIP,
        margin=0.5 + decide.LEAST_MARGIN,
    )
    ratios = evidence_ratios(record, insertion)
    del ratios["training_lift"]
    assert list(ratios.values()) == pytest.approx([1.0] * len(ratios))


def test_training_is_compared_with_the_highest_other_class():
    orders = itertools.permutations([0.01, 0.3])
    ratios = [evidence_ratios(changed(RECORD, training_rates=[a, 0.5, b]), None) for a, b in orders]
    assert ratios[0] == ratios[1]
    assert ratios[0]["training_rate"] == pytest.approx(0.2 / decide.LEAST_TRAINING_RATE)


def test_what_was_not_measured_has_no_ratio():
    bare = changed(RECORD, training_rates=None, valley_training=None, content_dependence=None)
    assert set(evidence_ratios(bare, None)) == {"enrichment", "valley_pool", "agreement"}


def test_a_class_that_carries_it_throughout_needs_no_valley_in_training():
    full = changed(RECORD, training_rates=[0.0, 0.99, 0.0], valley_training=5.0)
    sure = changed(INSERTION, margin=INSERTION.null_margin + decide.WHOLE_CLASS_MARGIN)
    unsure = changed(sure, margin=sure.margin - 0.01)
    assert evidence_ratios(full, sure)["valley_training"] >= 1
    assert evidence_ratios(full, unsure)["valley_training"] < 1
    half = changed(full, training_rates=[0.0, 0.5, 0.0])
    assert evidence_ratios(half, sure)["valley_training"] < 1
    shared = changed(full, training_rates=[decide.WHOLE_CLASS_OTHERS + 0.01, 0.99, 0.0])
    assert evidence_ratios(shared, sure)["valley_training"] < 1
    # Over the whole image it may be the look of the class, whatever the network makes of it.
    look = changed(full, family="whole")
    assert evidence_ratios(look, sure)["valley_training"] < 1
