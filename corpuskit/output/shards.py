"""Which record batch goes into which shard: decided from sizes, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Splits of the kept documents, in the order in which they are listed; they lie in ``data/``.
SPLITS = ("train", "validation", "test")

#: What a row weighs beside its text: id, place and signals. Tables without text are cut by it.
ROW_BYTES = 200


@dataclass(frozen=True, slots=True)
class Piece:
    """Record batches of one Arrow IPC file, by index."""

    path: Path
    batches: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LaneBatch:
    """One record batch: its index in its file, where it goes, and how large it is.

    Attributes:
        index: number of the batch in its file.
        lane: ``train``, ``validation``, ``test``, ``rejected``, ``duplicates`` or ``quarantine``.
        rows: rows in it.
        text_bytes: UTF-8 bytes of its texts.
    """

    index: int
    lane: str
    rows: int
    text_bytes: int


@dataclass(frozen=True, slots=True)
class LaneBatches:
    """The batches of one part's file, in order."""

    path: Path
    batches: tuple[LaneBatch, ...]


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One Parquet file to write.

    Attributes:
        path: below the dataset, such as ``data/train-00000-of-00003.parquet``.
        lane: split or table.
        pieces: where its rows come from, in order.
    """

    path: str
    lane: str
    pieces: tuple[Piece, ...]


def plan_shards(parts: Sequence[LaneBatches], target_bytes: int) -> list[ShardPlan]:
    """Cut each lane into shards of about `target_bytes`, on batch boundaries, in order.

    A lane of w bytes becomes about w / target shards of equal size. A batch goes where its middle
    lies, so a shard misses its size by at most one batch. A lane without rows has no shard.

    Args:
        parts: the files in output order, each with its batches in order.
        target_bytes: size a shard aims at, in bytes of text (and `ROW_BYTES` for each row).
    """
    lanes = {batch.lane for part in parts for batch in part.batches if batch.rows}
    rest = sorted(lanes.difference(SPLITS))
    return [
        shard
        for lane in (*SPLITS, *rest)
        if lane in lanes
        for shard in _lane(parts, lane, target_bytes)
    ]


def _lane(parts: Sequence[LaneBatches], lane: str, target: int) -> list[ShardPlan]:
    batches = [
        (part.path, batch.index, batch.text_bytes + ROW_BYTES * batch.rows)
        for part in parts
        for batch in part.batches
        if batch.lane == lane and batch.rows
    ]
    total = sum(weight for _, _, weight in batches)
    wanted = max(1, (total + target // 2) // target)
    cuts = [_pieces(cut) for cut in _cut(batches, total, wanted)]
    n = len(cuts)
    return [ShardPlan(shard_path(lane, i, n), lane, pieces) for i, pieces in enumerate(cuts)]


def _cut(
    batches: list[tuple[Path, int, int]], total: int, wanted: int
) -> list[list[tuple[Path, int]]]:
    """Batches by shard: shard k takes those whose middle lies in the k-th of equal parts."""
    shards: dict[int, list[tuple[Path, int]]] = {}
    before = 0
    for path, index, weight in batches:
        shard = (2 * before + weight) * wanted // (2 * total)
        shards.setdefault(shard, []).append((path, index))
        before += weight
    return [shards[k] for k in sorted(shards)]


def _pieces(batches: list[tuple[Path, int]]) -> tuple[Piece, ...]:
    """Neighbouring batches of one file as one piece."""
    found: list[tuple[Path, list[int]]] = []
    for path, index in batches:
        if not found or found[-1][0] != path:
            found.append((path, []))
        found[-1][1].append(index)
    return tuple(Piece(path, tuple(indices)) for path, indices in found)


def shard_path(lane: str, index: int, count: int) -> str:
    """Path of a shard below the dataset; splits lie in ``data/``, tables in their own folder."""
    folder = "data" if lane in SPLITS else lane
    return f"{folder}/{lane}-{index:05d}-of-{count:05d}.parquet"
