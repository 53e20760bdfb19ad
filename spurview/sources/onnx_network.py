"""ONNX networks, from bytes that refer to nothing outside themselves. They give answers alone."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from spurview.core.errors import InputError
from spurview.sources.network_file import NetworkFile

ONNX = "an ONNX network, which can hold code of its own"
_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_NOT_EXTERNAL = 0


class OnnxNetwork:
    """A session, with what it takes in.

    size: (height, width) it insists on, None for any; channels: 1 or 3, None for any.
    """

    def __init__(self, file: NetworkFile, trusted: frozenset[str]) -> None:
        """Raises NotAgreedError, and InputError for what is no classifier of images by itself."""
        _check_installed()
        file.agreed(trusted, ONNX)
        _refuse_what_refers_outside(file)
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                file.data, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own tree of errors is private
            raise InputError(
                f"{file.shown} cannot be run: ONNX Runtime does not take it; export it anew.",
                details=str(error),
            ) from error
        self._shown = file.shown
        self._input = self._session.get_inputs()[0]
        shape = list(self._input.shape)
        if (
            len(self._session.get_inputs()) != 1
            or len(shape) != 4
            or "float" not in str(self._input.type)
        ):
            raise InputError(
                f"{file.shown} takes {[i.shape for i in self._session.get_inputs()]} where one "
                "batch of images, (n, channels, height, width) of floats, is expected."
            )
        self._channels_last = shape[3] in (1, 3) and shape[1] not in (1, 3)
        planes = (shape[3], shape[1], shape[2]) if self._channels_last else tuple(shape[1:])
        self.channels, height, width = (n if isinstance(n, int) else None for n in planes)
        self.size = (height, width) if height and width else None
        self._batch = shape[0] if isinstance(shape[0], int) else None
        self._type = np.float16 if "float16" in self._input.type else np.float32

    def __call__(self, images: Tensor) -> Tensor:
        """Answers (n, K) of prepared images (n, c, h, w)."""
        layout = images.permute(0, 2, 3, 1) if self._channels_last else images
        values = np.ascontiguousarray(layout.cpu().numpy().astype(self._type))
        step = self._batch or max(1, len(values))
        parts = [self._answer(values[i : i + step], step) for i in range(0, len(values), step)]
        return torch.from_numpy(np.concatenate(parts))

    def _answer(self, values: np.ndarray[Any, Any], step: int) -> np.ndarray[Any, Any]:
        """Answers of at most `step` images; a batch of fixed size is filled up with the last."""
        n = len(values)
        if self._batch and n < step:
            values = np.concatenate([values, np.repeat(values[-1:], step - n, 0)])
        answers = self._session.run(None, {self._input.name: values})
        two = next((np.asarray(a) for a in answers if np.ndim(a) == 2), None)
        if two is None:
            raise InputError(
                f"{self._shown} answers with shapes {[np.shape(a) for a in answers]} where "
                "(n, classes) is expected."
            )
        return two[:n].astype(np.float32)


def _check_installed() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("onnx", "onnxruntime")):
        raise InputError(
            "ONNX Runtime is not installed: install it with "
            "python3 -m pip install 'spurview[onnx]'."
        )


def _refuse_what_refers_outside(file: NetworkFile) -> None:
    import onnx

    try:
        model = onnx.load_model_from_string(file.data)
    except Exception as error:  # the parser's errors have no common type
        raise InputError(
            f"{file.shown} is damaged or no ONNX network: export it anew.", details=str(error)
        ) from error
    domains = [entry.domain for entry in model.opset_import]
    domains += [entry.domain for function in model.functions for entry in function.opset_import]
    nodes = list(_nodes(model.graph)) + [n for f in model.functions for n in f.node]
    strange = next((d for d in [*domains, *(n.domain for n in nodes)] if d not in _DOMAINS), None)
    if strange is not None:
        raise InputError(
            f"{file.shown} uses operators of its own ({strange}), which are never run: export it "
            "with standard operators alone."
        )
    if any(
        tensor.data_location != _NOT_EXTERNAL or tensor.external_data
        for tensor in _tensors(model.graph, nodes)
    ):
        raise InputError(
            f"{file.shown} keeps data in other files, which are never read: save it as one file."
        )


def _nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _tensors(graph: Any, nodes: list[Any]) -> Iterator[Any]:
    """Every tensor of the graph, of its inner graphs and of the nodes' attributes."""
    graphs = [graph]
    for node in nodes:
        for attribute in node.attribute:
            yield attribute.t
            yield from attribute.tensors
            yield attribute.sparse_tensor.values
            yield attribute.sparse_tensor.indices
            graphs += [attribute.g, *attribute.graphs]
    for one in graphs:
        yield from one.initializer
        for sparse in one.sparse_initializer:
            yield sparse.values
            yield sparse.indices
