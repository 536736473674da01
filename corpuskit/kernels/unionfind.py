"""Connected components of a graph given by its edges, in one array or range of nodes by range."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Int
from corpuskit.kernels.compiler import inline, kernel

Parents = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]

ALONE = -1
"""Parent of a node without an edge."""

NOWHERE = np.iinfo(np.int64).max
"""Target of a component of a range that no edge leaves."""


@inline
def _root(parent: Parents, node: Int) -> Int:
    if parent[node] == ALONE:
        parent[node] = node
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = np.int64(parent[node])
    return node


@kernel("int64(int32[::1], int64[::1], int64, int64[::1], int64[::1], int64[::1], int64[::1])")
def contract(
    parent: Parents,
    target: Positions,
    base: Int,
    left: Positions,
    right: Positions,
    out_left: Positions,
    out_right: Positions,
) -> Int:
    """Join nodes of the range ``base .. base + len(parent)`` by edges; return how many go on.

    Edge i joins `left[i]` and a larger node of the range, `right[i]`. `parent[i]` is the parent of
    node ``base + i`` within the range, relative to the base; `ALONE` before its first edge; roots
    are the smallest of their component. `target[root]` is the smallest node below the range that
    the component is joined to, or `NOWHERE`; where `base` is 0 it is never looked at and may be
    empty. What else the component is joined to below the range, its target is joined to instead:
    those edges are written to `out_left`, `out_right` (smaller node first, room for one for each
    edge). Source: the small-star operation of Kiveris et al. 2014, "Connected Components in
    MapReduce and Beyond", on whole components.
    """
    count: Int = 0
    for edge in range(len(left)):
        two = _root(parent, right[edge] - base)
        if left[edge] >= base:
            one = _root(parent, left[edge] - base)
            if one == two:
                continue
            if two < one:
                one, two = two, one
            parent[two] = one
            if base == 0:
                continue
            at, other = one, target[two]
        else:
            at, other = two, left[edge]
        if other == NOWHERE or other == target[at]:
            continue
        if target[at] != NOWHERE:
            out_left[count] = min(target[at], other)
            out_right[count] = max(target[at], other)
            count += 1
        target[at] = min(target[at], other)
    return count


@kernel("void(int32[::1])")
def flatten(parent: Parents) -> None:
    """Make every node's parent its root, once all edges of its range are in (see `contract`)."""
    for node in range(len(parent)):
        if parent[node] != ALONE:
            parent[node] = parent[parent[node]]
