"""`findings --json` keeps its promise to programs outside: the schema in docs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from spurview.core.arrays import Array, MemoryReader
from spurview.pipeline.findings import collect, to_json
from tests import constructed

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json.loads((REPOSITORY / "docs" / "findings.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def findings() -> dict[str, Any]:
    return collected(constructed.arrays())


def collected(arrays: dict[str, Array]) -> dict[str, Any]:
    info = constructed.info()
    data, keys, start = arrays["/images/keys"].tobytes(), [], 0
    for end in arrays["/images/keys_end"].tolist():
        keys.append(data[start:end].decode())
        start = end
    return json.loads(to_json(collect(MemoryReader(arrays), info, {}, keys)))


def test_schema_is_one(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


def test_constructed_findings_fit(schema: dict[str, Any], findings: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(schema).validate(findings)


def test_findings_with_chance_fit(schema: dict[str, Any]) -> None:
    found = collected(constructed.with_chance())
    jsonschema.Draft202012Validator(schema).validate(found)
    del found["chance"]["interval"]
    with pytest.raises(jsonschema.ValidationError, match="interval"):
        jsonschema.Draft202012Validator(schema).validate(found)


def test_findings_of_a_moved_pattern_fit(schema: dict[str, Any]) -> None:
    found = collected(constructed.moved())
    places = found["findings"][0]["pixels"]["places"]
    assert len(places) == len(constructed.CARRIERS)
    jsonschema.Draft202012Validator(schema).validate(found)
    places[next(iter(places))] = [1]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(found)


@pytest.mark.parametrize("name", ["chance", "missing"])
def test_findings_without_a_field_do_not_fit(
    schema: dict[str, Any], findings: dict[str, Any], name: str
) -> None:
    del findings[name]
    with pytest.raises(jsonschema.ValidationError, match=name):
        jsonschema.Draft202012Validator(schema).validate(findings)


@pytest.mark.parametrize("name", ["rank", "training", "pixels", "missing"])
def test_a_finding_without_a_field_does_not_fit(
    schema: dict[str, Any], findings: dict[str, Any], name: str
) -> None:
    del findings["findings"][0][name]
    with pytest.raises(jsonschema.ValidationError, match=name):
        jsonschema.Draft202012Validator(schema).validate(findings)


def test_every_null_has_its_reason(findings: dict[str, Any]) -> None:
    assert findings["chance"] is not None or findings["missing"]["chance"]
    for finding in findings["findings"]:
        for name in ("kind", "training", "insertion", "removal"):
            assert finding[name] is not None or finding["missing"][name]


def test_numbers_are_finite_and_ranks_unique(findings: dict[str, Any]) -> None:
    assert all(math.isfinite(number) for number in _numbers(findings))
    ranks = [finding["rank"] for finding in findings["findings"]]
    assert sorted(ranks) == list(range(1, len(ranks) + 1))


def test_map_has_the_size_it_says(findings: dict[str, Any]) -> None:
    for finding in findings["findings"]:
        pixels = finding["pixels"]
        assert [len(row) for row in pixels["map"]] == [pixels["width"]] * pixels["height"]


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _numbers(part)
    elif isinstance(value, (int, float)):
        yield value
