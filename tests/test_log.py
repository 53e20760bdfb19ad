"""The log that commands and window share, each time written by a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="finds the folder by XDG_STATE_HOME"
)

FAILING = "from spurview.cli import app\napp.cli.main = lambda *_, **__: 1 / 0\napp.main([])"


def run(code: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "XDG_STATE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def log_of(home: Path) -> Path:
    return home / "spurview" / "log" / "spurview.log"


def logging_in(home: Path, code: str) -> subprocess.CompletedProcess[str]:
    return run(f"from spurview import log\nlog.start(debug=False)\n{code}", home)


def test_an_error_of_a_command_is_in_the_log_with_its_trace(tmp_path: Path) -> None:
    ran = logging_in(tmp_path, FAILING)
    assert f"the log {log_of(tmp_path)} holds the details" in ran.stderr
    assert "ZeroDivisionError: division by zero" in log_of(tmp_path).read_text()


def test_what_the_window_did_not_catch_is_in_the_same_log_and_the_terminal(tmp_path: Path) -> None:
    ran = logging_in(
        tmp_path,
        "import sys\nfrom spurview.ui import app\nsys.excepthook = app._log_and_print\n1 / 0",
    )
    for text in (ran.stderr, log_of(tmp_path).read_text()):
        assert "ZeroDivisionError: division by zero" in text


def test_each_entry_begins_with_its_time_in_utc_and_what_it_is(tmp_path: Path) -> None:
    logging_in(tmp_path, "log.record_error('It broke.')")
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(
        rf"{time} INFO window\n{time} ERROR It broke\.\n", log_of(tmp_path).read_text()
    )


def test_a_crash_of_a_native_library_is_in_the_log_also_after_a_rollover(tmp_path: Path) -> None:
    logging_in(
        tmp_path,
        "log.record_error('x' * 2**20)\nlog.record_error('y')\n"
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)",
    )
    assert "Segmentation fault" in log_of(tmp_path).read_text()


def test_two_old_files_are_kept(tmp_path: Path) -> None:
    logging_in(tmp_path, "for n in range(4): log.record_error(str(n) * 2**20)")
    names = {path.name for path in log_of(tmp_path).parent.iterdir()}
    assert names == {"spurview.log", "spurview.log.1", "spurview.log.2"}


def test_a_log_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "spurview").write_text("a file where the folder would be")
    ran = logging_in(tmp_path, "log.record_error('It broke.')\nprint(log.path())")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "None\n", "")


def test_an_entry_on_a_full_disk_is_no_error(tmp_path: Path) -> None:
    log_of(tmp_path).parent.mkdir(parents=True)
    log_of(tmp_path).symlink_to("/dev/full")
    ran = logging_in(tmp_path, "log.record_error('It broke.')")
    assert (ran.returncode, ran.stderr) == (0, "")
