"""Files that are no networks, do not fit, or would run something: each has its sentence."""

from __future__ import annotations

import importlib.util
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from spurview.core.errors import InputError
from spurview.sources.network_architectures import build, check_architecture
from spurview.sources.network_choice import parse_choice
from spurview.sources.network_file import (
    NetworkFile,
    NotAgreedError,
    read_network_file,
    refuse_unsafe,
)
from spurview.sources.network_weights import read_weights
from spurview.sources.python_network import python_network
from spurview.sources.weights_entry import entry_file
from tests.networks.given import command

HAS_ONNX = all(importlib.util.find_spec(name) for name in ("onnx", "onnxruntime"))


class Writes:
    """What a malicious file holds: unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.path,)  # type: ignore[return-value]


def agreed(path: Path) -> tuple[NetworkFile, frozenset[str]]:
    file = read_network_file(path)
    return file, frozenset({file.digest})


def shuffle(**changes: torch.Tensor) -> dict[str, torch.Tensor]:
    from torchvision import models

    state: dict[str, torch.Tensor] = models.shufflenet_v2_x0_5(num_classes=3).state_dict()
    return {**state, **changes}


@pytest.mark.parametrize("name", ["net.pth", "net.pt", "net.safetensors"])
def test_a_malicious_file_runs_nothing_even_after_agreement(tmp_path: Path, name: str) -> None:
    trap = tmp_path / "trap"
    torch.save({"state_dict": Writes(trap)}, tmp_path / name)
    file, trusted = agreed(tmp_path / name)
    with pytest.raises(InputError, match=r"state dict|safetensors"):
        read_weights(file, trusted)
    assert not trap.exists()


def test_a_malicious_file_runs_nothing_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trap, path = tmp_path / "trap", tmp_path / "net.pth"
    torch.save(Writes(trap), path)
    code = command(
        "new", tmp_path / "a.spurview", "--interest", "digits:", "--pool", "digits:",
        "--classifier", f"torchvision:resnet18:{path}", "--trust-code",
    )  # fmt: skip
    assert code == 1
    assert "holds more than a state dict" in capsys.readouterr().err
    assert not trap.exists()
    assert not (tmp_path / "a.spurview").exists()


@pytest.mark.parametrize("name", ["a.pt2", "a.pkl", "a.pickle", "a.joblib", "a.jit"])
def test_what_runs_when_it_is_loaded_is_never_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="never opened: save its state dict as safetensors"):
        refuse_unsafe(tmp_path / name)


@pytest.mark.parametrize("name", ["net/constants.pkl", "net/code/a.py", "net/archive_format"])
def test_archives_of_code_are_refused_under_any_name(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "net.pt", "w") as archive:
        archive.writestr(name, "x")
    file, trusted = agreed(tmp_path / "net.pt")
    with pytest.raises(InputError, match="never opened"):
        read_weights(file, trusted)


def test_a_state_dict_needs_agreement_to_these_very_bytes(tmp_path: Path) -> None:
    torch.save({"a": torch.zeros(1)}, tmp_path / "net.pth")
    file = read_network_file(tmp_path / "net.pth")
    with pytest.raises(NotAgreedError, match=file.digest):
        read_weights(file, frozenset({"0" * 64}))
    assert list(read_weights(file, frozenset({file.digest}))) == ["a"]


def test_sparse_tensors_are_refused(tmp_path: Path) -> None:
    torch.save({"a": torch.eye(2).to_sparse()}, tmp_path / "net.pth")
    with pytest.raises(InputError, match="sparse or quantised"):
        read_weights(*agreed(tmp_path / "net.pth"))


def test_wrappers_around_a_state_dict_are_seen_through(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "state_dict": {"module.a": torch.ones(1)}}, tmp_path / "net.pth")
    assert list(read_weights(*agreed(tmp_path / "net.pth"))) == ["a"]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (b'{"a":1,"a":2}', "holds 'a' twice"),
        (b'{"../a":{}}', "odd name"),
        (b"[1]", "no table"),
        (b"{", "no JSON"),
        (json.dumps({f"t{i}": {} for i in range(4097)}).encode(), "4,097 tensors"),
        (b" " * ((1 << 20) + 1), "more than 1,048,576"),
    ],
)
def test_headers_beyond_our_rules_are_refused(tmp_path: Path, header: bytes, sentence: str) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(InputError, match=sentence):
        read_weights(read_network_file(path), frozenset())


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    save_file({"a": torch.zeros(64)}, path)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError, match="damaged or no safetensors"):
        read_weights(read_network_file(path), frozenset())


def test_missing_and_unknown_tensors_are_named() -> None:
    state = shuffle()
    state["head.weight"] = state.pop("fc.weight")
    with pytest.raises(InputError) as told:
        build("torchvision", "shufflenet_v2_x0_5", state, "net.safetensors")
    assert "fc.weight" in str(told.value)
    assert "missing" in str(told.value)
    assert "(head.weight) is not known to it" in str(told.value)


def test_channels_that_differ_are_told_by_both_shapes() -> None:
    grey = torch.zeros(24, 1, 3, 3)
    with pytest.raises(InputError, match=r"shape \(24, 1, 3, 3\) where \(24, 3, 3, 3\)"):
        build("torchvision", "shufflenet_v2_x0_5", shuffle(**{"conv1.0.weight": grey}), "net")


def test_the_number_of_classes_is_read_off_the_weights() -> None:
    module, n_classes = build("torchvision", "shufflenet_v2_x0_5", shuffle(), "net")
    assert n_classes == 3
    with torch.no_grad():
        assert module(torch.zeros(1, 3, 32, 32)).shape == (1, 3)


def test_an_unknown_architecture_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'resnet-18': the nearest are resnet18, .*\.$"):
        check_architecture("torchvision", "resnet-18")
    with pytest.raises(InputError, match=r"'resnet-18': the nearest are resnet18, .*\.$"):
        entry_file("resnet-18", "IMAGENET1K_V1")


def test_a_network_that_is_no_classifier_is_not_built() -> None:
    with pytest.raises(InputError, match="torchvision has no classifier 'fcn_resnet50'"):
        check_architecture("torchvision", "fcn_resnet50")


@pytest.mark.parametrize("heads", [True, False])
def test_googlenet_fits_with_its_second_heads_or_without(heads: bool) -> None:
    from torchvision import models

    with torch.device("meta"):
        net = models.googlenet(num_classes=3, aux_logits=heads, init_weights=False)
    state = {key: torch.zeros(value.shape) for key, value in net.state_dict().items()}
    assert build("torchvision", "googlenet", state, "net")[1] == 3


def test_timm_builds_its_own_networks() -> None:
    timm = pytest.importorskip("timm", reason="the extra timm is not installed")
    state = timm.create_model("test_resnet", num_classes=4).state_dict()
    assert build("timm", "test_resnet", state, "net")[1] == 4


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("resnet18", "is no classifier: it may be train"),
        ("onnx:", "write onnx:FILE"),
        ("python:net.py", "write python:FILE:FUNCTION"),
        ("torchvision:resnet18", "write torchvision:ARCH:WEIGHTS"),
    ],
)
def test_a_misspelt_classifier_is_told_its_shape(text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        parse_choice(text)


def test_torchvision_s_own_weights_are_not_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    choice = parse_choice("torchvision:resnet18:IMAGENET1K_V1")
    with pytest.raises(InputError, match="not on this machine"):
        entry_file(choice.name, choice.entry)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def other():\n    pass\n", "has no function 'make'"),
        ("def make():\n    return 3\n", "returned a int where a torch.nn.Module"),
        ("def make(n):\n    pass\n", "must run without arguments"),
        ("def make(:\n", "SyntaxError"),
        ("import nowhere_at_all\n", "ModuleNotFoundError"),
    ],
)
def test_a_python_file_that_gives_no_network(tmp_path: Path, source: str, sentence: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(source)
    file, trusted = agreed(path)
    with pytest.raises(InputError, match=sentence):
        python_network(file, "make", trusted)


def test_a_python_file_is_not_run_before_agreement(tmp_path: Path) -> None:
    trap, path = tmp_path / "trap", tmp_path / "net.py"
    path.write_text(f"open({str(trap)!r}, 'w')\n")
    with pytest.raises(NotAgreedError, match="Python code"):
        python_network(read_network_file(path), "make", frozenset())
    assert not trap.exists()


@pytest.mark.skipif(not HAS_ONNX, reason="the extra onnx is not installed")
@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("external", "keeps data in other files"),
        ("domain", r"operators of its own \(com.mine\)"),
        ("flat", "where one batch of images"),
        ("rubbish", "damaged or no ONNX"),
    ],
)
def test_onnx_that_reaches_outside_or_takes_no_images(
    tmp_path: Path, fault: str, sentence: str
) -> None:
    from spurview.sources.onnx_network import OnnxNetwork

    path = tmp_path / "net.onnx"
    path.write_bytes(b"\xff\xff\xff rubbish" if fault == "rubbish" else small_onnx(fault))
    file, trusted = agreed(path)
    with pytest.raises(InputError, match=sentence):
        OnnxNetwork(file, trusted)


@pytest.mark.skipif(not HAS_ONNX, reason="the extra onnx is not installed")
def test_an_onnx_network_of_fixed_batch_and_size_is_filled_up(tmp_path: Path) -> None:
    from spurview.sources.onnx_network import OnnxNetwork

    path = tmp_path / "net.onnx"
    path.write_bytes(small_onnx(""))
    network = OnnxNetwork(*agreed(path))
    assert (network.size, network.channels) == ((2, 2), 1)
    answers = network(torch.arange(20, dtype=torch.float32).reshape(5, 1, 2, 2))
    # Two classes: the sum of the pixels and twice the sum, of five images in batches of two.
    sums = np.arange(20).reshape(5, 4).sum(1)
    assert np.allclose(answers.numpy(), np.stack([sums, 2 * sums], 1))


def small_onnx(fault: str) -> bytes:
    """Flattens (2, 1, 2, 2) and multiplies by (4, 2); with one fault."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = numpy_helper.from_array(np.repeat([[1.0, 2.0]], 4, 0).astype(np.float32), "w")
    if fault == "external":
        weights.data_location = TensorProto.EXTERNAL
        entry = weights.external_data.add()
        entry.key, entry.value = "location", "/etc/passwd"
    domain = "com.mine" if fault == "domain" else ""
    nodes = [
        helper.make_node("Flatten", ["x"], ["f"], domain=domain),
        helper.make_node("MatMul", ["f", "w"], ["y"]),
    ]
    shape = [2, 4] if fault == "flat" else [2, 1, 2, 2]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 2])],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    if domain:
        model.opset_import.append(helper.make_opsetid(domain, 1))
    assert isinstance(model, onnx.ModelProto)
    return bytes(model.SerializeToString())
