"""Hostile files, mutations and damages: none gets in, crashes, hangs or takes much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.project import hostile

from .conftest import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
N_HOSTILE = len(hostile.HOSTILE) + len(hostile.FORGED) + len(hostile.STRANGE)


def ask(what: str, folder: Path, count: int, seed: int, **environment: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.project.refusing", what, folder, count, seed]
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_kept_within(answer: dict[str, Any], mib: int) -> None:
    assert (answer["signals"], answer["hangs"]) == (0, 0)
    assert max(answer["most_kib"], answer["own_kib"]) < mib << 10


def test_there_are_enough_hostile_files() -> None:
    assert N_HOSTILE >= 72


@pytest.mark.timeout(120)
def test_every_hostile_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    answer = ask("corpus", tmp_path, 0, 0)
    assert answer["let_in"] == []
    assert len(answer["said"]) == N_HOSTILE
    assert all(said.startswith(("x.spurview ", "zero ")) for said in answer["said"].values())
    assert_kept_within(answer, 200)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_hostile_file_is_refused_by_the_real_child(tmp_path: Path) -> None:
    answer = ask("corpus", tmp_path, 0, 0, REAL_CHILD="1")
    assert answer["let_in"] == []
    assert_kept_within(answer, 200)


@pytest.mark.timeout(120)
def test_mutations_neither_crash_nor_hang_nor_eat_memory(tmp_path: Path) -> None:
    assert_kept_within(ask("mutations", tmp_path, 300, 0), 500)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_mutations(tmp_path: Path) -> None:
    assert_kept_within(ask("mutations", tmp_path, 100_000, 1), 500)


def test_every_damage_is_told_before_hdf5_sees_the_file(tmp_path: Path) -> None:
    assert ask("damages", tmp_path, 300, 0)["missed"] == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_damages(tmp_path: Path) -> None:
    assert ask("damages", tmp_path, 10_000, 1)["missed"] == 0
