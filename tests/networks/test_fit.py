"""A network and images brought together: names, sizes, a first test; and files of predictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from spurview.core.arrays import MemoryReader
from spurview.core.errors import InputError
from spurview.core.network_description import NetworkDescription, Preprocessing
from spurview.core.sized_network import Answering, SizedNetwork, View
from spurview.pipeline.class_order import usual_order
from spurview.pipeline.network_fit import is_probability, tried, with_classes
from spurview.pipeline.network_trial import trial_of, trial_rows
from spurview.sources import ImagesProduct
from spurview.sources.class_list import class_list, read_class_list
from spurview.sources.network_file import NetworkFile
from spurview.sources.prediction_file import in_order, read_predictions
from spurview.sources.preprocess_presets import read_preprocessing
from spurview.sources.spec import SourceSummary

CPU = torch.device("cpu")


def product(labels: list[int], names: list[str], label_names: list[str]) -> ImagesProduct:
    return ImagesProduct({"/images/label": np.array(labels, np.int32)}, [], names, label_names)


def predictions(text: str) -> NetworkFile:
    return NetworkFile(Path("said.csv"), text.encode(), "")


def test_labels_become_the_network_s_classes_by_name() -> None:
    names = class_list(["bird", "Cat", "dog house", "eel"], "names.txt")
    given = product([0, 1, 2, -1], ["cat", "dog_house"], ["cat", "dog_house", "fox"])
    mapped = with_classes(given, names)
    assert mapped.class_names == ["bird", "Cat", "dog house", "eel"]
    assert mapped.label_names == ["bird", "Cat", "dog house", "eel", "fox"]
    assert mapped.arrays["/images/label"].tolist() == [1, 2, 4, -1]


def test_a_class_of_interest_that_the_network_lacks_is_named() -> None:
    names = class_list(["bird", "cat"], "names.txt")
    with pytest.raises(InputError, match=r"fox is none of the network's 2 classes \(bird, cat"):
        with_classes(product([0], ["fox"], ["fox"]), names)


def test_folders_named_by_wordnet_ids_find_their_classes(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("n00000001 crane, a bird\nn00000002 crane, a machine\nn00000003 tench\n")
    names = read_class_list(path)
    assert names.names == ["crane (n00000001)", "crane (n00000002)", "tench"]
    assert [names.index(n) for n in ("n00000002", "tench", "crane")] == [1, 2, None]


FOLDERS = [
    ("folder", ["10", "2", "a"], ["10", "2", "a"]),
    ("imagenet", ["n00000002", "n00000003", "n00000001"], ["a", "10", "2"]),
    ("npz", ["10", "2", "a"], ["2", "10", "a"]),
]


@pytest.mark.parametrize("n_sources", [1, 2])
@pytest.mark.parametrize(("kind", "folders", "wanted"), FOLDERS)
def test_classes_that_nobody_named_are_counted_as_in_training(
    kind: str, folders: list[str], wanted: list[str], n_sources: int
) -> None:
    """Folders are counted as torchvision's ImageFolder counts them."""
    named = dict(zip(("10", "2", "a"), folders, strict=True))
    number = "2/" if n_sources > 1 else ""
    keys = [f"interest/{number}{named[name]}/0.png".encode() for name in ("2", "10", "a")]
    arrays = {
        "/images/label": np.array([0, 1, 2], np.int32),
        "/images/keys": np.frombuffer(b"".join(keys), np.uint8),
        "/images/keys_end": np.cumsum([len(key) for key in keys]),
    }
    sources = [SourceSummary("interest", kind, "x", None, 3)] * n_sources
    given = ImagesProduct(arrays, sources, ["2", "10", "a"], ["2", "10", "a"])
    assert usual_order(given).names == wanted


def test_class_names_from_json_by_number(tmp_path: Path) -> None:
    path = tmp_path / "index.json"
    path.write_text('{"1": ["n00000002", "eel"], "0": ["n00000001", "cat"]}')
    assert read_class_list(path).names == ["cat", "eel"]
    path.write_text('{"1": "eel", "7": "cat"}')
    with pytest.raises(InputError, match="numbers from 0 as keys"):
        read_class_list(path)


