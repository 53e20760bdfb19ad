"""Findings of the constructed project, against what was put into it by hand."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from spurview.core.arrays import MemoryReader
from spurview.core.errors import StageError
from spurview.core.evidence import CandidateRecord, ClassRecord, VerificationRecord
from spurview.pipeline.findings import (
    Findings,
    candidate_records,
    candidate_rows,
    collect,
    to_json,
)
from spurview.pipeline.stages import STAGE_NAMES, fingerprint
from spurview.project.model import Verdict
from tests import constructed


def keys_of(arrays):
    ends = [0, *arrays["/images/keys_end"].tolist()]
    data = arrays["/images/keys"].tobytes()
    return [data[a:b].decode() for a, b in pairwise(ends)]


def collected(arrays=None, info=None, verdicts=None):
    arrays = arrays or constructed.arrays()
    info = info or constructed.info()
    return collect(MemoryReader(arrays), info, verdicts or {}, keys_of(arrays))


@pytest.fixture(scope="module")
def findings():
    return collected()


@pytest.fixture(scope="module")
def patch(findings):
    """The constructed alarm."""
    return findings.findings[0]


def changed_records(name, kind, change):
    """The constructed arrays with every record under `name` changed."""
    arrays = constructed.arrays()
    records = msgspec.json.decode(arrays[name].tobytes(), type=list[kind])
    return arrays | {name: constructed.as_json([change(record) for record in records])}


def test_images_are_counted_by_role(findings):
    assert (findings.images.interest, findings.images.pool) == (60, 240)


def test_findings_come_by_rank(findings):
    assert [(f.rank, f.id, f.class_) for f in findings.findings] == [
        (1, "1-aaaaaaaa", "b"),
        (2, "0-bbbbbbbb", "a"),
    ]


def test_ranks_and_not_the_order_in_the_file_count():
    def turned(record):
        return msgspec.structs.replace(record, rank=3 - record.rank)

    arrays = changed_records("/verification/records", VerificationRecord, turned)
    assert [f.id for f in collected(arrays).findings] == ["0-bbbbbbbb", "1-aaaaaaaa"]


def test_alarms_and_the_models_score(findings):
    assert findings.alarms == 1
    assert findings.model_score == 0.93
    assert [f.alarm for f in findings.findings] == [True, False]


def test_members_are_named_most_typical_first(patch):
    assert patch.members == [f"pool/{i:03}.png" for i in range(30)]


def test_template_matches_are_all_pool_hits_best_first(patch):
    scores = constructed.arrays()["/candidates/scores"][0]
    best = constructed.CARRIERS[np.argsort(-scores[constructed.CARRIERS], kind="stable")]
    assert patch.template_matches == [f"pool/{row - 60:03}.png" for row in best]


def test_training_against_the_highest_other_class(patch):
    training = patch.training
    assert (training.rate, training.others, training.q) == (0.9, 0.01, 1e-20)
    assert training.lift == pytest.approx(90)


def test_training_matches_are_training_images_of_the_class(patch):
    """Rows 1, 4, 7 ... of the first 50 carry the patch; test images are not listed."""
    wanted = {f"interest/b/{i:03}.png" for i in range(1, 50, 3)}
    assert set(patch.training.matches) == wanted
    assert len(patch.training.matches) == len(wanted)


def test_test_images_are_no_training_matches(patch):
    arrays = constructed.arrays()
    arrays["/candidates/hits"][0, 50:60] = 1
    assert collected(arrays).findings[0].training.matches == patch.training.matches


def test_training_matches_of_the_class_itself_come_first():
    arrays = constructed.arrays()
    arrays["/candidates/hits"][0, [0, 2]] = 1
    arrays["/candidates/scores"][0, [0, 2]] = 5, 4
    matches = collected(arrays).findings[0].training.matches
    assert matches[-2:] == ["interest/a/000.png", "interest/c/002.png"]


def test_evidence_is_passed_on(patch):
    assert (patch.pool.matching, patch.pool.of_class, patch.pool.lift) == (16, 15, 2.9)
    assert (patch.insertion.flip, patch.insertion.interval) == (0.62, (0.52, 0.71))
    assert (patch.removal.drop, patch.removal.n) == (0.7, 30)


def test_pixels_hold_the_map_row_by_row(patch):
    assert (patch.pixels.height, patch.pixels.width) == (16, 16)
    wanted = np.zeros((16, 16))
    wanted[1:4, 1:4] = 0.9
    assert np.array(patch.pixels.map) == pytest.approx(wanted)


def test_a_pattern_that_stays_has_no_places(findings):
    assert findings.findings[0].pixels.places is None
    assert "places" not in json.loads(to_json(findings))["findings"][0]["pixels"]


def test_places_name_each_template_match_of_a_moved_pattern():
    arrays = constructed.moved()
    moved, still = collected(arrays).findings
    assert set(moved.pixels.places) == set(moved.template_matches)
    keys, places = keys_of(arrays), arrays["/candidates/places"][0]
    for row in constructed.CARRIERS:
        assert moved.pixels.places[keys[row]] == tuple(places[row].tolist())
    assert still.pixels.places is None


def test_each_class_has_its_outcome(findings):
    assert [(c.class_, c.pool, c.outcome) for c in findings.per_class] == [
        ("a", 70, "nothing found"),
        ("b", 90, "alarm"),
        ("c", 11, "cannot tell"),
    ]
    assert findings.per_class[2].reason.startswith("only 11 pool images")


def test_predictions_are_of_the_pool_alone(findings):
    predicted = constructed.arrays()["/predictions/class"]
    assert len(findings.predictions) == 240
    assert findings.predictions["pool/000.png"] == "b"
    assert findings.predictions["pool/239.png"] == constructed.CLASS_NAMES[predicted[299]]


def test_verdicts_stand_with_their_candidates():
    verdict = Verdict(class_name="b", verdict="spurious", note="a patch", tags=["scanner"])
    first, second = collected(verdicts={"1-aaaaaaaa": verdict}).findings
    assert (first.verdict, first.note, first.tags) == ("spurious", "a patch", ["scanner"])
    assert (second.verdict, second.note, second.tags) == (None, "", [])


def test_a_pattern_in_no_other_class_has_no_lift():
    def alone(record):
        return msgspec.structs.replace(record, training_rates=[0.0, 0.9, 0.0])

    arrays = changed_records("/candidates/records", CandidateRecord, alone)
    training = collected(arrays).findings[0].training
    assert (training.others, training.lift) == (0.0, None)


def test_without_training_images_training_is_not_known():
    def bare(record):
        return msgspec.structs.replace(
            record, training_rates=None, training_q=None, valley_training=None
        )

    arrays = changed_records("/candidates/records", CandidateRecord, bare)
    assert [f.training for f in collected(arrays).findings] == [None, None]


def test_no_candidates_are_no_findings():
    def emptied(name, values):
        return values[:0] if name.startswith(("/candidates/", "/verification/")) else values

    arrays = {name: emptied(name, values) for name, values in constructed.arrays().items()}
    for name in ("/candidates/records", "/verification/records"):
        arrays[name] = constructed.as_json([])
    searched = [ClassRecord(class_index=k, pool=80, searched=True) for k in range(3)]
    arrays["/candidates/classes"] = constructed.as_json(searched)
    found = collected(arrays)
    assert (found.findings, found.alarms, found.model_score) == ([], 0, 0.0)
    assert {c.outcome for c in found.per_class} == {"nothing found"}


@pytest.mark.parametrize("stage", ["predictions", "embedding", "candidates", "verification"])
def test_a_missing_stage_is_named(stage):
    info = constructed.info()
    kept = {name: record for name, record in info.stages.items() if name != stage}
    with pytest.raises(StageError, match=f"stage {stage} has not run yet"):
        collected(info=msgspec.structs.replace(info, stages=kept))


def test_findings_are_stale_until_every_stage_but_the_layout_is_fresh(findings):
    assert findings.stale
    info = constructed.info()
    for name in STAGE_NAMES[1:-1]:
        mark = fingerprint(name, info)
        record = msgspec.structs.replace(info.stages[name], fingerprint=mark)
        info = msgspec.structs.replace(info, stages={**info.stages, name: record})
    assert not collected(info=info).stale


def test_chance_is_passed_on():
    found = collected(constructed.with_chance())
    assert (found.chance.repeats, found.chance.found) == (5, 1)
    assert found.chance.expected == pytest.approx(0.4)
    assert found.chance.interval == (0.05, 1.44)
    assert found.missing == {}


def test_without_chance_the_reason_is_given(findings):
    assert findings.chance is None
    assert findings.missing["chance"].startswith("it was not asked for")


def test_chance_that_is_stale_does_not_make_findings_so():
    """It tells how often it searched, and with other candidates it would be gone."""
    info = constructed.info()
    for name in STAGE_NAMES[1:]:
        record = msgspec.structs.replace(info.stages[name], fingerprint=fingerprint(name, info))
        info = msgspec.structs.replace(info, stages={**info.stages, name: record})
    info = msgspec.structs.replace(info, stages={**info.stages, "chance": constructed.stage()})
    found = collected(constructed.with_chance(), info)
    assert not found.stale
    assert found.chance.repeats == 5


def test_rows_of_each_candidate_by_its_id():
    reader = MemoryReader(constructed.arrays())
    rows = candidate_rows(reader)
    assert list(rows) == [record.id for record in candidate_records(reader)]
    assert rows["1-aaaaaaaa"].members.tolist() == constructed.CARRIERS.tolist()
    assert (rows["0-bbbbbbbb"].index, len(rows["0-bbbbbbbb"].members)) == (1, 12)


def numbers_in(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for item in value for number in numbers_in(item)]
    return [value] if isinstance(value, float) else []


def test_json_says_the_same_and_every_number_is_finite(findings):
    text = to_json(findings)
    assert msgspec.json.decode(text, type=Findings) == findings
    read = json.loads(text)
    assert read["findings"][0]["class"] == "b"
    numbers = numbers_in(read)
    assert len(numbers) > 500
    assert all(math.isfinite(number) for number in numbers)
