import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels.unionfind import components

EDGES = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


def reference(n: int, edges: list[tuple[int, int]]) -> list[int]:
    labels = list(range(n))
    for _ in range(n):
        for one, two in edges:
            labels[one] = labels[two] = min(labels[one], labels[two])
    return labels


def run(n: int, edges: list[tuple[int, int]]) -> list[int]:
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    left, right = pairs[:, 0].copy(), pairs[:, 1].copy()
    labels: list[int] = components(n, left, right).tolist()
    return labels


@given(EDGES)
def test_labels_are_the_smallest_node_of_each_component(edges: list[tuple[int, int]]) -> None:
    assert run(20, edges) == reference(20, edges)
    assert run(20, edges[::-1]) == reference(20, edges)


def test_a_long_chain_given_backwards() -> None:
    n = 100_000
    nodes = np.arange(n - 1, 0, -1)
    assert not components(n, nodes, nodes - 1).any()
    assert not components(n, nodes - 1, nodes).any()


def test_no_nodes() -> None:
    assert run(0, []) == []
