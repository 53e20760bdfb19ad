"""What the commands say, made from constructed findings."""

from __future__ import annotations

import msgspec
import pytest

from spurview.cli import text
from spurview.core.arrays import MemoryReader
from spurview.pipeline import findings_text, wording_project
from spurview.pipeline.findings import Finding, Findings, collect
from spurview.project.model import PlantedPattern, SkippedImage
from tests import constructed

PLANTED = PlantedPattern(
    kind="noise-patch",
    class_name="b",
    height=3,
    width=4,
    top=1,
    left=2,
    strength=1.0,
    share_of_class=0.8,
    share_of_pool=0.05,
    seed=0,
)


@pytest.fixture
def findings() -> Findings:
    arrays, info = constructed.arrays(), constructed.info()
    keys = [f"interest/b/{i}" for i in range(constructed.N_INTEREST)]
    keys += [f"pool/{i}" for i in range(constructed.N_POOL)]
    return collect(MemoryReader(arrays), info, {}, keys)


@pytest.fixture
def alarm(findings: Findings) -> Finding:
    return findings.findings[0]


def test_an_alarm_is_told_with_all_its_evidence(alarm: Finding, findings: Findings) -> None:
    told = "\n".join(findings_text.finding_text(alarm, findings))
    assert told.startswith("Finding 1 (1-aaaaaaaa): alarm, pattern, class b · A")
    assert "turned 62 % of them into class b" in told
    assert "turned 70 % away from class b" in told
    assert "in 90 % of the training images of class b" in told
    assert "3 × 3 pixels, top left" in told


def test_training_images_are_counted_and_the_first_named(alarm: Finding) -> None:
    told = "\n".join(text.training_list(alarm))
    number = len(alarm.training.matches) if alarm.training else 0
    assert f"class b that carry it: {number}" in told
    assert told.count("interest/b/") == text.SHOWN_KEYS
    assert f"and {number - text.SHOWN_KEYS} more" in told


def test_finding_without_training_images_lists_none(alarm: Finding) -> None:
    assert list(text.training_list(msgspec.structs.replace(alarm, training=None))) == []


def test_planted_pattern_is_told_with_its_place() -> None:
    told = " ".join(wording_project.planted_text([PLANTED]))
    assert "a patch of noise of 4 × 3 pixels at row 1, column 2, in 80 % of the training" in told
    assert told.endswith("images of class b and in 5 % of the pool.")
    assert "Nothing was planted" in next(wording_project.planted_text([]))


def test_the_finding_that_names_the_carriers_is_the_planted_one(
    alarm: Finding, findings: Findings
) -> None:
    carriers = {*alarm.template_matches[:20], "pool/other"}
    assert text.found_text(PLANTED, carriers, findings) == (
        "This is the planted pattern: finding 1 names 20 of the 21 pool images that carry it, "
        "and 10 others."
    )


def test_carriers_of_another_class_are_not_the_planted_pattern(
    alarm: Finding, findings: Findings
) -> None:
    other = msgspec.structs.replace(PLANTED, class_name="a")
    told = text.found_text(other, set(alarm.template_matches), findings)
    assert told.startswith("The planted pattern was not found")


def test_stale_findings_say_so_first(findings: Findings) -> None:
    stale = msgspec.structs.replace(findings, stale=True)
    assert next(findings_text.findings_table(stale)).startswith("Stale: ")


@pytest.mark.parametrize(
    ("shown", "last"),
    [
        (2, "  and 7 more (spurview info lists them)"),
        (None, "  and 6 more (the project lists no more of them)"),
    ],
)
def test_files_left_out_are_told_where_they_are_listed(shown: int | None, last: str) -> None:
    listed = [SkippedImage(source=1, path=f"{i}.png", reason="damaged") for i in range(3)]
    info = msgspec.structs.replace(constructed.info(), skipped=listed, skipped_total=9)
    assert list(text.skipped_text(info, shown=shown))[-1] == last
