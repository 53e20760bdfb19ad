"""The first test of a dialog: what a network, or a file of predictions, says of some images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spurview.core.settings import ImagesSettings
from spurview.pipeline.network_request import NetworkRequest
from spurview.pipeline.trying import Tryout, try_network
from spurview.sources import SourceSpec
from tests.sources import made

CLASS_OF = {"interest/a": "a", "interest/b": "b", "pool": "b"}


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for folder in CLASS_OF:
        (tmp_path / folder).mkdir(parents=True)
        for number in range(8):
            pixels = rng.integers(0, 256, (8, 8), dtype=np.uint8)
            (tmp_path / folder / f"{number}.png").write_bytes(made.png(pixels))
    return tmp_path


def tried(folders: Path, header: str, said: dict[str, str]) -> Tryout:
    """What a table with `said` for the images of each class tells."""
    lines = [f"{f}/{n}.png,{said[k]}" for f, k in CLASS_OF.items() for n in range(8)]
    (folders / "said.csv").write_text("\n".join([header, *lines]))
    (folders / "names.txt").write_text("a\nb\n")
    request = NetworkRequest(
        f"predictions:{folders / 'said.csv'}", class_names=folders / "names.txt"
    )
    sources = [SourceSpec(str(folders / name)) for name in ("interest", "pool")]
    return try_network(request, sources[:1], sources[1:], ImagesSettings())


@pytest.mark.parametrize("said", [{"a": "a", "b": "b"}, {"a": "0", "b": "1"}])
def test_classes_of_a_table_are_known_by_name_and_by_number(
    folders: Path, said: dict[str, str]
) -> None:
    tryout = tried(folders, "key,class", said)
    assert (tryout.trial.right, tryout.trial.predicted[-3:]) == ((13, 13), ["b", "b", "b"])
    assert tryout.trial.confidence == []


@pytest.mark.parametrize("header", ["key,a,b", "key,0,1"])
def test_probabilities_of_a_table_are_the_confidence(folders: Path, header: str) -> None:
    tryout = tried(folders, header, {"a": "0.7,0.3", "b": "0.2,0.8"})
    assert (tryout.trial.right, set(tryout.trial.confidence)) == ((13, 13), {0.7, 0.8})
