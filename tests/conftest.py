"""What holds for every test: no real home folder, and Qt offscreen where there is no display."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "PYTEST_XDIST_WORKER" in os.environ:
    # As many processes as cores: threads of theirs would only be in each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(autouse=True, scope="session")
def _no_real_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings, logs and recent files of the person running the tests stay untouched."""
    home = tmp_path_factory.mktemp("home")
    names = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_STATE_HOME": home / "state",
        "XDG_DATA_HOME": home / "data",
        "XDG_CACHE_HOME": home / "cache",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, folder in names.items():
            patch.setenv(name, str(folder))
        yield home


@pytest.fixture(scope="session")
def fork_server() -> Iterator[object]:
    """A process that forks to look into files, in place of an interpreter for each."""
    from tests.project import fork_server

    with fork_server.serving() as server:
        yield server


@pytest.fixture
def quick_opening(fork_server: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Projects are opened as ever, but for the start of the checking child."""
    if hasattr(os, "fork"):
        from tests.project import fork_server as serving

        serving.use(fork_server, monkeypatch)
