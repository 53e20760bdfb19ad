"""The pages a newcomer follows first: their commands are the tested ones. Others: test_docs.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from spurview.cli.app import cli

REPOSITORY = Path(__file__).parents[1]
DEMO = "python3 -m pip install -e . && spurview demo"
TEST = "python3 -m pip install -e '.[test]' && python3 -m pytest"


def page(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[str]:
    return re.findall(r"^```\n(.*?)\n```$", page(name), re.MULTILINE | re.DOTALL)


def test_first_two_blocks_of_the_readme_are_the_two_commands() -> None:
    assert blocks("README.md")[:2] == [DEMO, TEST]


def test_guide_and_checks_use_the_same_test_command() -> None:
    assert blocks("CONTRIBUTING.md")[0].splitlines() == [TEST, ".ci/run"]
    # Taken from the README, so that what is checked is what stands there.
    assert f'grep -x -F "{TEST}" README.md' in page(".ci/run")


@pytest.mark.parametrize("name", [None, *cli.commands])
def test_every_command_has_help(name: str | None) -> None:
    result = CliRunner().invoke(cli, [*([name] if name else []), "-h"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
