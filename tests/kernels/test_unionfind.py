import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels.unionfind import ALONE, NOWHERE, contract, flatten

EDGES = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


def reference(n: int, edges: list[tuple[int, int]]) -> list[int]:
    labels = list(range(n))
    for _ in range(n):
        for one, two in edges:
            labels[one] = labels[two] = min(labels[one], labels[two])
    joined = {node for edge in edges for node in edge}
    return [label if node in joined else ALONE for node, label in enumerate(labels)]


def run(n: int, edges: list[tuple[int, int]]) -> list[int]:
    pairs = np.sort(np.array(edges, np.int64).reshape(-1, 2), axis=1)
    left, right = pairs[:, 0].copy(), pairs[:, 1].copy()
    parent, none = np.full(n, ALONE, np.int32), np.empty(0, np.int64)
    assert contract(parent, none, 0, left, right, none, none) == 0
    flatten(parent)
    labels: list[int] = parent.tolist()
    return labels


@given(EDGES)
def test_labels_are_the_smallest_node_of_each_component(edges: list[tuple[int, int]]) -> None:
    assert run(20, edges) == reference(20, edges)
    assert run(20, edges[::-1]) == reference(20, edges)


def test_a_long_chain_given_backwards() -> None:
    n = 100_000
    nodes = list(range(n - 1, 0, -1))
    assert not any(run(n, [(node, node - 1) for node in nodes]))
    assert not any(run(n, [(node, node - 1) for node in nodes[::-1]]))


def test_no_nodes() -> None:
    assert run(0, []) == []


@given(EDGES, st.integers(1, 19))
def test_a_range_hands_down_what_connects_the_nodes_below(
    edges: list[tuple[int, int]], base: int
) -> None:
    """Edges below the base, targets and what is handed down connect as all edges do."""
    above = [sorted(edge) for edge in edges if max(edge) >= base]
    below = [edge for edge in edges if max(edge) < base]
    left, right = (np.array([edge[side] for edge in above], np.int64) for side in range(2))
    parent = np.full(20 - base, ALONE, np.int32)
    target = np.full(20 - base, NOWHERE, np.int64)
    out = np.empty((2, len(above)), np.int64)
    rows = contract(parent, target, base, left, right, out[0], out[1])
    flatten(parent)
    handed = list(zip(*out[:, :rows].tolist(), strict=True))
    assert all(one < two < base for one, two in handed)
    whole, short = reference(20, edges), reference(20, below + handed)
    for node in range(base, 20):
        root = parent[node - base]
        if root == ALONE:
            assert whole[node] == ALONE
        elif target[root] == NOWHERE:
            assert whole[node] == root + base
        else:
            found = short[target[root]]
            assert whole[node] == (target[root] if found == ALONE else found)
