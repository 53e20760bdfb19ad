"""Laws that must hold for whatever comes: JSON trees, keys, settings, matching, arguments."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spurview.cli.app import cli
from spurview.core.errors import SpurviewError
from spurview.core.settings import Settings, with_setting
from spurview.pipeline.carry_over import successors
from spurview.project import codec, journal
from spurview.project.codec import Verdicts
from spurview.project.model import Verdict

QUICK = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = st.text(max_size=20)
VERDICTS = st.dictionaries(
    WORDS,
    st.builds(
        Verdict,
        class_name=WORDS,
        verdict=st.sampled_from(["spurious", "genuine", "unsure", None]),
        name=WORDS,
        note=st.text(max_size=200),
        tags=st.lists(WORDS, max_size=4),
        time=WORDS,
        members=st.lists(st.integers(0, 50), max_size=20, unique=True),
    ),
    max_size=5,
)


@QUICK
@given(VERDICTS)
def test_verdicts_come_back(verdicts: Verdicts) -> None:
    assert codec.decode(codec.encode(verdicts, Verdicts), Verdicts) == verdicts


@QUICK
@given(st.binary(max_size=300))
def test_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        codec.decode(np.frombuffer(data, np.uint8), Verdicts)
    except codec.Undecodable:
        return
    assert data.strip().startswith(b"{")


@QUICK
@given(st.lists(st.binary(max_size=12), unique=True, max_size=6))
def test_different_keys_are_shown_differently(keys: list[bytes]) -> None:
    shown = [codec.key_text(key) for key in keys]
    assert len(set(shown)) == len(keys)
    assert all(text.encode("utf-8") for text in shown if text)


@QUICK
@given(VERDICTS, VERDICTS)
def test_a_difference_leads_from_one_to_the_other(before: Verdicts, after: Verdicts) -> None:
    first = journal.Edits(verdicts=before, settings=Settings(), by_hand=[])
    last = journal.Edits(verdicts=after, settings=Settings(), by_hand=[])
    change = journal.difference(first, last)
    assert journal.applied(first, [change] if change else []) == last


KEYS = st.sampled_from(
    ["seed", "classifier.epochs", "embedding.latent_dims", "candidates.method", "chance.repeats"]
)


@QUICK
@given(KEYS | WORDS, st.text(max_size=12) | st.integers().map(str) | st.floats().map(str))
def test_a_setting_is_taken_or_refused_in_a_sentence(key: str, value: str) -> None:
    try:
        changed = with_setting(Settings(), key, value)
    except SpurviewError:
        return
    assert codec.decode(codec.encode(changed, Settings), Settings) == changed


@QUICK
@given(VERDICTS, st.dictionaries(WORDS, st.lists(st.integers(0, 50), unique=True), max_size=5))
def test_matching_never_gives_one_candidate_to_two(
    verdicts: Verdicts, rows: dict[str, list[int]]
) -> None:
    members = {name: np.array(sorted(there), np.int32) for name, there in rows.items()}
    classes = {name: next((v.class_name for v in verdicts.values()), "") for name in members}
    found = successors(verdicts, members, classes)
    assert len(set(found.values())) == len(found)
    for old, new in found.items():
        assert old in verdicts
        assert old not in members
        assert new in members
        assert new not in verdicts
        old_rows, new_rows = set(verdicts[old].members), set(rows[new])
        assert len(old_rows & new_rows) * 2 >= len(old_rows | new_rows)


OPTIONS = st.sampled_from(
    [
        "--json",
        "--until",
        "classifier",
        "--interest",
        "--pool",
        "--size",
        "--set",
        "seed=1",
        "x=y",
        "--rescue",
        "--finding",
        "--csv",
        "--",
        "-h",
        "--device",
        "cpu",
        "nowhere",
        ".",
    ]
)


# What a system can hand over: text of any script without the halves of pairs, which no bytes make.
ARGUMENTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@QUICK
@given(
    st.sampled_from(["new", "run", "findings", "export", "info", "check"]),
    st.lists(OPTIONS | ARGUMENTS, max_size=6),
)
def test_no_arguments_end_in_a_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(cli, [command, *arguments])
    assert ran.exception is None or isinstance(ran.exception, (SystemExit, SpurviewError)), (
        command,
        arguments,
        ran.exception,
    )
    assert not re.search("^Traceback", ran.output)


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_a_name_that_is_no_text_is_told_all_the_same(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "spurview", "info", b"\xff.spurview"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == b"spurview: \\xff.spurview does not exist.\n"
