"""What a document is: its Arrow columns, its identity, and the row view that plug-ins see.

A `pyarrow.RecordBatch` is the only thing that passes between stages. Every batch has the columns of
`BASE` in this order, followed by the columns that stages added. `Document` is a frozen view of one
row, for plug-ins written as plain functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow as pa
import xxhash

SCHEMA_VERSION = 2

#: What a document says of itself, and how its bytes were read; null where it says nothing.
#: `published` and `modified` as written; `url` the canonical one; `language` and `license_link` as
#: declared; `robots` the meta element and the header; `headers` the HTTP response's, as JSON;
#: `encoding_confidence` 0 to 1; `replaced` bytes that became U+FFFD; `raw_digest` the sha256 of the
#: document's own bytes where they are a file, a member or a response (a line's are in its `id`).
ABOUT = pa.schema(
    [
        pa.field("author", pa.string()),
        pa.field("published", pa.string()),
        pa.field("modified", pa.string()),
        pa.field("url", pa.string()),
        pa.field("language", pa.string()),
        pa.field("license_link", pa.string()),
        pa.field("robots", pa.string()),
        pa.field("headers", pa.string()),
        pa.field("encoding", pa.string()),
        pa.field("encoding_confidence", pa.float64()),
        pa.field("replaced", pa.int64()),
        pa.field("raw_digest", pa.string()),
    ]
)

#: Columns of every record. `id` is 32 hex digits; `source_id` the input's own id as text (may
#: repeat); `uri` the path below the source's root, with `/`; `locator` the place within the file;
#: `meta` all other input fields as JSON; the rest is what the recipe declares about the source.
BASE = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source_id", pa.string()),
        pa.field("text", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("locator", pa.string(), nullable=False),
        pa.field("title", pa.string()),
        *ABOUT,
        pa.field("meta", pa.string()),
        pa.field("license", pa.string()),
        pa.field("publisher", pa.string()),
        pa.field("date", pa.string()),
        pa.field("country", pa.string()),
        pa.field("legal_basis", pa.string()),
    ]
)

#: What a reader yields; the runner adds the rest. `id` comes from `Identity`.
RECORD = pa.schema(
    [BASE.field(n) for n in ("id", "source_id", "text", "locator", "title", *ABOUT.names, "meta")]
)

#: A record that could not be read: where, what kind of error, a message without content, the
#: digest and length of the raw bytes.
PROBLEM = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("locator", pa.string(), nullable=False),
        pa.field("error", pa.string(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
        pa.field("raw_digest", pa.string()),
        pa.field("raw_bytes", pa.int64()),
    ]
)

#: Stored with a rejected record: the stage, the signal, its value and the bound it broke.
REJECTION = pa.schema(
    [
        pa.field("stage", pa.string()),
        pa.field("signal", pa.string()),
        pa.field("value", pa.float64()),
        pa.field("bound", pa.string()),
    ]
)

#: Stored with a removed duplicate: the stage, the kept document, and the measured similarity.
DUPLICATE = pa.schema(
    [
        pa.field("stage", pa.string()),
        pa.field("duplicate_of", pa.string()),
        pa.field("duplicate_in", pa.string()),
        pa.field("jaccard", pa.float64()),
        pa.field("containment", pa.float64()),
        pa.field("similarity", pa.float64()),
        pa.field("bands_hit", pa.list_(pa.int16())),
    ]
)

#: Columns by which kept documents name others.
RELATIONS = (
    "cluster",
    "cluster_size",
    "template_of",
    "template_jaccard",
    "template_similarity",
    "unverified_of",
)

#: Places of text that stages took out: who did, and where the piece was, in characters of the text
#: as that stage saw it. Sorted by stage order, then place.
CUTS = pa.list_(pa.struct([("stage", pa.string()), ("start", pa.int64()), ("stop", pa.int64())]))


@dataclass(frozen=True, slots=True)
class Identity:
    """Hands out document ids within one file: a function of content and place, never of rank.

    id = two XXH64 of the raw bytes, seeded by XXH64 of the locator, seeded by XXH64 of
    ``source NUL path`` with seeds 0 and 1 (128 bits, 32 hex digits).

    Args:
        source: the source's name in the recipe.
        uri: path below the source's root, NFC, with ``/``.
    """

    source: str
    uri: str

    @property
    def seeds(self) -> tuple[int, int]:
        """The two 64-bit seeds of this file, for the id kernel."""
        place = f"{self.source}\0{self.uri}".encode()
        return xxhash.xxh64_intdigest(place, 0), xxhash.xxh64_intdigest(place, 1)

    def of(self, raw: bytes, locator: str) -> str:
        """Id of one record.

        Args:
            raw: the record's bytes (line formats), the file's sha256 digest (parts of files), or
                the row's canonical JSON (Parquet, Hugging Face).
            locator: the place within the file.

        Returns:
            32 hex digits.
        """
        place = locator.encode()
        halves = (xxhash.xxh64_intdigest(raw, xxhash.xxh64_intdigest(place, s)) for s in self.seeds)
        return "".join(f"{half:016x}" for half in halves)


@dataclass(frozen=True)
class Document:
    """One row of a batch, as a plug-in sees it. Text and columns are read only.

    Attributes:
        id: 32 hex digits, stable over runs and machines.
        text: the text as the stages before left it.
        source: name of the source in the recipe.
        uri: path below the source's root.
        locator: place within the file, such as ``line 12``.
        values: every other column of the row by name, signals included.
    """

    id: str
    text: str
    source: str = ""
    uri: str = ""
    locator: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def meta(self) -> Mapping[str, Any]:
        """All other input fields, decoded from the ``meta`` column."""
        raw = self.values.get("meta")
        return json.loads(raw) if raw else {}


_OWN = ("id", "text", "source", "uri", "locator")


def documents(batch: pa.RecordBatch) -> Iterator[Document]:
    """The rows of a batch as documents, in order.

    Args:
        batch: has at least the columns ``id`` and ``text``.
    """
    names = batch.schema.names
    columns = [batch.column(i).to_pylist() for i in range(batch.num_columns)]
    for values in zip(*columns, strict=True):
        row = dict(zip(names, values, strict=True))
        own = {name: row.pop(name) for name in _OWN if name in row}
        yield Document(**own, values=row)


def append_columns(batch: pa.RecordBatch, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    """A batch with columns added, or replaced where the name is there already.

    Args:
        batch: n rows.
        columns: arrays of n values by name.
    """
    schema = batch.schema
    arrays = list(batch.columns)
    for name, array in columns.items():
        at = schema.get_field_index(name)
        if at >= 0:
            arrays[at] = array.cast(schema.field(at).type)
        else:
            schema = schema.append(pa.field(name, array.type))
            arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
