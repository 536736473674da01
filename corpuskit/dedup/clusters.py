"""Clusters: documents that edges connect, labelled with the first of them, in bounded memory.

Documents are nodes ``0 .. n - 1`` (those of earlier datasets, whose numbers are negative, come
first). As long as an array of all parents fits in `PARENTS` bytes, edges are streamed through a
union-find over it. Beyond, nodes are cut into ranges. One sweep from the last range to the first
joins each component of a range to its smallest neighbour below the range and hands its other edges
down to that one (the small-star operation of Kiveris et al. 2014, "Connected Components in
MapReduce and Beyond", in descending order, so that one sweep is enough: an edge is never handed up,
and there are never more of them). A sweep back up hands the labels on. Both go over files.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import files
from corpuskit.exchange import PhaseInput
from corpuskit.kernels.unionfind import ALONE, NOWHERE, Parents, contract, flatten

Pairs = tuple[files.Docs, files.Docs]

#: Documents that have an edge, sorted, and the first document of their cluster.
CLUSTERS = pa.schema([pa.field("doc", pa.int64()), pa.field("cluster", pa.int64())])

#: Bytes that parents may take: 268 million documents in one range.
PARENTS = 1 << 30
#: Bytes of a node where there are several ranges: its parent, its target and copies.
NODE_BYTES = 24
#: Rows that are read or written at a time.
BATCH = 1 << 18


@dataclass(frozen=True, slots=True)
class _Spool:
    """Pairs of numbers in files by the range that they are for."""

    folder: Path
    name: str
    size: int

    def add(self, key: files.Docs, pairs: Pairs) -> None:
        """Append pairs to the file of the range that `key` lies in."""
        number = key // self.size
        order = np.argsort(number, kind="stable")
        cuts = np.flatnonzero(np.diff(number[order], prepend=-1))
        rows = np.stack(pairs, axis=1)[order]
        for start, piece in zip(cuts, np.split(rows, cuts[1:]), strict=False):
            with self._path(int(number[order[start]])).open("ab") as stream:
                piece.tofile(stream)

    def read(self, number: int, *, again: bool = False) -> Iterator[Pairs]:
        """The pairs of a range, `BATCH` at a time; they are gone then, unless read again."""
        path = self._path(number)
        if path.is_file():
            with path.open("rb") as stream:
                while len(block := np.fromfile(stream, np.int64, 2 * BATCH)):
                    yield block[::2].copy(), block[1::2].copy()
            if not again:
                path.unlink()

    def _path(self, number: int) -> Path:
        return self.folder / f"{self.name}{number}"


@dataclass(frozen=True, slots=True)
class _Graph:
    """The edges of all partitions over nodes from 0."""

    paths: Sequence[Path]
    earlier: int
    nodes: int

    @classmethod
    def of(cls, given: PhaseInput) -> _Graph:
        paths = given.earlier["bands"]
        own = max((part.base + part.rows for part in given.parts), default=0)
        earlier = max((-_first(path) for path in paths), default=0)
        return cls(paths, max(earlier, 0), own + max(earlier, 0))

    def edges(self) -> Iterator[Pairs]:
        """Edges, the smaller node first."""
        for path in self.paths:
            with files.reading(path) as reader:
                for i in range(reader.num_record_batches):
                    batch = reader.get_batch(i)
                    left, right = (batch.column(n).to_numpy() + self.earlier for n in EDGE_SIDES)
                    yield left, right


EDGE_SIDES = ("left", "right")


def _first(path: Path) -> int:
    """The smallest document that has an edge in this file, which is sorted; 0 without edges."""
    with files.reading(path) as reader:
        if reader.num_record_batches == 0:
            return 0
        return int(reader.get_batch(0).column("left")[0].as_py())


def find_clusters(given: PhaseInput) -> Mapping[str, int]:
    """Label every document that has an edge with the smallest one it is connected to.

    Writes `CLUSTERS` rows, sorted by document.
    """
    graph = _Graph.of(given)
    counts = {"documents": 0, "clusters": 0}

    def counted(pieces: Iterator[Pairs]) -> Iterator[Pairs]:
        for nodes, labels in pieces:
            counts["documents"] += len(nodes)
            counts["clusters"] += int(np.count_nonzero(nodes == labels))
            yield nodes - graph.earlier, labels - graph.earlier

    if graph.nodes * 4 <= PARENTS:
        pieces = counted(_labels(0, _whole(graph), None))
        files.write(given.out, CLUSTERS, files.even(pieces, CLUSTERS, BATCH), packed=False)
    else:
        with tempfile.TemporaryDirectory(prefix=f"{given.out.name}.", dir=given.out.parent) as name:
            pieces = counted(_swept(graph, Path(name), max(PARENTS // NODE_BYTES, 1)))
            files.write(given.out, CLUSTERS, files.even(pieces, CLUSTERS, BATCH), packed=False)
    return counts


def _whole(graph: _Graph) -> Parents:
    """Roots of all nodes."""
    parent = np.full(graph.nodes, ALONE, np.int32)
    none = np.empty(0, np.int64)
    for left, right in graph.edges():
        contract(parent, none, 0, left, right, none, none)
    flatten(parent)
    return parent


def _labels(base: int, parent: Parents, label: files.Docs | None) -> Iterator[Pairs]:
    """Nodes of a range that have an edge, and the labels of their roots (or the roots)."""
    for start in range(0, len(parent), BATCH):
        roots = parent[start : start + BATCH]
        inside = np.flatnonzero(roots != ALONE)
        found = roots[inside].astype(np.int64)
        yield inside + (start + base), found + base if label is None else label[found]


def _swept(graph: _Graph, folder: Path, size: int) -> Iterator[Pairs]:
    """Nodes and labels, range by range of `size` nodes."""
    edges = _Spool(folder, "edges", size)
    for left, right in graph.edges():
        edges.add(right, (left, right))
    questions, answers = _Spool(folder, "questions", size), _Spool(folder, "answers", size)
    count = -(-graph.nodes // size)
    for number in reversed(range(count)):
        _sweep_down(number, min(size, graph.nodes - number * size), edges, questions)
    for number in range(count):
        base = number * size
        parent = np.fromfile(folder / f"parents{number}", np.int32)
        (folder / f"parents{number}").unlink()
        label = np.arange(base, base + len(parent))
        for root, value in answers.read(number):
            label[root - base] = value
        for target, _ in questions.read(number, again=True):  # it may have no other edge
            alone = target[parent[target - base] == ALONE] - base
            parent[alone] = alone
        yield from _labels(base, parent, label)
        for target, root in questions.read(number):
            answers.add(root, (root, label[parent[target - base]]))


def _sweep_down(number: int, nodes: int, edges: _Spool, questions: _Spool) -> None:
    """Join the nodes of one range; hand edges down; ask for the labels of its targets."""
    base = number * edges.size
    parent = np.full(nodes, ALONE, np.int32)
    target = np.full(nodes if number else 0, NOWHERE, np.int64)
    out: npt.NDArray[np.int64] = np.empty((2, BATCH), np.int64)
    for left, right in edges.read(number):
        rows = contract(parent, target, base, left, right, out[0], out[1])
        if rows:
            edges.add(out[1, :rows], (out[0, :rows], out[1, :rows]))
    flatten(parent)
    parent.tofile(edges.folder / f"parents{number}")
    for start in range(0, len(target), BATCH):
        piece = target[start : start + BATCH]
        own = parent[start : start + BATCH] == np.arange(start, start + len(piece))
        asking = np.flatnonzero(own & (piece != NOWHERE))
        if len(asking):
            questions.add(piece[asking], (piece[asking], asking + (base + start)))