def test_preprocessing_from_torchvision_and_from_toml(tmp_path: Path) -> None:
    steps = read_preprocessing("resnet18")
    assert (steps.height, steps.resize, steps.mean) == (224, 256, (0.485, 0.456, 0.406))
    path = tmp_path / "pre.toml"
    path.write_text('size = 32\nstd = [0.5]\nchannels = "grey"\n')
    assert read_preprocessing(str(path)) == Preprocessing(
        height=32, width=32, std=(0.5,), channels="grey"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("size = 'x'", "may hold size, height"),
        ("sise = 3", "sise"),
        ("mean = [0.1, 0.2]", "mean has 2 values where 1 or 3"),
        ("std = [0.0]", "above 0"),
        ("size = 64\nresize = 32", "less than the 64"),
        ("= 3", "is no TOML"),
    ],
)
def test_preprocessing_that_cannot_be_used(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "pre.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_preprocessing(str(path))


def test_an_unknown_preset_says_what_there_is() -> None:
    with pytest.raises(InputError, match="give plain, an architecture of torchvision"):
        read_preprocessing("resnet1000")


class Stills:
    """Views of 8 px originals whose working images have 4 px: a gradient, and all black."""

    def __init__(self) -> None:
        self.originals = np.stack([np.arange(64, dtype=np.uint8).reshape(8, 8, 1)] * 2)
        self.small = np.zeros((2, 4, 4, 1), np.uint8)

    def view(self, row: int) -> View:
        return View(self.originals[row], (0, 0, 8, 8))

    def working(self, rows: np.ndarray) -> np.ndarray:
        return self.small[rows]


def sums(images: torch.Tensor) -> torch.Tensor:
    """Two classes: the sum over the upper left quarter, and over the rest."""
    half = images.shape[2] // 2
    upper = images[:, :, :half, :half].sum((1, 2, 3))
    return torch.stack([upper, images.sum((1, 2, 3)) - upper], 1)


def sized(size: int, views: Stills | None) -> SizedNetwork:
    steps = Preprocessing(height=size, width=size, channels="grey")
    return SizedNetwork(Answering(sums, CPU, True), steps, views)


def test_unchanged_images_are_seen_as_their_originals() -> None:
    views = Stills()
    seen = sized(8, views).logits(views.small, np.arange(2))
    upper = views.originals[0, :4, :4].sum() / 255
    assert seen[:, 0] == pytest.approx([upper] * 2, rel=1e-5)


def test_a_change_is_added_to_the_original_at_the_network_s_size() -> None:
    views = Stills()
    changed = views.small.astype(np.float32)
    changed[1, :2, :2] = 0.5
    before, after = (
        sized(8, views).logits(images, np.arange(2)) for images in (views.small, changed)
    )
    # A quarter of 4 x 4 pixels rises by .5; smoothing lets a little across its border.
    assert after[0] == pytest.approx(before[0])
    assert after[1, 0] - before[1, 0] == pytest.approx(16 * 0.5, rel=0.2)
    assert (after - before)[1].sum() == pytest.approx(16 * 0.5, rel=0.05)


def test_at_the_working_size_a_change_is_seen_as_it_is() -> None:
    images = np.zeros((1, 8, 8, 1), np.float32)
    images[0, 0, 0] = 1
    assert sized(8, None).logits(images, np.zeros(1, np.int64)).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("size", [2, 4, 8])
def test_gradients_come_back_at_the_working_size(size: int) -> None:
    network = sized(size, None)
    slopes = network.margin_gradients(np.full((3, 4, 4, 1), 0.5, np.float32), 0)
    assert slopes.shape == (3, 4, 4, 1)
    assert (slopes[:, :1, :1] > 0).all()
    assert (slopes[:, 3:, 3:] < 0).all()


def test_gradients_are_those_of_the_originals() -> None:
    """Of squares the slope at a pixel is that pixel: black working images have none at all."""
    views = Stills()
    steps = Preprocessing(height=8, width=8, channels="grey")
    network = SizedNetwork(Answering(lambda x: sums(x**2), CPU, True), steps, views)
    small = views.small.astype(np.float32)
    assert not network.margin_gradients(small, 0).any()
    slopes = network.margin_gradients(small, 0, np.arange(2))
    assert slopes.shape == (2, 4, 4, 1)
    # The first working pixel reaches originals of rows and columns 0 to 2 with these weights.
    weights = np.outer([1, 0.75, 0.25], [1, 0.75, 0.25])
    expected = 2 * (weights * views.originals[0, :3, :3, 0]).sum() / 255
    assert slopes[:, 0, 0, 0] == pytest.approx([expected] * 2, rel=1e-3)
    assert (slopes[:, 3, 3] < 0).all()


def test_probabilities_are_told_from_logits() -> None:
    assert is_probability(np.array([[0.2, 0.8], [1.0, 0.0]], np.float32))
    assert not is_probability(np.array([[0.2, 0.9]], np.float32))
    answering = Answering(lambda x: torch.tensor([[0.25, 0.75]]), CPU, True, "probabilities")
    assert answering.logits(torch.zeros(1)).exp().tolist() == [[0.25, 0.75]]


def test_a_network_that_cannot_take_the_images_says_so() -> None:
    steps = Preprocessing(height=8, width=8)
    module = torch.nn.Conv2d(1, 2, 3)
    reader = MemoryReader({"/images/pixels": np.zeros((2, 8, 8, 1), np.uint8)})
    network = SizedNetwork(Answering(module, CPU, True), steps, None)
    description = NetworkDescription(form="python", preprocessing=steps)
    with pytest.raises(InputError, match=r"cannot take images of 3 × 8 × 8.*--preprocess"):
        tried(network, reader, np.arange(2), description)


def test_the_first_test_takes_classes_in_turn() -> None:
    role = np.r_[np.zeros(40), np.full(10, 2)].astype(np.uint8)
    label = np.r_[np.zeros(30), np.ones(10), np.full(10, -1)].astype(np.int32)
    rows = trial_rows(role, label)
    assert len(rows) == 16
    assert np.bincount(label[rows]).tolist() == [8, 8]


@pytest.mark.parametrize(
    ("logits", "sentence"),
    [
        (np.tile([5.0, 0.0], (4, 1)), "All 4 images .* get class a: the preprocessing"),
        (np.array([[0.0, 1e-3], [1e-3, 0.0]] * 2), "sure of none of 4 images"),
        (np.array([[0.0, 9.0], [9.0, 0.0]] * 2), "gives 0 their own class"),
    ],
)
def test_the_first_test_warns(logits: np.ndarray, sentence: str) -> None:
    label = np.array([0, 1, 0, 1], np.int32)
    trial = trial_of(logits.astype(np.float32), np.arange(4), ["a", "b"], label)
    assert len(trial.warnings) == 1
    assert trial.warnings[0].endswith(".")
    import re

    assert re.search(sentence, trial.warnings[0])


def test_a_sound_first_test_warns_of_nothing() -> None:
    logits = np.array([[9.0, 0.0], [0.0, 9.0]], np.float32)
    trial = trial_of(logits, np.arange(2), ["a", "b"], np.array([0, 1], np.int32))
    assert (trial.predicted, trial.own, trial.warnings) == (["a", "b"], ["a", "b"], [])


def test_predictions_by_class_and_by_probability() -> None:
    by_class = read_predictions(predictions("key,class\npool/0,b\npool/1,a\n"))
    assert (by_class.names, by_class.classes.tolist(), by_class.probabilities) == (
        ["a", "b"],
        [1, 0],
        None,
    )
    found = read_predictions(predictions("key,x,y\npool/0,0.25,0.75\npool/1,1,0\n"))
    assert found.classes.tolist() == [1, 0]
    assert found.probabilities is not None
    assert found.probabilities[0] == pytest.approx([0.25, 0.75])
    assert in_order(found, ["pool/1", "pool/0"], "said.csv").tolist() == [1, 0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty or no CSV"),
        ("name,class\n", "its first line is name, class"),
        ("key,class\npool/0\n", "Line 2 of said.csv has 1 values where 2"),
        ("key,class\n", "holds no predictions"),
        ("key,class\na,x\na,y\n", "has the key a more than once"),
        ("key,x,y\na,1,z\n", "no numbers"),
        ("key,x,y\na,0.9,0.9\n", "probabilities that are not"),
    ],
)
def test_tables_that_hold_no_predictions(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_predictions(predictions(text))


def test_images_without_a_prediction_are_counted_and_named() -> None:
    found = read_predictions(predictions("key,class\npool/0,b\n"))
    with pytest.raises(InputError, match="no prediction for 2 of 3 images, the first pool/1"):
        in_order(found, ["pool/0", "pool/1", "pool/2"], "said.csv")


def test_predictions_in_npz_hold_no_pickles(tmp_path: Path) -> None:
    path = tmp_path / "said.npz"
    np.savez(path, keys=np.array(["a"], object), classes=np.array([0]))
    with pytest.raises(InputError, match="no npz of plain arrays"):
        read_predictions(NetworkFile(path, path.read_bytes(), ""))
    np.savez(path, keys=np.array(["a", "b"]), classes=np.array([1, 0]), class_names=["x", "y"])
    found = read_predictions(NetworkFile(path, path.read_bytes(), ""))
    assert (found.names, found.classes.tolist()) == (["x", "y"], [1, 0])
