"""The index of a dataset's documents that `query` looks into: ``output: {query_index: true}``.

For each shard of kept documents there is one Parquet file below ``lookup/``: the XXH64 of what
documents are asked for by, and the row group of the shard where it occurs, sorted and each once.
``kind`` is 0 for the id, 1 for the address, 2 for a domain or one above it, 3 for the normalised
text, 4 for the path below the source's root. A hash only says where to look: whoever asks reads
those row groups and compares the values themselves.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from corpuskit.engines.protocol import Task
from corpuskit.ledger import Receipt, committing, task_key
from corpuskit.manifest import LookupRecord
from corpuskit.output.sums import file_sha256
from corpuskit.steps import State, code_digest
from corpuskit.trust.tombstones import COLUMNS, address_keys, addresses, domains_of, normalised

KINDS = ("id", "url", "domain", "text", "uri")
SCHEMA = pa.schema([("kind", pa.uint8()), ("hash", pa.uint64()), ("group", pa.int32())])
_GROUP_ROWS = 1 << 16

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class LookupTask:
    """One file to write: that of one shard."""

    key: str
    work: Path
    shard: Path
    path: str


def run(task: LookupTask) -> Receipt:
    """Write the file of one shard and commit it."""
    start = time.process_time()
    with committing(task.work, task.key) as commit:
        rows = write_lookup(task.shard, commit.reserve("lookup"))
        files = commit.finish()
    counts = {"path": task.path, "rows": rows}
    return Receipt(task.key, files, counts, {"lookup": time.process_time() - start})


def lookup_path(shard: str) -> str:
    """Path of a shard's file: ``data/x.parquet`` has ``lookup/x.parquet``."""
    return "lookup/" + shard.removeprefix("data/")


def write_lookup(shard: Path, out: Path) -> int:
    """Write the file of one shard of kept documents; returns its rows."""
    found = [np.empty(0, [("kind", "u1"), ("hash", "u8"), ("group", "i4")])]
    with pq.ParquetFile(shard) as source:
        for group in range(source.num_row_groups):
            for batch in source.read_row_group(group, columns=[*COLUMNS, "text"]).to_batches():
                for kind, hashes in enumerate(_hashes(batch)):
                    rows = np.empty(len(hashes), found[0].dtype)
                    rows["kind"], rows["hash"], rows["group"] = kind, hashes, group
                    found.append(rows)
    entries = np.concatenate(found)
    entries = np.unique(entries[np.lexsort([entries[n] for n in ("group", "hash", "kind")])])
    table = pa.table([pa.array(entries[name]) for name in SCHEMA.names], schema=SCHEMA)
    with pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer:
        writer.write_table(table, row_group_size=_GROUP_ROWS)
    return int(table.num_rows)


def write_lookups(out: Path, shards: Sequence[str]) -> dict[str, LookupRecord]:
    """Write the files of some shards of a dataset; their entries in the manifest by path."""
    found: dict[str, LookupRecord] = {}
    for shard in shards:
        name = lookup_path(shard)
        path = out / name
        path.parent.mkdir(exist_ok=True)
        rows = write_lookup(out / shard, path)
        digest, size = file_sha256(path), path.stat().st_size
        found[name] = LookupRecord(path=name, sha256=digest, bytes=size, rows=rows)
    return found


def lookup_of(state: State) -> tuple[LookupRecord, ...] | None:
    """The files' entries in the manifest of a run; None where its recipe asks for none."""
    if not state.loaded.recipe.output.query_index:
        return None
    files = ((r.counts, r.files["lookup"]) for r in state.receipts["lookup"])
    return tuple(
        LookupRecord(path=c["path"], rows=c["rows"], sha256=f.sha256, bytes=f.bytes)
        for c, f in files
    )


def _hashes(batch: pa.RecordBatch) -> Iterator[Hashes]:
    """Hashes of a batch for each of `KINDS`, in any order."""
    keys, hosts = address_keys(addresses(batch))
    unique = hosts.unique().drop_null().to_pylist()
    domains = sorted({domain for host in unique for domain in domains_of(host)})
    texts = normalised(batch.column("text"))
    texts = texts.filter(pc.not_equal(texts, ""))
    for values in (batch.column("id"), keys, pa.array(domains, pa.string()), texts):
        yield _hashed(values)
    yield _hashed(batch.column("uri").unique())


def _hashed(values: pa.Array) -> Hashes:
    from corpuskit.kernels.buffers import text_buffers
    from corpuskit.kernels.hashing import digests

    values = values.drop_null().cast(pa.string())
    words = np.zeros((len(values), 2), np.uint64)
    if len(values):
        digests(*text_buffers(values), words)
    return words[:, 0]


def groups_of(path: Path, wanted: Mapping[str, Sequence[str]]) -> list[int]:
    """Row groups of a shard that may hold what is asked for.

    Args:
        path: the shard's file below ``lookup/``.
        wanted: values as they are compared, by kind.
    """
    found: set[int] = set()
    for kind, values in wanted.items():
        if values:
            hashes = [xxhash.xxh64_intdigest(value.encode()) for value in values]
            test = (pc.field("kind") == KINDS.index(kind)) & pc.field("hash").isin(
                pa.array(hashes, pa.uint64())
            )
            found.update(pq.read_table(path, columns=["group"], filters=test)[0].to_pylist())
    return sorted(found)


@dataclass(frozen=True)
class LookupStep:
    """The files of all shards of kept documents."""

    name: str = "lookup"
    title: str = "write the query index"

    def tasks(self, state: State) -> list[Task]:
        """One task for each shard of kept documents."""
        return [
            self._task(state, receipt)
            for receipt in state.receipts["tables"]
            if receipt.counts["path"].startswith("data/")
        ]

    def _task(self, state: State, receipt: Receipt) -> Task:
        shard, path = receipt.files["shard"], lookup_path(receipt.counts["path"])
        key = task_key(op="lookup", code=code_digest(), shard=shard.sha256, path=path)
        payload = LookupTask(key, state.work, state.work / shard.path, path)
        return Task(key, "corpuskit.trust.lookupindex:run", payload, shard.bytes)
