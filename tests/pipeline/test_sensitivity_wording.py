"""What trials on the project's own images say beside an alarm."""

from __future__ import annotations

import msgspec
import pytest

from spurview.core.arrays import MemoryReader
from spurview.pipeline.findings import Finding, collect
from spurview.pipeline.sensitivity_wording import measure_sentence, record_mark
from spurview.project.model import ProjectInfo, SensitivityRecord
from tests import constructed

RATIOS = {"enrichment": 3.0, "margin": 1.254, "insertion": 2.0}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    arrays = constructed.arrays()
    keys = [str(i) for i in range(len(arrays["/images/role"]))]
    return collect(MemoryReader(arrays), constructed.info(), {}, keys).findings


def tried(*, clean_runs=5, clean_alarms=0, mark="") -> ProjectInfo:
    """A project whose own images were tried with nothing planted."""
    info = constructed.info()
    record = SensitivityRecord(
        fingerprint=mark or record_mark(info),
        made="",
        side_px=6,
        points=[],
        clean_runs=clean_runs,
        clean_alarms=clean_alarms,
    )
    return msgspec.structs.replace(info, sensitivity=record)


def test_an_alarm_is_told_beside_runs_that_give_none(findings):
    assert measure_sentence(tried(), findings[0], RATIOS) == (
        "Its least evidence is 1.25 times what an alarm needs; with nothing planted none of 5 runs "
        "on these images alarmed."
    )


def test_images_that_alarm_by_themselves_cast_doubt(findings):
    told = measure_sentence(tried(clean_runs=1, clean_alarms=1), findings[0], RATIOS)
    assert "1 of 1 run on these images alarmed as well" in told
    assert told.endswith("or alarms on them are not to be trusted.")


def test_nothing_is_said_of_what_nobody_tried(findings):
    assert measure_sentence(constructed.info(), findings[0], RATIOS) == ""
    assert measure_sentence(tried(clean_runs=0), findings[0], RATIOS) == ""
    assert measure_sentence(tried(mark="of other images"), findings[0], RATIOS) == ""
    assert measure_sentence(tried(), findings[0], {}) == ""


def test_what_is_no_alarm_needs_no_comparison(findings):
    suspect = msgspec.structs.replace(findings[0], outcome="suspect", alarm=False)
    assert measure_sentence(tried(), suspect, RATIOS) == ""
