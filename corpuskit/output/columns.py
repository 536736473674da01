"""What is known about the columns of a dataset's four tables: meaning, type, cardinality."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from corpuskit.manifest import ColumnInfo, Table
from corpuskit.output.digest import type_name

#: Columns with few values: written with a dictionary. All others are written as they are.
LOW_CARDINALITY = frozenset(
    {
        "source",
        "license",
        "publisher",
        "date",
        "country",
        "legal_basis",
        "stage",
        "signal",
        "bound",
        "error",
    }
)

#: Columns whose smallest and largest value help no reader.
NO_STATISTICS = frozenset({"text", "meta"})

#: Columns whose meaning is fixed by the house; stages say what theirs mean.
ABOUT: Mapping[str, str] = {
    "id": "128-bit hash of source, path, locator and raw bytes, 32 hex digits",
    "source_id": "the input's own id as text; may repeat",
    "text": "the text as the last stage left it",
    "source": "name of the source in the recipe",
    "uri": "path below the source's root, with /",
    "locator": "place within the file",
    "title": "title, where the input has one",
    "meta": "all other fields of the input as JSON",
    "license": "licence as the source declares it",
    "publisher": "publisher as the source declares it",
    "date": "date as the source declares it",
    "country": "country as the source declares it",
    "legal_basis": "legal basis of use as the source declares it",
    "quality": "combined quality score, 0 to 1; higher is better",
    "stage": "stage that decided, with its version",
    "signal": "signal whose bound the document broke",
    "value": "the signal's value",
    "bound": "the bound it broke",
    "duplicate_of": "id of the document that stayed in its place",
    "duplicate_in": "name of the earlier dataset that has that document; null for this one",
    "jaccard": "measured Jaccard similarity to that document, 0 to 1",
    "containment": "shingles of both / shingles of the one that has fewer, 0 to 1",
    "similarity": "similarity by the stage's own measure, where that isn't Jaccard's",
    "bands_hit": "numbers (from 0) of the MinHash bands in which the two documents agree",
    "cluster": "id of the duplicate cluster",
    "cluster_size": "documents in the cluster",
    "template_of": "id of a document on the same template that differs in what counts",
    "template_jaccard": "measured Jaccard similarity to that document, 0 to 1",
    "unverified_of": "id of an earlier document with an equal band, not at hand to measure",
    "cuts": "pieces of text taken out: stage, and start and stop in characters as it saw the text",
    "error": "class of the error",
    "message": "what went wrong, without content",
    "raw_digest": "digest of the raw bytes that could not be read",
    "raw_bytes": "length of the raw bytes that could not be read",
}


def describe(
    schemas: Mapping[Table, pa.Schema], about: Mapping[str, str] | None = None
) -> tuple[ColumnInfo, ...]:
    """The manifest's `schema`: every column of every table, in order of first appearance.

    Args:
        schemas: Arrow schema by table (``data``, ``rejected``, ``duplicates``, ``quarantine``).
        about: one line a column, from the stages that write them; `ABOUT` where it says nothing.

    Raises:
        ValueError: two tables give a column two types.
    """
    lines = {**ABOUT, **(about or {})}
    found: dict[str, tuple[str, list[Table]]] = {}
    for table, schema in schemas.items():
        for name, kind in zip(schema.names, map(type_name, schema.types), strict=True):
            known, tables = found.setdefault(name, (kind, []))
            if known != kind:
                raise ValueError(f"column '{name}' is {known} and, in {table}, {kind}")
            tables.append(table)
    return tuple(
        ColumnInfo(name=name, type=kind, about=lines.get(name, ""), tables=tuple(tables))
        for name, (kind, tables) in found.items()
    )
