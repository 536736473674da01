"""Connected components against SciPy's, in one range and in many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.ipc
import pytest

from corpuskit.dedup import clusters, files, stars
from corpuskit.exchange import PartFiles, PhaseInput

Edges = npt.NDArray[np.int64]
N = 3000


def graph(kind: str) -> Edges:
    rng = np.random.default_rng(5)
    nodes = np.arange(N)
    pairs = {
        "random": rng.integers(0, N, (N // 2, 2)),
        "dense": rng.integers(0, N, (2 * N, 2)),
        "chain": np.stack([nodes[:-1], nodes[1:]], axis=1),
        "shuffled chain": rng.permutation(N)[np.stack([nodes[:-1], nodes[1:]], axis=1)],
        "star": np.stack([np.zeros(N - 1, np.int64), nodes[1:]], axis=1),
        "star at the end": np.stack([nodes[:-1], np.full(N - 1, N - 1)], axis=1),
        "far pairs": np.stack([nodes[: N // 2], nodes[::-1][: N // 2]], axis=1),
        "none": np.empty((0, 2), np.int64),
    }[kind]
    pairs = np.sort(pairs, axis=1)
    return np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)


KINDS = [
    "random", "dense", "chain", "shuffled chain", "star", "star at the end", "far pairs", "none",
]  # fmt: skip


def found(folder: Path, edges: Edges, earlier: int = 0) -> pa.Table:
    """The clusters of edges that come in three files; the first `earlier` nodes are negative."""
    folder.mkdir()
    paths = []
    for i in range(3):
        path = folder / f"edges{i}"
        rows = edges[i::3] - earlier
        columns = [rows[:, 0].copy(), rows[:, 1].copy()]
        files.write(path, stars.EDGES, files.even([columns], stars.EDGES, 100))
        paths.append(path)
    part = PartFiles(0, N - earlier, folder / "data", folder / "keys")
    out = folder / "out"
    given = PhaseInput(0, 3, [part], {"bands": paths}, (), out)
    counts = clusters.find_clusters(given)
    with files.reading(out) as reader:
        table = reader.read_all()
    assert counts["documents"] == table.num_rows
    assert sorted(path.name for path in folder.iterdir()) == ["edges0", "edges1", "edges2", "out"]
    return table


def labels(edges: Edges) -> dict[int, int]:
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (N, N))
    _, names = sparse.csgraph.connected_components(matrix, directed=False)
    first = np.full(N, N)
    np.minimum.at(first, names, np.arange(N))
    return {node: int(first[names[node]]) for node in np.unique(edges).tolist()}


@pytest.mark.parametrize("kind", KINDS)
def test_clusters_are_the_components(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    edges = graph(kind)
    whole = found(tmp_path / "whole", edges)
    pairs = zip(whole["doc"].to_pylist(), whole["cluster"].to_pylist(), strict=True)
    assert dict(pairs) == labels(edges)
    assert whole["doc"].to_pylist() == sorted(whole["doc"].to_pylist())
    monkeypatch.setattr(clusters, "BATCH", 128)
    for nodes in (N - 1, 700, 64):
        monkeypatch.setattr(clusters, "PARENTS", nodes * clusters.NODE_BYTES)
        monkeypatch.setattr(clusters, "PARENTS", min(clusters.PARENTS, 4 * N - 1))
        assert found(tmp_path / f"ranges{nodes}", edges).equals(whole)


def test_earlier_documents_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edges = graph("random")
    whole, shifted = found(tmp_path / "own", edges), found(tmp_path / "earlier", edges, 40)
    assert min(shifted["doc"].to_pylist()) < 0
    for name in ("doc", "cluster"):
        assert (whole[name].to_numpy() - 40).tolist() == shifted[name].to_pylist()
    monkeypatch.setattr(clusters, "PARENTS", 100 * clusters.NODE_BYTES)
    assert found(tmp_path / "ranges", edges, 40).equals(shifted)
