"""One document's whole story: where it came from, what was measured, what became of it and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.document import BASE, DUPLICATE, REJECTION, RELATIONS
from corpuskit.errors import InputError
from corpuskit.manifest import TABLES, Manifest, Table
from corpuskit.output.browse import reason_of
from corpuskit.output.diff import sentence_diff

_FAULT = ("stage", "error", "message", "raw_digest", "raw_bytes")
_ORIGIN = tuple(name for name in BASE.names if name not in ("id", "text", "meta"))
_NOT_SIGNALS = frozenset(
    {*BASE.names, *REJECTION.names, *DUPLICATE.names, *RELATIONS, *_FAULT, "cuts"}
)
#: Documents named at most among those that a kept document stands for.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document's row lies."""

    id: str
    table: Table
    path: Path
    group: int
    row: int


@dataclass(frozen=True, slots=True)
class Signal:
    """A number (or text) that a stage measured; the value is None where it was not computed."""

    name: str
    value: Any
    about: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the dataset knows about one document.

    Attributes:
        id: 32 hex digits.
        table: one of `TABLES`.
        file: Parquet file that holds it, below the dataset.
        origin: source, uri, locator, source_id, title and what the source declares.
        meta: all other input fields.
        reason: why it is in its table, on one line; empty for kept documents.
        verdict: the columns of the verdict, duplicate evidence or error; empty for kept ones.
        twin: origin, id and table of the document it duplicates, or None.
        cluster: ``cluster``, ``cluster_size``, ``template_of``, ``template_jaccard``, where known.
        stands_for: ids of documents removed as its duplicates (the first ones) and their number.
        signals: every signal column.
        cuts: what stages took out of its text: ``stage``, ``start``, ``stop`` in characters of the
            text as that stage saw it.
        text: its text; None in quarantine.
        diff: sentences that differ from the twin (``-`` twin, ``+`` this one), or None.
    """

    id: str
    table: Table
    file: str
    origin: Mapping[str, Any]
    meta: Mapping[str, Any]
    reason: str
    verdict: Mapping[str, Any]
    twin: Mapping[str, Any] | None
    cluster: Mapping[str, Any]
    stands_for: tuple[tuple[str, ...], int]
    signals: tuple[Signal, ...]
    cuts: tuple[Mapping[str, Any], ...]
    text: str | None
    diff: tuple[str, ...] | None


def story(out: Path, manifest: Manifest, prefix: str) -> Story:
    """The story of the one document whose id begins with `prefix`.

    Args:
        out: the dataset.
        manifest: its manifest.
        prefix: at least six hex digits.

    Raises:
        InputError: no document, or more than one, has such an id.
    """
    place = find(out, manifest, prefix.lower())
    row = read_row(place)
    twin = _twin(out, manifest, row)
    about = {column.name: column.about for column in manifest.columns}
    named = [n for n in row if n not in _NOT_SIGNALS]
    text = row.get("text")
    return Story(
        place.id,
        place.table,
        place.path.relative_to(out).as_posix(),
        {name: row.get(name) for name in _ORIGIN},
        _meta(row.get("meta")),
        reason_of(row, place.table),
        {n: row[n] for n in _verdict_columns(place.table) if n in row},
        None if twin is None else {k: v for k, v in twin.items() if k != "text"},
        {name: row[name] for name in RELATIONS if row.get(name) is not None},
        _stands_for(out, manifest, place.id),
        tuple(Signal(name, row[name], about.get(name, "")) for name in named),
        tuple(row.get("cuts") or ()),
        text,
        tuple(sentence_diff(twin["text"] or "", text or "")) if twin and "text" in twin else None,
    )


def _verdict_columns(table: Table) -> tuple[str, ...]:
    if table == "rejected":
        return tuple(REJECTION.names)
    if table == "duplicates":
        return tuple(DUPLICATE.names)
    return _FAULT if table == "quarantine" else ()


def find(out: Path, manifest: Manifest, prefix: str) -> Place:
    """Where the one document lies whose id begins with `prefix`.

    Raises:
        InputError: there is none, or there are several.
    """
    found: list[Place] = []
    for place in _places(out, manifest, prefix):
        found.append(place)
        if len(found) > 1 and place.id != found[0].id:
            both = f"{found[0].id} and {place.id}"
            raise InputError(f"more than one document begins with {prefix}: {both}", "add digits")
    if not found:
        raise InputError(
            f"no document of {out} begins with {prefix}", f"'corpuskit inspect {out}' lists ids"
        )
    return found[0]


def _places(out: Path, manifest: Manifest, prefix: str) -> Iterator[Place]:
    """Every row whose id begins with `prefix`; reads the column of ids only."""
    for table in TABLES:
        for shard in manifest.table(table):
            path = out / shard.path
            with pq.ParquetFile(path) as file:
                for group in range(file.num_row_groups):
                    ids = file.read_row_group(group, columns=["id"]).column("id")
                    for row in pc.indices_nonzero(pc.starts_with(ids, prefix)).to_pylist():
                        yield Place(ids[row].as_py(), table, path, group, row)


def read_row(place: Place) -> dict[str, Any]:
    """All columns of one row; reads its row group."""
    with pq.ParquetFile(place.path) as file:
        rows: list[dict[str, Any]] = (
            file.read_row_group(place.group).slice(place.row, 1).to_pylist()
        )
    return rows[0]


def _twin(out: Path, manifest: Manifest, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The document that a duplicate duplicates: its place, origin and text."""
    of = row.get("duplicate_of")
    if not of:
        return None
    try:
        place = find(out, manifest, of)
    except InputError:  # a damaged dataset: `verify` reports it, a story can still be told
        return {"id": of, "table": None}
    other = read_row(place)
    origin = {name: other.get(name) for name in ("source", "uri", "locator", "title", "text")}
    return {"id": place.id, "table": place.table, **origin}


def _stands_for(out: Path, manifest: Manifest, name: str) -> tuple[tuple[str, ...], int]:
    """Ids of the documents that were removed as duplicates of `name`, and how many there are."""
    found: list[str] = []
    for shard in manifest.tables.duplicates:
        with pq.ParquetFile(out / shard.path) as file:
            for group in range(file.num_row_groups):
                pairs = file.read_row_group(group, columns=["id", "duplicate_of"])
                mine = pairs.filter(pc.equal(pairs.column("duplicate_of"), name))
                found += mine.column("id").to_pylist()
    return tuple(found[:_NAMED]), len(found)


def _meta(raw: str | None) -> Mapping[str, Any]:
    if not raw:
        return {}
    try:
        decoded = json.loads(raw)
    except ValueError:  # not written by a reader of ours: shown as it is
        return {"meta": raw}
    return decoded if isinstance(decoded, dict) else {"meta": decoded}
