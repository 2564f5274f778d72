"""An ONNX graph, written down node by node."""

from __future__ import annotations

__all__ = ["DOUBLE", "FLOAT", "INTEGER", "TIME", "Graph"]

from typing import Any

import numpy as np

OPSET = 17
"""Version of the standard operators: old enough for most runtimes."""

IR_VERSION = 8
"""Version of the file format that came with it."""

FLOAT, INTEGER, DOUBLE = 1, 7, 11
"""The numbers of types in the file format."""

TIME = 2
"""The axis of the time points: tensors are of shape (batch, n_rows, n_timepoints)."""

Tensor = str | np.ndarray | np.generic
"""A tensor by its name, or a constant."""

Ends = dict[str, tuple[int, list]]


class Graph:
    """Nodes and constants; what is asked for twice is there once.

    Examples
    --------
    >>> import numpy as np
    >>> from lightwaves_aeon.export.onnx.graph import Graph
    >>> graph = Graph()
    >>> graph("Relu", graph("Add", "X", np.ones(1, np.float32)))
    'Relu_1'
    >>> graph("Add", "X", np.ones(1, np.float32))
    'Add_0'
    """

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._known: dict[tuple, list[str]] = {}

    def __call__(
        self, operator: str, *inputs: Tensor, name: str | None = None, **attributes: Any
    ) -> str:
        """Add a node with one output.

        Parameters
        ----------
        operator : str
            A standard operator.
        *inputs : str or np.ndarray
            Tensors by name, and constants.
        name : str, optional
            Name of the output.
        **attributes
            Of the operator.

        Returns
        -------
        str
            Name of the output.
        """
        output = name or f"{operator}_{len(self._nodes)}"
        return self._node(operator, inputs, attributes, [output])[0]

    def split(self, vector: Tensor, n_parts: int) -> list[str]:
        """Split a vector into its elements."""
        if n_parts == 1:
            return [self._name_of(vector)]
        parts = [f"Split_{len(self._nodes)}_{part}" for part in range(n_parts)]
        return self._node("Split", (vector,), {"axis": 0}, parts)

    def model(self, inputs: Ends, outputs: Ends, **about: Any) -> Any:
        """Make a model of the graph.

        Parameters
        ----------
        inputs, outputs : dict of str to (int, list)
            Type and shape of what the graph takes and gives, by name.
        **about
            Fields of the model, such as its producer.

        Returns
        -------
        onnx.ModelProto
        """
        from onnx import helper

        given, made = (
            [helper.make_tensor_value_info(name, *of[name]) for name in of]
            for of in (inputs, outputs)
        )
        graph = helper.make_graph(
            self._nodes, "LightWaveS", given, made, self._constants
        )
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, **about
        )

    def _node(
        self,
        operator: str,
        inputs: tuple[Tensor, ...],
        attributes: dict[str, Any],
        outputs: list[str],
    ) -> list[str]:
        from onnx import helper

        names = [self._name_of(tensor) for tensor in inputs]
        key = (operator, *names, str(sorted(attributes.items())))
        if key not in self._known:
            self._nodes.append(helper.make_node(operator, names, outputs, **attributes))
            self._known[key] = outputs
        return self._known[key]

    def _name_of(self, tensor: Tensor) -> str:
        if isinstance(tensor, str):
            return tensor
        from onnx import numpy_helper

        tensor = np.asarray(tensor)
        content = str(tensor.tolist()) if tensor.dtype.hasobject else tensor.tobytes()
        key = (tensor.dtype.str, tensor.shape, content)
        if key not in self._known:
            name = f"constant_{len(self._constants)}"
            self._constants.append(numpy_helper.from_array(tensor, name))
            self._known[key] = [name]
        return self._known[key][0]
