"""Looking into a dataset: lists of documents by table, source, stage and reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from corpuskit.manifest import TABLES, Manifest, Table

#: The column that says why a document is in a table.
REASON_OF: Mapping[Table, str] = {"rejected": "signal", "quarantine": "error"}
HEAD_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Query:
    """Which documents to list; None means all.

    Attributes:
        table: one of `TABLES`.
        source: source's name.
        stage: stage that decided, with or without ``@version``.
        reason: signal (rejected) or class of error (quarantine).
        limit: documents listed of each table.
    """

    table: Table | None = None
    source: str | None = None
    stage: str | None = None
    reason: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a list."""

    id: str
    table: Table
    source: str
    uri: str
    locator: str
    reason: str
    head: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a query found in one table: how many, by source and by reason, and the first ones."""

    table: Table
    documents: int
    sources: Mapping[str, int]
    reasons: Mapping[str, int]
    entries: tuple[Entry, ...] = field(repr=False)


def listings(out: Path, manifest: Manifest, query: Query) -> Iterator[Listing]:
    """The documents that a query asks for, table by table; tables that can't match are left out."""
    for table in TABLES:
        if query.table not in (None, table) or not _can_match(table, query):
            continue
        paths = [str(out / shard.path) for shard in manifest.table(table)]
        if paths:
            yield _listing(ds.dataset(paths, format="parquet"), table, query)
        elif query.table == table:
            yield Listing(table, 0, {}, {}, ())


def _can_match(table: Table, query: Query) -> bool:
    if query.reason is not None and table not in REASON_OF:
        return False
    return query.stage is None or table != "data"


def _listing(dataset: Any, table: Table, query: Query) -> Listing:
    where = _where(dataset.schema, table, query)
    names = [n for n in ("source", "stage", REASON_OF.get(table, "")) if n in dataset.schema.names]
    sources: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for batch in dataset.to_batches(columns=names, filter=where):
        for row in _counted(batch, names):
            sources[row["source"] or ""] += row["count_all"]
            reason = "/".join(str(row[n]) for n in names[1:])
            reasons[reason] += row["count_all"]
    first = _first(dataset, where, query.limit)
    entries = tuple(_entry(row, table) for row in first.to_pylist())
    return Listing(
        table, sources.total(), _sorted(sources), _sorted(reasons) if names[1:] else {}, entries
    )


def _sorted(counts: Counter[str]) -> dict[str, int]:
    """Most first; equal ones by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _counted(batch: pa.RecordBatch, names: list[str]) -> list[dict[str, Any]]:
    table = pa.Table.from_batches([batch]).group_by(names).aggregate([([], "count_all")])
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _where(schema: pa.Schema, table: Table, query: Query) -> Any:
    """The query as an Arrow expression, or None for all rows."""
    terms = []
    if query.source is not None:
        terms.append(ds.field("source") == query.source)
    if query.reason is not None:
        terms.append(ds.field(REASON_OF[table]) == query.reason)
    if query.stage is not None and "stage" in schema.names:
        stage = ds.field("stage")
        terms.append((stage == query.stage) | pc.starts_with(stage, f"{query.stage}@"))
    whole = None
    for term in terms:
        whole = term if whole is None else whole & term
    return whole


_SHOWN = ("id", "source", "uri", "locator", "stage", "signal", "value", "bound")
_EVIDENCE = ("duplicate_of", "jaccard", "error", "message")


def _first(dataset: Any, where: Any, limit: int) -> pa.Table:
    """The first rows, with the beginning of their text; only as much is read as is needed."""
    present = dataset.schema.names
    columns: dict[str, Any] = {n: ds.field(n) for n in (*_SHOWN, *_EVIDENCE) if n in present}
    if "text" in present:
        columns["head"] = pc.utf8_slice_codeunits(ds.field("text"), 0, HEAD_CHARACTERS)
    scanner = dataset.scanner(
        columns=columns, filter=where, batch_size=1024, batch_readahead=1, fragment_readahead=1
    )
    return scanner.head(limit)


def _entry(row: Mapping[str, Any], table: Table) -> Entry:
    return Entry(
        row["id"],
        table,
        row["source"],
        row["uri"],
        row["locator"],
        reason_of(row, table),
        row.get("head") or "",
    )


def reason_of(row: Mapping[str, Any], table: Table) -> str:
    """Why a document is where it is, on one line; nothing for kept ones."""
    if table == "rejected":
        value = "null" if row["value"] is None else f"{row['value']:g}"
        return f"{row['stage']}: {row['signal']} = {value}, must be {row['bound']}"
    if table == "duplicates":
        found = "" if row["jaccard"] is None else f", Jaccard {row['jaccard']:g}"
        return f"{row['stage']}: of {(row['duplicate_of'] or '?')[:12]}{found}"
    if table == "quarantine":
        return f"{row['error']}: {row['message']}"
    return ""
