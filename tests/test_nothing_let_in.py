"""No code from files, no sockets: by reading our source, and by watching a project being opened."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from spurview.project.store import Project
from tests import constructed

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "spurview").rglob("*.py"))
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
NET = {"socket", "ssl", "http", "urllib", "urllib3", "requests", "ftplib", "smtplib", "asyncio"}
CALLS = {"eval", "exec", "compile", "__import__"}
# Where a person has agreed to run their own file; nowhere else may code come from a file.
RUNS_A_PERSONS_FILE = {"sources/python_network.py", "sources/network_code.py"}


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
    return names


def faults(source: str) -> list[str]:
    """Everything in a module that could run code from a file or reach a network."""
    tree = ast.parse(source)
    found = sorted(imported(tree) & (MODULES | NET))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        options = {k.arg: ast.unparse(k.value) for k in node.keywords}
        if name in CALLS or name.endswith((".system", ".popen", "jit.load", "export.load")):
            found.append(name)
        if options.get("allow_pickle", "False") != "False" or options.get("shell") == "True":
            found.append(f"{name} with {options}")
        if name.endswith("torch.load") and options.get("weights_only") != "True":
            found.append(f"{name} without weights_only=True")
        if name in ("np.load", "numpy.load") and options.get("allow_pickle") != "False":
            found.append(f"{name} without allow_pickle=False")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_module_runs_code_from_files_or_reaches_a_network(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from socket import socket",
        "import urllib.request",
        "eval('1')",
        "torch.load(path)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(x, shell=True)",
        "torch.jit.load(path)",
    ],
)
def test_the_test_finds_what_it_looks_for(source: str) -> None:
    assert faults(source)


WATCH = """
import json, os, sys
from pathlib import Path
from spurview.project.store import Project
import spurview.core.errors
path = Path(sys.argv[1])
Project.open(path, lock=False)  # once before, so that all modules are loaded
opened, network = set(), []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        opened.add(os.fsdecode(arguments[0]))
    elif event.startswith(("socket.", "urllib", "ftplib", "http")):
        network.append(event)
sys.addaudithook(hook)
from spurview.project import journal
with Project.open(path) as project:
    project.read("/images/pixels")
    project.keys()
    journal.unsaved(project.path, project.info, project.verdicts)
print(json.dumps([sorted(opened), network]))
"""
# What Python and the system need to start a child and to tell whether a lock's holder lives.
OF_THE_SYSTEM = ("/proc/", "/dev/null", sys.prefix, sys.base_prefix, str(ROOT / "spurview"))


def test_opening_opens_the_project_its_journal_and_its_lock_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.spurview"
    Project.create(path, constructed.info(), constructed.arrays()).close()
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    opened, network = json.loads(done.stdout)
    ours = {name for name in opened if not name.startswith(OF_THE_SYSTEM)}
    assert ours == {str(path), f"{path}.lock", f"{path}.journal"}
    assert network == []
