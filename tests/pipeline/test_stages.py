"""Which change makes which product stale: over every setting there is, and every product."""

from __future__ import annotations

import msgspec
import pytest

from spurview.core.arrays import MemoryReader
from spurview.core.settings import setting_keys, with_setting
from spurview.pipeline.stages import (
    OPTIONAL_NAMES,
    STAGE_NAMES,
    STAGES,
    fingerprint,
    stage_named,
    states,
)
from spurview.project.schema import rule_for
from tests import constructed

SEARCHED = {"candidates", "verification", "layout", "chance"}
EMBEDDED = {"embedding", *SEARCHED}
TRAINED = {"classifier", "predictions", *SEARCHED}
EVERYTHING = {*TRAINED, "embedding"}

# A project cannot read its sources again, so no setting makes its images stale.
CHANGES = {
    "seed": ("5", EVERYTHING),
    "images.size_px": ("32", set()),
    "images.aspect": ("pad", set()),
    "images.test_share": ("0.2", set()),
    "classifier.architecture": ("resnet18", TRAINED),
    "classifier.epochs": ("9", TRAINED),
    "classifier.batch": ("32", TRAINED),
    "classifier.learning_rate": ("0.001", TRAINED),
    "classifier.augmentation": ("flip", TRAINED),
    "classifier.patience": ("3", TRAINED),
    "classifier.class_weights": ("balanced", TRAINED),
    "classifier.mixed_precision": ("false", TRAINED),
    "classifier.weights": ("start.safetensors", TRAINED),
    "classifier.weights_digest": ("0" * 64, TRAINED),
    "embedding.latent_dims": ("8", EMBEDDED),
    "embedding.epochs": ("9", EMBEDDED),
    "embedding.batch": ("32", EMBEDDED),
    "embedding.learning_rate": ("0.001", EMBEDDED),
    "embedding.neighbours": ("7", EMBEDDED),
    "candidates.method": ("literal", SEARCHED),
    "candidates.per_class": ("3", SEARCHED),
    "verification.insertions": ("99", {"verification"}),
    "verification.controls": ("3", {"verification"}),
    "chance.repeats": ("3", {"chance"}),
}
ALL = (*STAGE_NAMES, *OPTIONAL_NAMES)


@pytest.fixture(scope="module")
def reader():
    return MemoryReader(constructed.with_chance())


def finished(**fingerprints):
    """The constructed project with the fingerprint of each product as it is now, or as given."""
    info = constructed.info()
    for name in ALL[1:]:
        mark = fingerprints.get(name, fingerprint(name, info))
        record = info.stages.get(name, constructed.stage())
        record = msgspec.structs.replace(record, fingerprint=mark)
        info = msgspec.structs.replace(info, stages={**info.stages, name: record})
    return info


def stale(info, reader):
    return {name for name, state in states(info, reader).items() if state != "fresh"}


def test_every_setting_is_in_the_table():
    assert set(CHANGES) == set(setting_keys())


def test_nothing_is_stale_after_a_run(reader):
    assert stale(finished(), reader) == set()


@pytest.mark.parametrize("key", CHANGES)
def test_a_setting_makes_stale_what_depends_on_it_and_nothing_else(reader, key):
    value, wanted = CHANGES[key]
    info = finished()
    changed = msgspec.structs.replace(info, settings=with_setting(info.settings, key, value))
    assert changed.settings != info.settings
    assert stale(changed, reader) == wanted


@pytest.mark.parametrize("key", CHANGES)
def test_a_setting_put_back_makes_all_fresh_again(reader, key):
    info = finished()
    there = with_setting(info.settings, key, CHANGES[key][0])
    before = msgspec.to_builtins(info.settings)
    for part in key.split("."):
        before = before[part]
    back = msgspec.structs.replace(info, settings=with_setting(there, key, str(before)))
    assert stale(back, reader) == set()


def test_other_images_make_everything_stale(reader):
    info = finished()
    images = msgspec.structs.replace(info.stages["images"], fingerprint="1" * 32)
    changed = msgspec.structs.replace(info, stages={**info.stages, "images": images})
    assert stale(changed, reader) == EVERYTHING


@pytest.mark.parametrize("name", ALL[1:])
def test_a_product_of_other_settings_is_stale_alone(reader, name):
    """What comes after is judged by the settings, not by the state of what came before."""
    assert states(finished(**{name: "0" * 32}), reader)[name] == "stale"
    assert stale(finished(**{name: "0" * 32}), reader) == {name}


@pytest.mark.parametrize("name", STAGE_NAMES)
def test_a_product_without_record_is_missing(reader, name):
    info = finished()
    kept = {other: record for other, record in info.stages.items() if other != name}
    assert states(msgspec.structs.replace(info, stages=kept), reader)[name] == "missing"


@pytest.mark.parametrize("name", STAGE_NAMES)
def test_a_record_without_product_is_missing(name):
    prefix = stage_named(name).makes[0]
    kept = {k: v for k, v in constructed.arrays().items() if not k.startswith(prefix)}
    assert states(finished(), MemoryReader(kept))[name] == "missing"


def test_states_come_in_the_order_of_the_stages(reader):
    assert tuple(states(finished(), reader)) == ALL


@pytest.mark.parametrize("lost", ["record", "product"])
def test_an_optional_stage_without_product_lacks_nothing(reader, lost):
    info = finished()
    if lost == "record":
        kept = {name: record for name, record in info.stages.items() if name != "chance"}
        info = msgspec.structs.replace(info, stages=kept)
    else:
        reader = MemoryReader(constructed.arrays())
    assert "chance" not in states(info, reader)
    assert stale(info, reader) == set()


def test_fingerprints_are_hex_and_unlike():
    marks = [fingerprint(name, constructed.info()) for name in ALL]
    assert len(set(marks)) == len(marks)
    assert all(len(mark) == 32 and int(mark, 16) >= 0 for mark in marks)


def test_a_new_version_of_a_stages_code_makes_it_and_what_follows_stale(reader, monkeypatch):
    from dataclasses import replace

    from spurview.pipeline import stages

    info = finished()
    newer = replace(stage_named("embedding"), version=99)
    monkeypatch.setitem(stages._BY_NAME, "embedding", newer)
    assert stale(info, reader) == EMBEDDED


def test_stages_need_only_what_comes_before():
    for index, stage in enumerate(STAGES):
        assert set(stage.needs) <= set(STAGE_NAMES[:index])


def test_what_is_optional_comes_last():
    assert tuple(stage.name for stage in STAGES) == ALL


def test_what_a_stage_makes_is_in_the_format():
    names = set(constructed.with_chance())
    for stage in STAGES:
        made = [name for name in names if name.startswith(stage.makes[0])]
        assert made
        assert all(rule_for(name) for name in made)


def test_settings_that_came_later_leave_the_first_projects_fresh():
    """What a project with the settings of the first version was marked with, worked out then."""
    assert fingerprint("classifier", constructed.info()) == "0f635bf61f603e440111a60ac5d2f782"


def test_an_unknown_stage_is_no_stage():
    with pytest.raises(KeyError, match="coffee"):
        stage_named("coffee")
