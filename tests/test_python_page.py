"""The Python interface as docs/python.md shows it: every block of that page runs here.

One audit of a planted pattern serves the page and the checks of what comes back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import spurview
from spurview.pipeline.result import Finding, Result
from tests import digit_audit
from tests.pipeline import tiny

PAGE = Path(__file__).parents[1] / "docs" / "python.md"


def blocks(heading: str) -> str:
    """The Python of one section of the page."""
    text = PAGE.read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found
    return "\n".join(found)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def case(one_thread: None) -> digit_audit.Case:
    return digit_audit.made(planted=True)


@pytest.fixture(scope="module")
def page(case: digit_audit.Case) -> dict[str, Any]:
    """The names of the page after its two sections on audits have run."""
    names: dict[str, Any] = {
        "model": case.model.train(),
        "images": case.images,
        "labels": case.labels,
        "pool": case.pool,
        "settings": digit_audit.SETTINGS,
    }
    exec(blocks("A network in memory"), names)  # noqa: S102 - our own page
    names["was_training"] = all(part.training for part in case.model.modules())
    exec(blocks("What comes back"), names)  # noqa: S102
    return names


@pytest.fixture(scope="module")
def result(page: dict[str, Any]) -> Result:
    found: Result = page["result"]
    return found


@pytest.fixture(scope="module")
def worst(result: Result) -> Finding:
    return result.findings[0]


def test_the_planted_patch_is_an_alarm(worst: Finding) -> None:
    assert (worst.rank, worst.outcome, worst.alarm, worst.class_name) == (1, "alarm", True, "4")
    assert worst.insertion is not None
    assert worst.insertion.flip > worst.insertion.null_control + 0.4


def test_members_and_matches_are_indices_into_the_pool(
    worst: Finding, case: digit_audit.Case
) -> None:
    assert len(np.intersect1d(worst.matches, case.carriers)) > 0.9 * len(case.carriers)
    assert np.isin(worst.members, case.carriers).mean() > 0.9


def test_training_matches_are_indices_into_the_images_of_interest(
    worst: Finding, case: digit_audit.Case
) -> None:
    assert len(np.intersect1d(worst.training_matches, case.training_carriers)) > 0.9 * len(
        case.training_carriers
    )


def test_the_map_shows_the_patch(worst: Finding) -> None:
    inside = np.zeros((28, 28), bool)
    inside[digit_audit.PATCH] = True
    assert worst.map[inside].mean() > 5 * worst.map[~inside].mean()
    assert worst.template.shape == (28, 28, 1)


def test_inserted_puts_the_pattern_in_and_nothing_else(page: dict[str, Any]) -> None:
    before = page["pool"][:8].astype(np.float32) / 255
    changed = np.abs(page["changed"] - before)
    assert changed.shape == (8, 28, 28, 1)
    off_mask = page["worst"].mask == 0
    assert changed[:, off_mask].max() == 0
    assert changed[:, ~off_mask].max() > 0.2


def test_inserted_refuses_another_size(worst: Finding) -> None:
    with pytest.raises(spurview.SpurviewError, match=r"is 28×28×1, the images are 9×9×1: give"):
        worst.inserted(np.zeros((2, 9, 9, 1), np.uint8))


def test_the_answers_for_the_pool_are_the_network_s_own(
    result: Result, case: digit_audit.Case
) -> None:
    with torch.no_grad():
        own = case.model.eval()(torch.from_numpy(case.pool).permute(0, 3, 1, 2) / 255)
    assert np.array_equal(result.predicted, own.argmax(1).numpy())
    assert result.logits == pytest.approx(own.numpy(), abs=0.02)


def test_the_network_comes_back_as_it_was(page: dict[str, Any], case: digit_audit.Case) -> None:
    """The page was given it in training mode."""
    assert page["was_training"]
    again = digit_audit.trained(case.images, case.labels).state_dict()
    for name, value in page["model"].state_dict().items():
        assert torch.equal(value, again[name])


def test_a_result_prints_a_table_and_a_finding_its_evidence(result: Result, worst: Finding) -> None:
    told = repr(result)
    assert re.search(rf"^1\. +{worst.id} +ALARM ", told, re.MULTILINE)
    assert "class 4: alarm" in told
    assert "The pool has only 700 images; 1000 or more are better." in told
    assert repr(worst).startswith(f"Finding 1 ({worst.id}): alarm")
    assert "turned" in repr(worst)


def test_a_notebook_shows_a_table_with_pictures(result: Result) -> None:
    html = result._repr_html_()
    assert html.count("<img ") == len(result.findings)
    assert "ALARM" in html


def test_the_json_is_the_contract(result: Result) -> None:
    import jsonschema

    schema = json.loads((PAGE.parent / "findings.schema.json").read_text(encoding="utf-8"))
    told = json.loads(result.to_json())
    jsonschema.validate(told, schema)
    assert told["findings"][0]["members"] == [
        result.pool_keys[i] for i in result.findings[0].members
    ]


def test_the_page_prints_the_sentence_it_promises(
    page: dict[str, Any], case: digit_audit.Case
) -> None:
    with pytest.raises(spurview.SpurviewError) as caught:
        spurview.audit(case.model, (case.images, case.labels), case.pool, class_names="345")
    assert f"# {caught.value}" in PAGE.read_text(encoding="utf-8")


def test_preprocess_of_the_page_gives_what_it_says(page: dict[str, Any]) -> None:
    made = page["preprocess"](torch.rand(2, 1, 28, 28))
    assert made.shape == (2, 3, 32, 32)
    assert made.min() < 0


@pytest.mark.filterwarnings("ignore:The pool has only 200 images")
def test_the_projects_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None
) -> None:
    arrays = tiny.arrays()
    for row, pixels in enumerate(arrays["/images/pixels"]):
        label = arrays["/images/label"][row]
        folder = tmp_path / ("pool" if label < 0 else f"photos/{'ab'[label]}")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels[..., 0]).save(folder / f"{row:03}.png")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"spurview": spurview, "small": tiny.SETTINGS}
    exec(blocks("Projects"), names)  # noqa: S102
    assert names["pixels"].shape == (260, 12, 12, 1)
    assert len(names["result"].pool_keys) == 200
    assert names["settings"].classifier.patience == 4


class Centred(torch.nn.Module):
    """A network that wants values from -1 to 1."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model((images + 1) / 2)
        return logits


def test_a_clean_network_with_preprocessing_of_its_own_is_left_alone(one_thread: None) -> None:
    clean = digit_audit.made(planted=False)
    result = spurview.audit(
        Centred(clean.model),
        (clean.images, clean.labels),
        clean.pool,
        preprocess=lambda x: 2 * x - 1,
        settings=digit_audit.SETTINGS,
        device="cpu",
    )
    with torch.no_grad():
        own = clean.model.eval()(torch.from_numpy(clean.pool).permute(0, 3, 1, 2) / 255)
    assert result.logits == pytest.approx(own.numpy(), abs=0.02)
    assert result.alarms == ()
    assert "No class is tied to a shared pattern." in repr(result)
