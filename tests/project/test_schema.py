from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spurview.project import schema
from spurview.project.schema import Extent
from tests import constructed
from tests.project.archive import allowed

ROW = re.compile(r"^\| `(/[^`]+)` \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)


def test_the_format_page_lists_every_dataset_as_the_table_has_it() -> None:
    page = (Path(__file__).parents[2] / "docs" / "FORMAT.md").read_text(encoding="utf-8")
    documented = [
        (name, types.strip().split(", "), shape.strip()) for name, types, shape in ROW.findall(page)
    ]
    assert documented == [
        (
            rule.name,
            [dtype.lstrip("<|") for dtype in rule.dtypes],
            "any" if rule.dims is None else f"({', '.join(rule.dims)})",
        )
        for rule in schema.RULES
    ]


def test_the_format_page_names_every_field_and_every_value_of_the_json() -> None:
    page = (Path(__file__).parents[2] / "docs" / "FORMAT.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[\w-]+", page))
    fields = allowed()["fields"].values()
    names = {name for record in fields for name in record["properties"]}
    values = {value for record in fields for value in _given_values(record)}
    assert {"class_index", "margin", "interpolation"} < names
    assert {"moved", "place-free", "lanczos"} < values
    assert (names | values) - words == set()


def _given_values(schema: object) -> Iterator[str]:
    """All that stands in an `enum` somewhere in a JSON schema."""
    if isinstance(schema, dict):
        yield from (str(value) for value in schema.get("enum", []))
        schema = list(schema.values())
    for inner in schema if isinstance(schema, list) else []:
        yield from _given_values(inner)


def test_every_array_of_the_constructed_project_has_its_place() -> None:
    for name, array in (constructed.with_chance() | constructed.moved()).items():
        assert schema.misfit(name, array.dtype.str, array.shape) is None


@pytest.mark.parametrize(
    ("key", "allowed"),
    [
        ("layer1.0.bn1.num_batches_tracked", True),
        ("Conv2d_1a_3x3.conv.weight", True),
        ("blocks.0-1", True),
        ("0", True),
        ("a" * 200, True),
        ("a" * 201, False),
        ("..", False),
        (".", False),
        ("", False),
        ("a/b", False),
        ("a\n", False),
        ("é", False),
    ],
)
def test_state_dict_keys(key: str, allowed: bool) -> None:
    assert (schema.rule_for(f"/classifier/weights/{key}") is not None) == allowed


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("/images/pixels", (2, 1025, 8, 1)),
        ("/images/pixels", (2, 8, 8, 4)),
        ("/images/role", (2**24 + 1,)),
        ("/classifier/curve", (2, 2)),
        ("/candidates/places", (2, 300)),
        ("/candidates/places", (2, 300, 3)),
        ("/settings", (16 * 2**20 + 1,)),
        ("/settings", ()),
        ("/classifier/weights/w", (1, 1, 1, 1, 1, 1)),
    ],
)
def test_shapes_have_limits(name: str, shape: tuple[int, ...]) -> None:
    rule = schema.rule_for(name)
    assert rule is not None
    assert schema.misfit(name, rule.dtypes[0], shape) is not None


def test_groups_follow_from_the_names() -> None:
    assert {"/images", "/classifier", "/classifier/weights", "/layout"} < schema.GROUPS
    assert all(group.count("/") <= schema.MAX_DEPTH for group in schema.GROUPS)


def test_extents_must_not_share_bytes_or_leave_the_file() -> None:
    first, second = Extent("|u1", (8,), 512, 8), Extent("|u1", (8,), 520, 8)
    nothing = Extent("|u1", (0,), 512, 0)
    assert schema.misplacement([second, first, nothing], 528) is None
    assert schema.misplacement([first, second], 527) == "data beyond the end of the file"
    assert schema.misplacement([first, first], 528) == "two datasets share bytes"
