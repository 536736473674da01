"""Questions to a finished dataset: is this document, address, text, licence or mark in it?

Answers come from the shards themselves, offline: of Parquet only the columns that a question needs
are read, a row group at a time. Where the dataset has an index of queries
(``output: {query_index: true}``) and the question is for ids, addresses, domains or whole texts
alone, of the kept documents only the row groups that it names are read. Addresses and whole texts
are compared as takedowns compare them; a passage is found where the normalised text holds it,
letter by letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.errors import InputError
from corpuskit.manifest import Manifest, Table
from corpuskit.trust.lookupindex import groups_of, lookup_path
from corpuskit.trust.tombstones import (
    COLUMNS,
    Matcher,
    Tombstone,
    addresses,
    normalised,
    text_hmacs,
)

#: Columns that say under which licence a document is; those that a dataset has are looked at.
LICENSES = ("license", "license_link", "license_expression")
#: Columns that name confidentiality marks, and the one that tells marks from mentions.
MARKS = ("mark_token", "mark_class", "mark_rule", "confidentiality")
MARK_KIND = "mark_kind"
#: Columns of an answer, where a table has them.
_SHOWN = ("id", "source", "uri", "locator")


@dataclass(frozen=True)
class Question:
    """What is looked for; a document that fits any of it is an answer.

    Attributes:
        stones: ids, addresses and domains.
        texts: whole texts.
        passages: texts that a document's text may hold anywhere.
        licenses: SPDX expressions or addresses, compared without regard to case.
        marks: words, classes or rules of marks, the same way.
    """

    stones: tuple[Tombstone, ...] = ()
    texts: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A document that fits.

    Attributes:
        by: ``id``, ``url``, ``domain``, ``text``, ``passage``, ``license`` or ``mark``.
        table: ``data`` or where it is kept apart.
        shard: path below the dataset.
        row: number of its row in that file, from 0.
        id, source, uri, locator: as the table has them.
        url: its address, where it has one.
    """

    by: str
    table: Table
    shard: str
    row: int
    id: str
    source: str
    uri: str
    locator: str
    url: str | None


def ask(out: Path, manifest: Manifest, question: Question, every: bool = False) -> Iterator[Answer]:
    """Documents that fit, in the order of the dataset.

    Args:
        out: folder of the dataset.
        manifest: of it.
        question: what is looked for.
        every: look in the tables of rejected and duplicate documents too.

    Raises:
        InputError: a file cannot be read, or nothing in the dataset tells what is asked for.
    """
    found = _Finder(question)
    for table, shard in manifest.files():
        if table == "quarantine" or (table != "data" and not every):
            continue
        try:
            indexed = manifest.lookup is not None and table == "data"
            yield from found.within(out, table, shard.path, indexed)
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                f"{shard.path} cannot be read: {error}", f"'corpuskit verify {out}' says more"
            ) from error


class _Finder:
    """Looks through shards for one question."""

    def __init__(self, question: Question) -> None:
        self._question = question
        texts = pa.array(question.texts, pa.string())
        digests = text_hmacs(texts, b"")
        if None in digests:
            raise InputError("a text holds no letters", "give the document's whole text")
        stones = [*question.stones, *(Tombstone(text_hmac=digest) for digest in digests)]
        self._matcher = Matcher(stones, b"")
        self._indexed = {**self._matcher.wanted(), "text": normalised(texts).to_pylist()}
        self._passages = [
            t for t in normalised(pa.array(question.passages, pa.string())).to_pylist()
        ]
        if not all(self._passages):
            raise InputError("a passage holds no letters", "give the words that are looked for")

    def within(self, out: Path, table: Table, path: str, indexed: bool) -> Iterator[Answer]:
        """Answers in one shard; `indexed`: its file of the index says where to look."""
        question, only = self._question, None
        if indexed and not (question.passages or question.licenses or question.marks):
            only = groups_of(out / lookup_path(path), self._indexed)
            if not only:
                return
        names = pq.read_schema(out / path).names
        self._check_columns(names)
        wanted = {*_SHOWN, *COLUMNS, *self._matcher.columns}
        wanted |= {"text"} if self._passages else set()
        wanted |= set(LICENSES) if self._question.licenses else set()
        wanted |= {*MARKS, MARK_KIND} if self._question.marks else set()
        columns = [name for name in names if name in wanted]
        for first, batch in _batches(out / path, columns, only):
            ways = self._ways(batch)
            hit = pc.indices_nonzero(pc.is_valid(ways))
            shown = batch.take(hit)
            urls = addresses(shown).to_pylist()
            known = [
                dict(zip(_SHOWN, values, strict=True))
                for values in zip(*(shown.column(name).to_pylist() for name in _SHOWN), strict=True)
            ]
            rows = (np.asarray(hit, np.int64) + first).tolist()
            for row, way, url, about in zip(
                rows, ways.take(hit).to_pylist(), urls, known, strict=True
            ):
                yield Answer(by=way, table=table, shard=path, row=row, url=url, **about)

    def _check_columns(self, names: list[str]) -> None:
        if self._question.marks and not set(MARKS) & set(names):
            raise InputError(
                "the dataset does not say anything of marks",
                "its recipe needs the stage 'marks': without it nobody looked for them",
            )

    def _ways(self, batch: pa.RecordBatch) -> pa.Array:
        """How each row fits; the first way counts."""
        ways = self._matcher.match(batch)
        if self._passages:
            texts = normalised(batch.column("text"))
            for passage in self._passages:
                ways = _also(ways, pc.match_substring(texts, passage), "passage")
        for words, columns, way in (
            (self._question.licenses, LICENSES, "license"),
            (self._question.marks, MARKS, "mark"),
        ):
            lower = pa.array([word.lower() for word in words], pa.string())
            for name in columns if words else ():
                at = batch.schema.get_field_index(name)
                if at >= 0 and pa.types.is_string(batch.schema.field(at).type):
                    known = batch.column(at)
                    fits = pc.and_(pc.is_valid(known), pc.is_in(pc.utf8_lower(known), lower))
                    if way == "mark" and MARK_KIND in batch.schema.names:
                        kind = pc.fill_null(batch.column(MARK_KIND), "")
                        fits = pc.and_(fits, pc.equal(kind, "mark"))  # not what is spoken of
                    ways = _also(ways, fits, way)
        return ways


def _batches(
    path: Path, columns: list[str], only: list[int] | None
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Rows of a shard with the number of the first one; of some row groups, or of all."""
    with pq.ParquetFile(path) as source:
        first = 0
        for group in range(source.num_row_groups):
            rows = source.metadata.row_group(group).num_rows
            if only is None or group in only:
                at = first
                for batch in source.read_row_group(group, columns=columns).to_batches():
                    yield at, batch
                    at += batch.num_rows
            first += rows


def _also(ways: pa.Array, fits: pa.Array, way: str) -> pa.Array:
    new = pc.and_(pc.is_null(ways), fits)
    return pc.if_else(new, pa.scalar(way), ways)
