"""The pages a newcomer follows: their commands are the tested ones, their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from spurview.cli.app import cli

REPOSITORY = Path(__file__).parents[1]
DEMO = "python3 -m pip install -e . && spurview demo"
TEST = "python3 -m pip install -e '.[test]' && python3 -m pytest"
PAGES = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md")


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


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page(name))
    here = [target for target in targets if "://" not in target]
    assert [target for target in here if not (REPOSITORY / target).exists()] == []


def test_commands_in_the_readme_exist() -> None:
    named = re.findall(r"^spurview ([a-z]+) ", "\n".join(blocks("README.md")), re.MULTILINE)
    assert named
    assert set(named) <= set(cli.commands)
    options = set(re.findall(r"--[a-z-]+", page("README.md")))
    known = {option for c in cli.commands.values() for p in c.params for option in p.opts}
    assert options <= known


@pytest.mark.parametrize("name", [None, *cli.commands])
def test_every_command_has_help(name: str | None) -> None:
    result = CliRunner().invoke(cli, [*([name] if name else []), "-h"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
