"""Two networks on one pool: what is new, gone, unchanged."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from spurview.core.arrays import MemoryReader
from spurview.core.errors import InputError
from spurview.pipeline.comparison import Side, compare, lines, sentence
from spurview.pipeline.findings import collect
from spurview.project.codec import image_keys
from tests import constructed


def side(name: str, *, arrays=None, keep=lambda finding: True) -> Side:
    """The constructed project under a name, with some of its findings."""
    reader = MemoryReader(arrays or constructed.arrays())
    keys = image_keys(reader)
    found = collect(reader, constructed.info(), {}, keys)
    kept = [finding for finding in found.findings if keep(finding)]
    return Side(name, msgspec.structs.replace(found, findings=kept), reader, keys)


def statuses(first: Side, second: Side) -> list[tuple[str, str]]:
    return [(c.status, c.class_) for c in compare(first, second).findings]


def test_a_finding_is_new_or_gone_or_unchanged() -> None:
    both, alone = side("both"), side("one", keep=lambda finding: finding.class_ == "b")
    assert statuses(alone, both) == [("new", "a"), ("unchanged", "b")]
    assert statuses(both, alone) == [("gone", "a"), ("unchanged", "b")]


def test_images_are_the_same_by_content_under_other_names() -> None:
    arrays = constructed.arrays()
    renamed = arrays["/images/keys"].copy()
    renamed[renamed == ord("p")] = ord("q")
    found = compare(side("a"), side("b", arrays=arrays | {"/images/keys": renamed}))
    assert found.common == constructed.N_POOL
    assert [c.shared for c in found.findings] == [1.0, 1.0]


def test_findings_that_share_less_than_half_are_two() -> None:
    first = side("a")
    few = msgspec.structs.replace(
        first.findings.findings[0], members=first.findings.findings[0].members[:10]
    )
    findings = msgspec.structs.replace(first.findings, findings=[few])
    second = Side("b", findings, first.reader, first.keys)
    found = compare(first, second)
    assert [c.status for c in found.findings if c.class_ == few.class_] == ["new", "gone"]


def test_other_pools_cannot_be_compared() -> None:
    arrays = constructed.arrays()
    other = arrays | {
        "/images/digest": 255 - arrays["/images/digest"],
        "/images/keys": np.where(
            arrays["/images/keys"] == ord("o"), ord("u"), arrays["/images/keys"]
        ).astype(np.uint8),
    }
    with pytest.raises(InputError, match="no image of the pool in common"):
        compare(side("a"), side("b", arrays=other))


def test_the_sentence_counts_what_the_table_lists() -> None:
    found = compare(side("one", keep=lambda finding: finding.class_ == "b"), side("both"))
    assert sentence(found) == (
        "On the 240 images of the pool, both has 1 new, 0 gone and 1 unchanged beside one."
    )
    told = list(lines(found))
    assert told[3].startswith("new")
    assert "–" in told[3]
