"""The last step: step files become the Parquet shards of the dataset's four tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from corpuskit.document import DUPLICATE, REJECTION
from corpuskit.engines.protocol import Task
from corpuskit.fates import QUARANTINE
from corpuskit.ledger import Receipt, committing, task_key
from corpuskit.output.labelled import Withholding
from corpuskit.output.parquet import write_table
from corpuskit.output.shards import (
    LaneBatch,
    LaneBatches,
    Piece,
    ShardPlan,
    plan_shards,
    shard_path,
)
from corpuskit.protecting import Protector, protections
from corpuskit.steps import State, code_digest, outside_digests

FATES = ("rejected", "duplicates", "quarantine")


@dataclass(frozen=True)
class TableTask:
    """One shard to write."""

    key: str
    work: Path
    plan: ShardPlan
    schema: pa.Schema
    seed: int | None
    protector: Protector | None = None
    withholding: Withholding | None = None


def run(task: TableTask) -> Receipt:
    """Write one shard and commit it."""
    start = time.process_time()
    with committing(task.work, task.key) as commit:
        sink = commit.create("shard")
        info = write_table(
            task.plan.pieces, task.schema, sink, order_seed=task.seed, change=_changes(task)
        )
        files = commit.finish()
    counts = {"path": task.plan.path, "lane": task.plan.lane.partition("/")[0], **asdict(info)}
    return Receipt(task.key, files, counts, {"shards": time.process_time() - start})


def _changes(task: TableTask) -> Callable[[pa.RecordBatch], pa.RecordBatch] | None:
    """What each batch passes before it is written: what protects first, then what withholds."""
    protect, withhold = task.protector, task.withholding
    if protect is None or withhold is None:
        return withhold or protect
    return lambda batch: withhold(protect(batch))


def table_schema(state: State, lane: str) -> pa.Schema:
    """Columns of a table."""
    if lane == "quarantine":
        return QUARANTINE
    kept = state.pipeline.schema
    extra = {"rejected": REJECTION, "duplicates": DUPLICATE}.get(lane, ())
    return pa.schema([*kept, *extra])


@dataclass(frozen=True)
class TableStep:
    """All shards of all tables."""

    name: str = "tables"
    title: str = "write shards"

    def tasks(self, state: State) -> list[Task]:
        """One task for each shard."""
        output = state.loaded.recipe.output
        kept = list(_kept(state))
        size = output.shard_size
        plans = plan_shards(kept, size) if output.shuffle is None else _shuffled(kept)
        for fate in FATES:
            plans += plan_shards(list(_fate(state, fate)), size)
        return [self._task(state, plan) for plan in plans]

    def _task(self, state: State, plan: ShardPlan) -> Task:
        schema = table_schema(state, plan.lane)
        data = plan.path.startswith("data/")
        seed = state.loaded.recipe.output.shuffle if data else None
        pieces = [[piece.path.name, list(piece.batches)] for piece in plan.pieces]
        most = state.loaded.recipe.output.max_confidentiality
        left = plan.lane.partition("/")[0] in ("rejected", "duplicates")
        withholding = Withholding(most) if most and left else None
        needed = protections(state.pipeline, plan.lane)
        protector = Protector(needed, state.plugins, state.loaded.base) if needed else None
        key = task_key(
            op="table", code=code_digest(), path=plan.path, pieces=pieces, seed=seed,
            schema=schema.to_string(), protections=repr(needed), plugins=state.plugin_digests,
            most=most if withholding else None,
            outside=outside_digests(state.pipeline.used) if needed else [],
        )  # fmt: skip
        weight = sum(len(piece.batches) for piece in plan.pieces)
        return Task(
            key, "corpuskit.tables:run",
            TableTask(key, state.work, plan, schema, seed, protector, withholding), weight,
        )  # fmt: skip


def _kept(state: State) -> Iterator[LaneBatches]:
    number = len(state.pipeline.segments) - 1
    for receipt in state.receipts[f"segment{number}"]:
        path = state.path(receipt, "data")
        if path is not None:
            yield _lane_batches(path, receipt.counts["batches"])


def _fate(state: State, fate: str) -> Iterator[LaneBatches]:
    """Files of one fate: part by part, and within a part segment by segment."""
    for part in range(len(state.inventory.parts)):
        for number in range(len(state.pipeline.segments)):
            receipt = state.receipts[f"segment{number}"][part]
            path = state.path(receipt, fate)
            if path is not None:
                batches = [(fate, rows, size) for _, rows, size in receipt.counts["tables"][fate]]
                yield _lane_batches(path, batches)


def _lane_batches(path: Path, batches: list[tuple[str, int, int]]) -> LaneBatches:
    found = [LaneBatch(i, lane, rows, size) for i, (lane, rows, size) in enumerate(batches)]
    return LaneBatches(path, tuple(found))


def _shuffled(parts: list[LaneBatches]) -> list[ShardPlan]:
    """A shard for each shuffle bucket that has rows; buckets are in the order of the keyed hash."""
    lanes = sorted({batch.lane for part in parts for batch in part.batches})
    plans = []
    for split in ("train", "validation", "test"):
        own = [lane for lane in lanes if lane.startswith(f"{split}/")]
        for i, lane in enumerate(own):
            pieces = [
                Piece(part.path, tuple(b.index for b in part.batches if b.lane == lane))
                for part in parts
            ]
            pieces = [piece for piece in pieces if piece.batches]
            plans.append(ShardPlan(shard_path(split, i, len(own)), split, tuple(pieces)))
    return plans
