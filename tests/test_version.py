"""What a bug report tells, and how little of it is loaded for --version."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

import spurview
from spurview.cli import version
from spurview.cli.app import cli

REPOSITORY = Path(__file__).parents[1]


def test_the_option_tells_versions_and_loads_nothing_slow() -> None:
    code = (
        "import sys; from spurview.cli.app import cli\n"
        "try: cli.main(['--version'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch', 'PySide6', 'h5py', 'numpy') if m in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    first, *rest, last = ran.stdout.splitlines()
    assert first == f"spurview {spurview.__version__}"
    assert last == "[]"
    assert {line.split()[0] for line in rest} >= {"Python", "system", "torch", "PySide6", "h5py"}


def test_the_command_tells_devices_and_libraries_too() -> None:
    result = CliRunner().invoke(cli, ["version", "--json"], catch_exceptions=False)
    told = json.loads(result.output)
    assert told["spurview"] == spurview.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["HDF5"])
    assert told["devices"].startswith("CPU, ")
    assert set(told) - {"spurview"} == set(version.installed() | version.loaded())


def test_what_is_missing_is_said_to_be(monkeypatch) -> None:
    monkeypatch.setitem(version._PACKAGES, "nothing", "spurview-no-such-package")
    assert version.installed()["nothing"] == version.MISSING
