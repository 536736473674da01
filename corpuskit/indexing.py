"""The step after the tables: an index of the kept documents, where an exchange asks for one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.engines.protocol import Task
from corpuskit.exchange import Exchange
from corpuskit.ledger import Receipt, committing, task_key
from corpuskit.pipeline import Pipeline
from corpuskit.segment import StageSpec, opened
from corpuskit.steps import State, code_digest, spec_of

_BATCH = 1024


@dataclass(frozen=True)
class IndexTask:
    """One index file to write: that of one shard."""

    key: str
    work: Path
    root: Path
    plugins: tuple[Path, ...]
    exchange: StageSpec
    shard: Path
    path: str


def run(task: IndexTask) -> Receipt:
    """Write the index of one shard and commit it."""
    start = time.process_time()
    exchange: Exchange = opened(task.plugins, task.exchange, task.root)
    with committing(task.work, task.key) as commit:
        rows = write_index(exchange, task.shard, commit.reserve("index"))
        files = commit.finish()
    counts = {"path": task.path, "rows": rows}
    return Receipt(task.key, files, counts, {"index": time.process_time() - start})


def write_index(exchange: Exchange, shard: Path, out: Path) -> int:
    """Write the index file of one shard of kept documents; returns its rows.

    Raises:
        ValueError: the exchange makes no index.
    """
    schema = exchange.index_schema()
    if schema is None:
        raise ValueError(f"{exchange.ident} makes no index")
    columns = ["id", *(c for c in exchange.columns_read() if c != "id")]
    rows = 0
    with (
        pq.ParquetFile(shard) as source,
        pq.ParquetWriter(out, schema, compression="zstd", write_page_index=False) as writer,
    ):
        for group in range(source.num_row_groups):
            table = source.read_row_group(group, columns=columns)
            found = [exchange.index_rows(b) for b in table.to_batches(_BATCH)]
            writer.write_table(pa.Table.from_batches(found, schema=schema))
            rows += table.num_rows
    return rows


def indexed(pipeline: Pipeline) -> Exchange | None:
    """The exchange of the recipe that writes an index, if any."""
    found = [s for s in pipeline.used if isinstance(s, Exchange) and s.index_schema()]
    return found[0] if found else None


@dataclass(frozen=True)
class IndexStep:
    """The index files of all shards of kept documents."""

    name: str = "index"
    title: str = "write the index"

    def tasks(self, state: State) -> list[Task]:
        """One task for each shard of kept documents."""
        exchange = indexed(state.pipeline)
        if exchange is None:
            return []
        return [
            self._task(state, exchange, receipt)
            for receipt in state.receipts["tables"]
            if receipt.counts["path"].startswith("data/")
        ]

    def _task(self, state: State, exchange: Exchange, receipt: Receipt) -> Task:
        shard = receipt.files["shard"]
        path = "index/" + receipt.counts["path"].removeprefix("data/")
        key = task_key(
            op="index",
            code=code_digest(),
            plugins=state.plugin_digests,
            exchange=spec_of(exchange),
            shard=shard.sha256,
            path=path,
        )
        payload = IndexTask(
            key, state.work, state.loaded.base, state.plugins, spec_of(exchange),
            state.work / shard.path, path,
        )  # fmt: skip
        return Task(key, "corpuskit.indexing:run", payload, shard.bytes)
