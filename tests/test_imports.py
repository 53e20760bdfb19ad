"""Who may import whom, and what start-up may load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def test_import_rules_hold() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("module", ["spurview", "spurview.cli", "spurview.sources"])
def test_importing_loads_neither_torch_nor_qt(module: str) -> None:
    slow = ("torch", "sklearn", "scipy", "PySide6", "pyqtgraph", "matplotlib", "h5py")
    code = f"import sys, {module}; print([m for m in {slow!r} if m in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
