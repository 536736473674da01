"""Connected components of a graph given by its edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.compiler import inline, kernel

Positions = npt.NDArray[np.int64]


@inline
def _root(parent: Positions, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel("int64[::1](int64, int64[::1], int64[::1])")
def components(n: int, left: Positions, right: Positions) -> Positions:
    """Label each of `n` nodes with the smallest node of its component.

    Edge i joins `left[i]` and `right[i]`, both in `range(n)`; the order of edges is of no matter.
    """
    parent = np.arange(n)
    for edge in range(len(left)):
        one, two = _root(parent, left[edge]), _root(parent, right[edge])
        if one < two:
            parent[two] = one
        else:
            parent[one] = two
    for node in range(n):  # a parent is never larger than its node
        parent[node] = parent[parent[node]]
    return parent
