"""A whole session under a real X server, with a real mouse and keyboard."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from spurview.project.store import Project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
    ),
]


@pytest.fixture
def screen():
    """The name of a display of its own."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    number = os.read(read, 16).decode().strip()
    yield f":{number}"
    os.close(read)
    server.terminate()
    server.wait(20)


def test_a_session_leaves_no_line_on_stderr(screen, tmp_path, case_path):
    """Open, lasso, judge, undo, redo, export, save at the question, quit."""
    out, runtime = tmp_path / "out", tmp_path / "runtime"
    out.mkdir()
    runtime.mkdir(mode=0o700)
    played = subprocess.run(
        [sys.executable, "-m", "tests.ui.session.play", str(case_path), str(out)],
        env=os.environ
        | {"DISPLAY": screen, "QT_QPA_PLATFORM": "xcb", "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        timeout=280,
        text=True,
    )
    assert played.stdout.startswith("done"), played.stdout + played.stderr
    assert played.stderr == ""
    assert played.returncode == 0
    tables = list(out.glob("*.csv"))
    assert len(tables) == 1
    assert len(list(out.rglob("*.png"))) == len(tables[0].read_text().splitlines()) - 1 > 0
    with Project.open(case_path) as saved:
        assert [verdict.verdict for verdict in saved.verdicts.values()] == ["spurious"]
