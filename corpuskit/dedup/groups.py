"""The phases of `dedup.exact`: documents with equal digests, and which one of them stays.

Where the policy looks at no other column than the built-in ones, those travel with the digests and
one phase decides. Otherwise the members of groups are named first (``members``), then their columns
are read, or computed ahead of their turn (``gather``), and then it is decided (``decide``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.dedup import files, policy
from corpuskit.exchange import PartFiles, PhaseInput

_SPREADER = np.uint64(0x9E3779B97F4A7C15)


def documents(given: PhaseInput) -> pa.Table | None:
    """All documents of the partition, with their number, that no earlier exchange removed."""
    removed = files.removed_docs(given.removed)
    pieces = []
    for part in given.parts:
        piece = files.partition_of(part.keys, given.index)
        docs = piece.column("row").to_numpy() + part.base
        piece = piece.append_column("doc", pa.array(docs))
        pieces.append(piece.filter(pa.array(~files.is_in(docs, removed))))
    return pa.Table.from_batches(pieces) if pieces else None


def repeated(table: pa.Table | None) -> pa.Table | None:
    """The documents whose digest is not theirs alone, with the number of their group."""
    if table is None:
        return None
    high, low = table.column("high").to_numpy(), table.column("low").to_numpy()
    order = np.lexsort((low, high))
    high, low = high[order], low[order]
    starts = np.ones(len(order), np.bool_)
    starts[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    number = np.cumsum(starts) - 1
    several = np.bincount(number, minlength=1)[number] > 1 if len(number) else starts
    if not several.any():
        return None
    table = table.take(pa.array(order[several]))
    return table.append_column("group", pa.array(number[several]))


def decide(given: PhaseInput, table: pa.Table | None, keep: Sequence[str]) -> Mapping[str, int]:
    """Write the outcome: of each group the policy's first stays.

    Args:
        given: the task.
        table: members of groups: ``doc``, ``group``, ``length``, ``text_digest`` where members'
            texts may differ, and what the policy looks at; None where there are none.
        keep: the policy.
    """
    if table is None:
        files.write_outcome(given.out, {"doc": [], "removed": []}, 0)
        return {"groups": 0, "removed": 0}
    table = table.take(pa.array(policy.order(table, "group", keep)))
    group = table.column("group").to_numpy()
    first = np.flatnonzero(np.diff(group, prepend=-1))
    best = np.repeat(first, np.diff(first, append=len(group)))
    gone = np.flatnonzero(best != np.arange(len(group)))
    docs, kept = table.column("doc").to_numpy(), best[gone]
    similarity = pa.array(np.ones(len(gone)), mask=_differ(table, gone, kept))
    columns: dict[str, Any] = {
        "doc": docs[gone],
        "removed": np.ones(len(gone), np.bool_),
        "kept": docs[kept],
        "duplicate_of": table.column("id").take(pa.array(kept)).combine_chunks(),
        "jaccard": similarity,
        "containment": similarity,
    }
    files.write_outcome(given.out, columns, len(gone))
    return {"groups": len(first), "removed": len(gone)}


def _differ(table: pa.Table, gone: files.Docs, kept: files.Docs) -> Any:
    """Which pairs have texts that differ in more than white space, or that are empty."""
    if "text_digest" not in table.column_names:
        return np.zeros(len(gone), np.bool_)
    digest, length = (table.column(n).to_numpy() for n in ("text_digest", "length"))
    return (digest[gone] != digest[kept]) | (length[gone] != length[kept]) | (length[gone] == 0)


# --- where the policy looks at other columns ------------------------------------------------------


def write_members(given: PhaseInput) -> Mapping[str, int]:
    """Write the partition's members of groups, sorted by document; a group is its first one."""
    table = repeated(documents(given))
    if table is None:
        files.write(given.out, pa.schema([pa.field("doc", pa.int64())]), [])
        return {"documents": 0, "groups": 0}
    numbers, docs = table.column("group").to_numpy(), table.column("doc").to_numpy()
    first = np.full(int(numbers.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, numbers, docs)
    names = [n for n in ("doc", "length", "text_digest") if n in table.column_names]
    members = table.select(names).append_column("group", pa.array(first[numbers]))
    files.write_table(given.out, members.take(pa.array(np.argsort(docs))), packed=False)
    return {"documents": len(docs), "groups": len(np.unique(numbers))}


def gather(given: PhaseInput, names: Sequence[str]) -> Mapping[str, int]:
    """Write the part's members of groups with the columns `names`, a record batch a partition.

    All members of a group go to the same partition.
    """
    part = given.parts[given.index]
    members = _members_of(given, part)
    if members is None:
        files.write(given.out, pa.schema([pa.field("doc", pa.int64())]), [])
        return {"documents": 0}
    batch = files.one_batch(pa.Table.from_batches(_rows(given, part, members, names)))
    mixed = batch.column("group").to_numpy().view(np.uint64) * _SPREADER
    cuts = files.cut(batch, files.partition_numbers(mixed, given.partitions), given.partitions)
    files.write(given.out, batch.schema, cuts)
    return {"documents": batch.num_rows}


def _members_of(given: PhaseInput, part: PartFiles) -> pa.Table | None:
    """The part's members of groups, sorted by document (read through the memory map)."""
    found = []
    for path in given.earlier["members"]:
        with files.reading(path) as reader:
            if reader.num_record_batches:
                batch = reader.get_batch(0)
                docs = batch.column("doc").to_numpy()
                low, high = np.searchsorted(docs, [part.base, part.base + part.rows])
                # copied: the map closes
                found.append(batch.take(pa.array(np.arange(low, high))))
    table = pa.Table.from_batches(found).sort_by("doc") if found else None
    return table if table is not None and table.num_rows else None


def _rows(
    given: PhaseInput, part: PartFiles, members: pa.Table, names: Sequence[str]
) -> list[pa.RecordBatch]:
    """Members with their columns, read batch by batch from the part's data."""
    docs = members.column("doc").to_numpy()
    pieces = []
    start = part.base
    with files.reading(part.data) as reader:
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            low, high = np.searchsorted(docs, [start, start + batch.num_rows])
            if high > low:
                rows = given.ahead(batch.take(pa.array(docs[low:high] - start)))
                mine = files.one_batch(members.slice(low, high - low))
                columns = {n: mine.column(n) for n in mine.schema.names}
                columns |= {n: rows.column(n) for n in names}
                pieces.append(pa.RecordBatch.from_pydict(columns))
            start += batch.num_rows
    return pieces


def gathered(given: PhaseInput) -> pa.Table | None:
    """All members of the partition's groups, in order of their numbers."""
    pieces = []
    for path in given.earlier["gather"]:
        with files.reading(path) as reader:
            if reader.num_record_batches:
                pieces.append(reader.get_batch(given.index))
    table = pa.Table.from_batches(pieces) if pieces else None
    return table if table is not None and table.num_rows else None
